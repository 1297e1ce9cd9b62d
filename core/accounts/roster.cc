#include "core/accounts/roster.h"

#include <algorithm>
#include <set>

namespace agm::accounts {
namespace {

std::shared_ptr<Project> OwnProject(const config::Account& account) {
  auto project = std::make_shared<Project>();
  project->key = account.name;
  project->own = true;
  return project;
}

}  // namespace

std::shared_ptr<Member> Roster::Find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

std::shared_ptr<Project> Roster::FindProject(const std::string& key) const {
  const auto found = projects_.find(key);
  return found == projects_.end() ? nullptr : found->second;
}

std::shared_ptr<Endpoint> Roster::EndpointFor(const config::Account& account) {
  auto& endpoint = endpoints_[account.Endpoint()];
  if (!endpoint) endpoint = std::make_shared<Endpoint>();
  return endpoint;
}

std::shared_ptr<Project> Roster::ProjectFor(const config::Account& account, const Member* known) {
  if (account.project.empty()) {
    return known != nullptr && !known->project->declared ? known->project : OwnProject(account);
  }
  auto& project = projects_[account.project];
  if (!project) {
    project = std::make_shared<Project>();
    project->key = account.project;
  }
  project->declared = true;
  return project;
}

std::shared_ptr<Member> Roster::Make(std::shared_ptr<const config::Account> account,
                                     Member* known) {
  auto member = std::make_shared<Member>();
  member->account = std::move(account);
  member->credential = Fingerprint(*member->account);
  if (known != nullptr) {  // the totals may be kept when the credential changes
    member->requests = known->requests;
    member->errors = known->errors;
    member->tokens = known->tokens;
    member->last_used = known->last_used;
  }
  return member;
}

// Ends the cooldowns for a limit that the user has changed.
void Roster::TakeLimits(Member& member, const config::Account& changed,
                        std::vector<std::string>& dropped) {
  const config::Account& known = *member.account;
  if (known.requests_per_minute == changed.requests_per_minute &&
      known.tokens_per_minute == changed.tokens_per_minute &&
      known.requests_per_day == changed.requests_per_day) {
    return;
  }
  member.project->cooldowns.Drop(upstream::Trouble::kMinuteQuota);
  member.project->cooldowns.Drop(upstream::Trouble::kDayQuota);
  dropped.push_back(member.project->own ? changed.name : "project:" + member.project->key);
}

std::vector<std::string> Roster::Apply(const std::shared_ptr<const config::Config>& config) {
  std::vector<std::string> gone;
  std::vector<std::shared_ptr<Member>> members;
  std::unordered_map<std::string, std::shared_ptr<Member>> by_name;
  for (const config::Account& listed : config->accounts) {
    const std::shared_ptr<const config::Account> account(config, &listed);
    std::shared_ptr<Member> known = Find(listed.name);
    std::shared_ptr<Member> member = known;
    const bool stays = known && known->credential == Fingerprint(listed);
    if (!stays) {
      member = Make(account, known.get());
      if (known) gone.push_back(listed.name);
    } else {
      TakeLimits(*member, listed, gone);
    }
    auto project = ProjectFor(listed, stays ? known.get() : nullptr);
    if (member->project && member->project != project) {
      member->project->in_flight -= member->in_flight;
      project->in_flight += member->in_flight;
    }
    member->account = account;
    member->project = std::move(project);
    member->endpoint = EndpointFor(listed);
    if (by_name.emplace(listed.name, member).second) members.push_back(std::move(member));
  }
  for (const auto& member : members_) {
    const auto found = by_name.find(member->account->name);
    member->retired = found == by_name.end() || found->second != member;
    if (found == by_name.end()) gone.push_back(member->account->name);
  }
  members_ = std::move(members);
  by_name_ = std::move(by_name);
  std::erase_if(projects_, [](const auto& entry) { return entry.second.use_count() == 1; });
  std::erase_if(endpoints_, [](const auto& entry) { return entry.second.use_count() == 1; });
  return gone;
}

void Roster::Move(Member& member, const std::shared_ptr<Project>& project, TimePoint now) {
  project->cooldowns.Join(member.project->cooldowns, now);
  member.project->in_flight -= member.in_flight;
  project->in_flight += member.in_flight;
  member.project = project;
}

// The user's configuration overrides upstream responses: declared projects are never split or
// joined.
bool Roster::Learn(Member& member, const std::string& id, TimePoint now) {
  if (id.empty() || member.project->learned == id || member.project->key == id) return false;
  const std::shared_ptr<Project> mine = member.project;
  const std::shared_ptr<Project> theirs = FindProject(id);
  if (mine->declared) {
    if (theirs && theirs->declared) return false;
    if (!mine->learned.empty()) return false;
    mine->learned = id;
    projects_[id] = mine;
    for (const auto& other : members_) {
      if (theirs && other->project == theirs) Move(*other, mine, now);
    }
    return true;
  }
  if (theirs) {
    Move(member, theirs, now);
    return true;
  }
  // A project with one account gets the name; an account that shares another project leaves it.
  auto project = mine->own ? mine : std::make_shared<Project>();
  project->key = id;
  project->learned = id;
  project->own = false;
  projects_[id] = project;
  if (project != mine) {
    mine->in_flight -= member.in_flight;
    project->in_flight += member.in_flight;
    member.project = project;
  }
  return true;
}

void Roster::Recover(Member& member) {
  member.cooldowns.Clear();
  const bool shared = std::any_of(members_.begin(), members_.end(), [&](const auto& other) {
    return other.get() != &member && other->project == member.project;
  });
  if (shared) return;
  member.project->cooldowns.Clear();
  member.project->quotas = {};
}

void Roster::Advance(Duration by) {
  std::set<Cooldowns*> all;
  for (const auto& member : members_) {
    all.insert({&member->cooldowns, &member->project->cooldowns, &member->endpoint->cooldowns});
  }
  for (Cooldowns* cooldowns : all) cooldowns->Advance(by);
}

}  // namespace agm::accounts
