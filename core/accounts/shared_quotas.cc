// The part of the pool that counts quotas together with the other machines of a cluster.

#include <utility>

#include "core/accounts/pool_state.h"

namespace agm::accounts {

void Pool::ShareBy(store::Counts* counts) { state_->counts = counts; }

Quotas& Pool::State::QuotasOf(const Lease::Taken& taken) {
  Quotas& quotas = taken.member->project->quotas[taken.model];
  const std::string group = "project:" + QuotaOwner(*taken.member) + "/" + taken.model.text;
  if (quotas.group != group) {
    quotas.group = group;
    FollowShares(taken, group);
  }
  return quotas;
}

// The group's name changes when an answer tells the account's project.
void Pool::State::FollowShares(const Lease::Taken& taken, const std::string& group) {
  const std::weak_ptr<Project> of = taken.member->project;
  counts.load()->Follow(group, [pool = weak_from_this(), of, model = taken.model, group](
                                   TimePoint now, WallTime wall) {
    const auto state = pool.lock();
    const auto project = of.lock();
    if (!state || !project) return store::Shares();
    std::lock_guard lock(state->mutex);
    Quotas* quotas = project->quotas.Find(model);
    const bool is_it = quotas != nullptr && quotas->group == group;
    return is_it ? quotas->Shares({now, wall}) : store::Shares();
  });
}

void Pool::State::BeginTogether(Lease::Taken& taken, Moment moment) {
  Quotas& quotas = QuotasOf(taken);
  store::Question question{quotas.group, quotas.Shares(moment), {}, {}};
  taken.expected_tokens = quotas.Begin(*taken.account, moment);
  if (!quotas.HasCertainLimit(moment)) {
    counts.load()->Touched(quotas.group);
    return GiveOut(taken, moment.now);
  }
  question.after = quotas.Shares(moment);
  question.claims = quotas.Claims(moment);
  taken.question = std::move(question);
}

bool Pool::State::IsAgreed(Lease::Taken& taken, Notes& notes) {
  const store::Question question = *std::exchange(taken.question, std::nullopt);
  const auto verdicts = counts.load()->Try({question});
  if (!verdicts) Tell(question.group, true);
  const bool agreed = !verdicts || !verdicts->front().full;
  {
    std::lock_guard lock(mutex);
    const Moment moment = Look();
    if (verdicts) {
      Quotas& quotas = taken.member->project->quotas[taken.model];
      const auto wall = quotas.Note(verdicts->front(), moment);
      if (wall) StartCooldown(*taken.member, taken.model, *wall, moment, notes);
    }
    agreed ? GiveOut(taken, moment.now) : TakeBack(taken, moment);
  }
  if (!agreed) std::exchange(notes, {}).Write(journal, hear);
  return agreed;
}

void Pool::State::TakeBack(const Lease::Taken& taken, Moment moment) {
  Member& member = *taken.member;
  --member.requests;
  --member.in_flight;
  --member.project->in_flight;
  Quotas& quotas = member.project->quotas[taken.model];
  quotas.TakeBack(taken.expected_tokens, taken.at, moment);
  if (counts != nullptr) counts.load()->Touched(quotas.group);
  Wake();
}

void Pool::State::AskOthers(const Lease::Taken& taken) {
  if (counts == nullptr) return;
  store::Question question;
  {
    std::lock_guard lock(mutex);
    const Moment moment = Look();
    Quotas& quotas = QuotasOf(taken);
    const store::Shares shares = quotas.Shares(moment);
    question = {quotas.group, shares, shares, quotas.Claims(moment)};
  }
  for (store::Claim& claim : question.claims) {
    claim.amount = 0;
    claim.limit.reset();
  }
  const auto verdicts = counts.load()->Try({question});
  if (!verdicts) return;
  std::lock_guard lock(mutex);
  taken.member->project->quotas[taken.model].Note(verdicts->front(), Look());
}

void Pool::State::Tell(const std::string& group, bool at_once) const {
  store::Counts* shared = counts;
  if (shared == nullptr || group.empty()) return;
  at_once ? shared->Changed(group) : shared->Touched(group);
}

}  // namespace agm::accounts
