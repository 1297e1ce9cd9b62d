// The part of the pool that counts quotas together with the other machines of a cluster.

#include <utility>

#include "core/accounts/journaled.h"
#include "core/accounts/pool_state.h"

namespace agm::accounts {
namespace {

constexpr Duration kLookAgain{1'000};

}  // namespace

void Pool::ShareBy(store::Counts* counts) { state_->counts = counts; }

Quotas& Pool::State::QuotasOf(const Lease::Taken& taken) {
  Quotas& quotas = taken.member->project->quotas[taken.model];
  const std::string group = "project:" + QuotaOwner(*taken.member) + "/" + taken.model.text;
  if (quotas.group != group) {
    quotas.group = group;
    quotas.Hear(FollowShares(taken, group), clock.Now());
  }
  return quotas;
}

// The group's name changes when an answer tells the account's project.
store::OthersRequests Pool::State::FollowShares(const Lease::Taken& taken,
                                                const std::string& group) {
  // Calls `use` with the group's quotas, if it still has any.
  const auto with_quotas = [pool = weak_from_this(),
                            of = std::weak_ptr<Project>(taken.member->project), model = taken.model,
                            group](const auto& use) {
    const auto state = pool.lock();
    const auto project = of.lock();
    if (!state || !project) return;
    std::lock_guard lock(state->mutex);
    Quotas* quotas = project->quotas.Find(model);
    if (quotas != nullptr && quotas->group == group) use(*quotas, *state);
  };
  return counts.load()->Follow(
      group,
      {[with_quotas](TimePoint now, WallTime wall) {
         store::Shares shares;
         with_quotas([&](Quotas& quotas, State&) { shares = quotas.Shares({now, wall}); });
         return shares;
       },
       [with_quotas] {
         std::int64_t running = 0;
         with_quotas([&](Quotas& quotas, State&) { running = quotas.running(); });
         return running;
       },
       [with_quotas](const store::OthersRequests& others) {
         with_quotas([&](Quotas& quotas, State& state) { quotas.Hear(others, state.Look().now); });
       }});
}

void Pool::State::BeginTogether(Lease::Taken& taken, Moment moment, Notes& notes) {
  Quotas& quotas = QuotasOf(taken);
  store::Question question{quotas.group, quotas.Shares(moment), {}, {}};
  taken.expected_tokens = quotas.Begin(*taken.account, moment);
  if (!quotas.HasCertainLimit(moment)) {
    notes.begun = notes.counted = quotas.group;
    return;
  }
  question.after = quotas.Shares(moment);
  question.claims = quotas.Claims(moment);
  taken.question = std::move(question);
}

bool Pool::State::IsAgreed(Lease::Taken& taken, Notes& notes) {
  const auto verdicts = counts.load()->Try({*taken.question});
  return Conclude(taken, verdicts ? std::optional(verdicts->front()) : std::nullopt, notes);
}

bool Pool::State::Conclude(Lease::Taken& taken, const std::optional<store::Verdict>& verdict,
                           Notes& notes) {
  const std::string group = std::exchange(taken.question, std::nullopt)->group;
  const bool agreed = !verdict || !verdict->full;
  if (agreed) notes.begun = group;
  if (!verdict) {
    notes.counted = group;
    notes.tell_at_once = true;
  }
  {
    std::lock_guard lock(mutex);
    const Moment moment = Look();
    if (verdict) {
      auto wall = taken.member->project->quotas[taken.model].Note(*verdict, moment);
      if (!agreed && !wall) wall = {upstream::Trouble::kMinuteQuota, moment.now + kLookAgain};
      if (wall) StartCooldown(*taken.member, taken.model, *wall, moment, notes);
    }
    agreed ? GiveOut(taken, moment, notes) : TakeBack(taken, moment);
  }
  if (!agreed) Write(std::exchange(notes, {}));
  return agreed;
}

void Pool::State::GiveBack(const Lease::Taken& taken) {
  Notes notes;
  {
    std::lock_guard lock(mutex);
    const Moment moment = Look();
    TakeBack(taken, moment);
    EndAhead(taken, moment, notes);
    notes.counted = notes.ended = taken.member->project->quotas[taken.model].group;
    notes.tell_at_once = true;
  }
  Write(notes);
}

/// A lease that nobody has yet.
struct Proposal::State {
  std::unique_ptr<Lease::Taken> taken;
  Notes notes;
};

Proposal::Proposal(std::unique_ptr<State> state) : state_(std::move(state)) {}
Proposal::Proposal(Proposal&& other) noexcept = default;
Proposal& Proposal::operator=(Proposal&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}
Proposal::~Proposal() {
  if (state_ && state_->taken) state_->taken->pool->GiveBack(*state_->taken);
}

const store::Question& Proposal::question() const { return *state_->taken->question; }

std::optional<Lease> Proposal::Conclude(const std::optional<store::Verdict>& verdict) && {
  auto taken = std::move(state_->taken);
  Pool::State& pool = *taken->pool;
  if (!pool.Conclude(*taken, verdict, state_->notes)) return std::nullopt;
  pool.Write(state_->notes);
  return Lease(std::move(taken));
}

std::optional<Proposal> Pool::Propose(const Wanted& wanted) {
  if (state_->counts == nullptr) return std::nullopt;
  auto proposal = std::make_unique<Proposal::State>();
  proposal->taken =
      std::make_unique<Lease::Taken>(Lease::Taken{state_, {}, Affinity::KeyOf(wanted.session)});
  Lease::Taken& taken = *proposal->taken;
  if (state_->IsShared()) taken.conversation = wanted.session;
  {
    std::lock_guard lock(state_->mutex);
    const Moment moment = state_->Look();
    std::optional<TimePoint> wake;
    Member* member = state_->Choose(taken, wanted, moment, TimePoint::max(), wake);
    if (member == nullptr) return std::nullopt;
    Quotas& quotas = member->project->quotas[taken.model];
    quotas.Declare(*member->account);
    if (!quotas.HasCertainLimit(moment)) return std::nullopt;
    state_->Begin(taken, *member, moment, proposal->notes);
  }
  return Proposal(std::move(proposal));
}

void Pool::State::TakeBack(const Lease::Taken& taken, Moment moment) {
  Member& member = *taken.member;
  --member.requests;
  --member.in_flight;
  --member.project->in_flight;
  member.project->quotas[taken.model].TakeBack(taken.expected_tokens, taken.at, moment);
  Wake();
}

// The place that the lease took is free again, so it must not keep others away.
void Pool::State::EndAhead(const Lease::Taken& taken, Moment moment, Notes& notes) {
  Member& member = *taken.member;
  Project& project = *member.project;
  if (project.quotas[taken.model].Ahead(moment)) return;
  const auto over = project.cooldowns.DropAhead(taken.model.text, taken.at, moment.now);
  if (!over) return;
  TellEnd(member, *over, notes);
  // The journal ends an owner's cooldowns all at once.
  const bool alone = project.cooldowns.empty() && (!project.own || member.cooldowns.empty());
  if (alone) notes.dropped.push_back(JournalOwner(member));
  queues.clear();
}

void Pool::State::AskOthers(const Lease::Taken& taken) {
  if (counts == nullptr) return;
  store::Question question;
  {
    std::lock_guard lock(mutex);
    const Moment moment = Look();
    Quotas& quotas = QuotasOf(taken);
    const store::Shares shares = quotas.Shares(moment);
    question = {quotas.group, shares, shares, Quotas::Watched(moment.wall)};
  }
  const auto verdicts = counts.load()->Try({question});
  if (!verdicts) return;
  std::lock_guard lock(mutex);
  taken.member->project->quotas[taken.model].Note(verdicts->front(), Look());
}

}  // namespace agm::accounts
