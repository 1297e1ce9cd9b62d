// Restores the pool's state from its journal, and takes over what other processes report.

#include "core/accounts/journaled.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

namespace agm::accounts {
namespace {

using upstream::Trouble;

constexpr std::string_view kProject = "project:";

WallTime OnCalendar(TimePoint point, Moment moment) {
  if (point == TimePoint::max()) return WallTime::max();
  return moment.wall + std::chrono::ceil<Duration>(point - moment.now);
}

TimePoint OnMonotonic(WallTime time, Moment moment) {
  if (time == WallTime::max()) return TimePoint::max();
  return moment.now + std::max<Duration>(time - moment.wall, Duration{0});
}

PoolJournal::Limit LimitOf(const Pace::Learned& learned, Moment moment) {
  if (learned.limit == 0) return {};
  const WallTime at = moment.wall + std::chrono::floor<Duration>(learned.at - moment.now);
  return {learned.limit, learned.sure, at, at + learned.believed_for};
}

Pace::Learned LearnedOf(const PoolJournal::Limit& limit, Moment moment) {
  return {limit.limit, limit.sure, moment.now + (limit.from - moment.wall),
          std::max(limit.until - limit.from, Duration(0))};
}

/// A cooldown of the journal; nullopt if this version does not know its reason.
std::optional<Cooldown> CooldownOf(const PoolJournal::Cooldown& kept, Moment moment) {
  const auto trouble = upstream::FindTrouble(kept.reason);
  if (!trouble) return std::nullopt;
  Cooldown cooldown{kept.model,   *trouble,
                    moment.now,   OnMonotonic(kept.until, moment),
                    kept.strikes, OnMonotonic(kept.counts_until, moment)};
  cooldown.said = kept.said;
  if (IsQuarantine(*trouble)) cooldown.why = kept.said;
  return cooldown;
}

/// The owner of a journaled cooldown, and an account of it; nulls if the pool has no such owner, or
/// if its account has another credential now.
struct Held {
  Cooldowns* cooldowns = nullptr;
  const Member* member = nullptr;
};

Held HolderOf(const Roster& roster, const PoolJournal::Cooldown& kept, Trouble trouble) {
  if (kept.account.starts_with(kProject)) {
    const auto project = roster.FindProject(kept.account.substr(kProject.size()));
    if (!project) return {};
    const auto& members = roster.members();
    const auto first = std::ranges::find(members, project, &Member::project);
    return {&project->cooldowns, first == members.end() ? nullptr : first->get()};
  }
  const auto member = roster.Find(kept.account);
  const bool same = member && (kept.credential.empty() || kept.credential == member->credential);
  if (!same) return {};
  return {CooldownsOf(*member, trouble), member.get()};
}

}  // namespace

Cooldowns* CooldownsOf(Member& member, Trouble trouble) {
  switch (OwnerOf(trouble)) {
    case Owner::kNobody:
      return nullptr;
    case Owner::kAccount:
      return &member.cooldowns;
    case Owner::kProject:
      return &member.project->cooldowns;
    case Owner::kEndpoint:
      return &member.endpoint->cooldowns;
  }
  return nullptr;
}

// The journal keys a project's cooldowns by the project's name, so that all its accounts find them,
// and others by the account's name.
std::string JournalOwner(const Member& member) {
  const Project& project = *member.project;
  return project.own ? member.account->name : std::string(kProject) + project.key;
}

PoolJournal::Cooldown Journaled(const Member& member, const Cooldown& cooldown, Moment moment) {
  const bool shared = OwnerOf(cooldown.trouble) == Owner::kProject && !member.project->own;
  PoolJournal::Cooldown kept;
  kept.account = shared ? JournalOwner(member) : member.account->name;
  kept.model = cooldown.model;
  kept.reason = upstream::RowOf(cooldown.trouble).name;
  kept.until = OnCalendar(cooldown.until, moment);
  kept.strikes = cooldown.strikes;
  kept.counts_until = OnCalendar(cooldown.counts_until, moment);
  if (!shared) kept.credential = member.credential;
  kept.said = cooldown.said;
  return kept;
}

PoolJournal::Quota Journaled(const Member& member, const std::string& model,
                             const Quotas::Learned& learned, Moment moment) {
  const DayPace::Learned& day = learned.day;
  return {member.account->name,
          member.credential,
          model,
          LimitOf(learned.requests, moment),
          LimitOf(learned.tokens, moment),
          {day.limit, true, day.from, day.until}};
}

void Pool::State::Restore(Moment moment) {
  if (journal == nullptr) return;
  for (const PoolJournal::Usage& usage : journal->LoadUsage()) {
    const auto member = roster.Find(usage.account);
    if (!member) continue;
    member->requests = usage.requests;
    member->errors = usage.errors;
    member->tokens = usage.tokens;
    member->last_used = usage.last_used;
  }
  for (const PoolJournal::Belonging& belonging : journal->LoadBelongings()) {
    const auto member = roster.Find(belonging.account);
    if (member && member->credential == belonging.credential) {
      roster.Learn(*member, belonging.project, moment.now);
    }
  }
  for (const PoolJournal::Cooldown& kept : journal->LoadCooldowns()) {
    auto cooldown = CooldownOf(kept, moment);
    if (!cooldown) continue;
    cooldown->told = cooldown->until > moment.now;
    if (const Held held = HolderOf(roster, kept, cooldown->trouble); held.cooldowns != nullptr) {
      held.cooldowns->Put(*std::move(cooldown), moment.now);
    }
  }
}

void Pool::Adopt(const PoolJournal::Cooldown& kept) {
  Notes notes;
  {
    std::lock_guard lock(state_->mutex);
    const Moment moment = state_->Look();
    auto cooldown = CooldownOf(kept, moment);
    if (!cooldown || cooldown->until <= moment.now) return;
    const Held held = HolderOf(state_->roster, kept, cooldown->trouble);
    if (held.cooldowns == nullptr) return;
    const Cooldown* known = held.cooldowns->Find(cooldown->model, cooldown->trouble);
    if (held.member != nullptr) TellOf(*held.member, *cooldown, known, moment.now, notes);
    held.cooldowns->Put(*std::move(cooldown), moment.now);
  }
  notes.Write(nullptr, state_->hear);
}

void Pool::AdoptRecovery(const std::string& owner) {
  Notes notes;
  {
    std::lock_guard lock(state_->mutex);
    if (owner.starts_with(kProject)) {
      const auto project = state_->roster.FindProject(owner.substr(kProject.size()));
      if (project) project->cooldowns.Clear();
    } else if (const auto member = state_->roster.Find(owner)) {
      if (!member->cooldowns.empty() || !member->project->cooldowns.empty()) {
        notes.events.push_back(
            {AccountEvent::Kind::kRecovered, member->account->Label(), {}, {}, {}, {}});
      }
      state_->roster.Recover(*member);
    }
    state_->queues.clear();
    state_->Wake();
  }
  notes.Write(nullptr, state_->hear);
}

void Pool::AdoptBelonging(const PoolJournal::Belonging& belonging) {
  std::lock_guard lock(state_->mutex);
  const auto member = state_->roster.Find(belonging.account);
  if (!member || member->credential != belonging.credential) return;
  if (state_->roster.Learn(*member, belonging.project, state_->Look().now)) state_->queues.clear();
}

void Pool::AdoptQuota(const PoolJournal::Quota& quota) {
  Notes notes;
  {
    std::lock_guard lock(state_->mutex);
    const auto member = state_->roster.Find(quota.account);
    if (!member || member->credential != quota.credential) return;
    const Moment moment = state_->Look();
    const ModelName model{quota.model, std::hash<std::string>{}(quota.model)};
    Quotas& quotas = member->project->quotas[model];
    quotas.Adopt({LearnedOf(quota.requests, moment),
                  LearnedOf(quota.tokens, moment),
                  {quota.day.limit, quota.day.from, quota.day.until}});
    notes.counted = quotas.group;
  }
  state_->Write(notes);
}

void Pool::AdoptTie(const PoolJournal::Tie& tie) {
  std::lock_guard lock(state_->mutex);
  const auto member = state_->roster.Find(tie.account);
  const std::uint64_t key = Affinity::KeyOf(tie.conversation);
  if (!member || key == 0) return;
  const TimePoint now = state_->Look().now;
  state_->affinity.Put(key, member, now);
  state_->affinity.Prove(key, *member, now);
}

std::vector<PoolJournal::Cooldown> Pool::Cooling() const {
  std::lock_guard lock(state_->mutex);
  const Moment moment = state_->Look();
  std::vector<PoolJournal::Cooldown> all;
  std::set<const Cooldowns*> seen;
  for (const auto& member : state_->roster.members()) {
    for (const Cooldowns* cooldowns : member->AllCooldowns()) {
      if (!seen.insert(cooldowns).second) continue;
      for (const Cooldown& cooldown : cooldowns->all()) {
        if (cooldown.until > moment.now) all.push_back(Journaled(*member, cooldown, moment));
      }
    }
  }
  return all;
}

}  // namespace agm::accounts
