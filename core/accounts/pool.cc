#include "core/accounts/pool.h"

#include <algorithm>
#include <utility>

#include "core/accounts/exhaustion.h"
#include "core/accounts/offers.h"
#include "core/accounts/pool_state.h"
#include "core/base/random.h"

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;

// How soon a disconnected client is noticed.
constexpr Duration kSlice = 100ms;
// Queues are cheap to create again, and clients can ask for any number of names.
constexpr std::size_t kMostQueues = 256;
// The clocks drift apart by less than this, unless the machine slept or its clock was set.
constexpr auto kJump = std::chrono::seconds(2);

/// Returns where a search begins. Machines that share a pool begin anywhere, so that they do not
/// all choose the same account before they hear of each other.
std::size_t PlaceToBegin(std::size_t accounts, bool shared) {
  if (!shared) return 0;
  return static_cast<std::size_t>(RandomFraction() * static_cast<double>(accounts));
}

Error AccountGone() {
  Error error = Fail(ErrorCode::kNotFound, "the account that holds this is not in use any more");
  error.reason = "account_gone";
  return error;
}

}  // namespace

Pool::Pool(std::shared_ptr<const config::Config> config, Clock& clock, PoolJournal* journal,
           HearEvent hear, const upstream::Providers& providers)
    : state_(std::make_shared<State>(clock, journal, std::move(hear), providers)) {
  std::lock_guard lock(state_->mutex);
  state_->config = std::move(config);
  state_->roster.Apply(state_->config);
  state_->Restore(state_->Look());
}

Pool::~Pool() = default;

void Pool::Apply(std::shared_ptr<const config::Config> config) {
  Notes notes;
  {
    std::lock_guard lock(state_->mutex);
    notes.dropped = state_->roster.Apply(config);
    state_->config = std::move(config);
    state_->queues.clear();
    state_->Wake();
  }
  state_->Write(notes);
}

bool Pool::Recover(const std::string& account) {
  Notes notes;
  {
    std::lock_guard lock(state_->mutex);
    const auto member = state_->roster.Find(account);
    if (!member) return false;
    state_->roster.Recover(*member);
    notes.dropped = {account};
    notes.events.push_back(
        {AccountEvent::Kind::kRecovered, member->account->Label(), {}, {}, {}, {}});
    const auto project = state_->roster.FindProject(member->project->key);
    if (project && project->cooldowns.empty()) notes.dropped.push_back("project:" + project->key);
    state_->queues.clear();
    state_->Wake();
  }
  state_->Write(notes);
  return true;
}

Result<Lease> Pool::Take(const Wanted& wanted, TimePoint deadline,
                         const Cancellation& cancellation) {
  auto taken =
      std::make_unique<Lease::Taken>(Lease::Taken{state_, {}, Affinity::KeyOf(wanted.session)});
  if (state_->IsShared()) taken->conversation = wanted.session;
  Notes notes;
  for (;;) {
    {
      std::unique_lock lock(state_->mutex);
      const Moment moment = state_->Look();
      std::optional<TimePoint> wake;
      if (Member* member = state_->Choose(*taken, wanted, moment, deadline, wake)) {
        state_->Begin(*taken, *member, moment, notes);
        if (!taken->question) break;
      } else if (!wake || *wake > deadline) {
        return state_->WhyNone(wanted.model, moment);
      } else {
        state_->WaitUntil(*wake, moment.now, lock);
      }
    }
    if (taken->question && state_->IsAgreed(*taken, notes)) break;
    if (cancellation.Cancelled()) return Fail(ErrorCode::kCancelled, "the client went away");
  }
  state_->Write(notes);
  return Lease(std::move(taken));
}

void Pool::State::CountAffinity(const Affinity::Tie& tie, const Member& member) {
  if (tie.member == nullptr) {
    ++affinities.began;
  } else if (tie.member.get() == &member) {
    ++affinities.kept;
  } else {
    ++affinities.moved;
  }
}

AffinityCounts Pool::affinities() const {
  std::lock_guard lock(state_->mutex);
  return state_->affinities;
}

Result<Lease> Pool::TakeOne(const std::string& account, const std::string& model,
                            TimePoint deadline, const Cancellation& cancellation) {
  auto taken = std::make_unique<Lease::Taken>(
      Lease::Taken{state_, {model, std::hash<std::string>{}(model)}});
  Notes notes;
  for (;;) {
    {
      std::unique_lock lock(state_->mutex);
      const Moment moment = state_->Look();
      const auto member = state_->roster.Find(account);
      if (!member || !member->account->Usable()) return AccountGone();
      const TimePoint ready_at = member->ReadyAt(model);
      if (ready_at <= moment.now) {
        state_->Begin(*taken, *member, moment, notes);
        if (!taken->question) break;
      } else if (ready_at > deadline) {
        return Exhausted({member.get()}, true, model, moment);
      } else {
        state_->WaitUntil(ready_at, moment.now, lock);
      }
    }
    if (taken->question && state_->IsAgreed(*taken, notes)) break;
    if (cancellation.Cancelled()) return Fail(ErrorCode::kCancelled, "the client went away");
  }
  state_->Write(notes);
  return Lease(std::move(taken));
}

std::optional<Error> Pool::WhyNot(const std::string& account, const std::string& model) const {
  std::lock_guard lock(state_->mutex);
  const Moment moment = state_->Look();
  const auto member = state_->roster.Find(account);
  if (!member || !member->account->Usable()) return AccountGone();
  if (member->ReadyAt(model) <= moment.now) return std::nullopt;
  return Exhausted({member.get()}, true, model, moment);
}

std::optional<config::Account> Pool::Peek(const std::string& model,
                                          const std::string& session) const {
  std::lock_guard lock(state_->mutex);
  const Moment moment = state_->Look();
  const Affinity::Tie tie = state_->affinity.Find(Affinity::KeyOf(session), moment.now);
  const std::vector<std::string> tried;
  const Search search{moment.now, moment.wall,      state_->config->proxy.scheduling,
                      tried,      tie.member.get(), false};
  const Member* member = state_->QueueFor(model).Choose(search);
  if (member == nullptr) return std::nullopt;
  return *member->account;
}

std::optional<Error> Pool::WhyNobody(const std::string& model) const {
  std::lock_guard lock(state_->mutex);
  const Moment moment = state_->Look();
  const std::vector<std::string> tried;
  const Search search{moment.now, moment.wall, state_->config->proxy.scheduling,
                      tried,      nullptr,     false};
  if (state_->QueueFor(model).Choose(search) != nullptr) return std::nullopt;
  return state_->WhyNone(model, moment);
}

std::string Pool::ModelOf(const std::string& target) const {
  std::lock_guard lock(state_->mutex);
  return state_->QueueFor(target).model().text;
}

bool Pool::HasOwnModel(const std::string& model) const {
  std::lock_guard lock(state_->mutex);
  const auto& members = state_->roster.members();
  return std::any_of(members.begin(), members.end(), [&](const auto& member) {
    const config::Account& account = *member->account;
    return account.Usable() && account.Allows(model) && member->listed &&
           member->listed->contains(model) &&
           state_->providers.For(account.kind).ServesOnlyListed();
  });
}

void Pool::NoteModels(const Listings& listings) {
  std::lock_guard lock(state_->mutex);
  for (const auto& [account, models] : listings) {
    if (const auto member = state_->roster.Find(account)) member->listed = models;
  }
  state_->queues.clear();
}

bool Pool::HasAccountFor(const std::string& target) const {
  std::lock_guard lock(state_->mutex);
  return !state_->QueueFor(target).empty();
}

std::vector<config::AccountKind> Pool::KindsOf(const std::string& target) const {
  std::lock_guard lock(state_->mutex);
  return state_->QueueFor(target).kinds();
}

int Pool::Ready() const {
  std::lock_guard lock(state_->mutex);
  const TimePoint now = state_->Look().now;
  const auto& members = state_->roster.members();
  return static_cast<int>(std::count_if(members.begin(), members.end(), [&](const auto& member) {
    return member->account->Usable() && member->ReadyAt({}) <= now;
  }));
}

std::vector<AccountStatus> Pool::Status() const {
  std::lock_guard lock(state_->mutex);
  const Moment moment = state_->Look();
  std::vector<AccountStatus> all;
  all.reserve(state_->roster.members().size());
  for (const auto& member : state_->roster.members()) all.push_back(StatusOf(*member, moment));
  return all;
}

void Notes::Write(PoolJournal* journal, const HearEvent& hear) const {
  for (const AccountEvent& event : events) {
    if (hear) hear(event);
  }
  if (journal == nullptr) return;
  for (const std::string& account : dropped) journal->DropCooldowns(account);
  if (belonging) journal->SaveBelonging(*belonging);
  if (tie) journal->SaveTie(*tie);
  if (quota) journal->SaveQuota(*quota);
  for (const PoolJournal::Cooldown& cooldown : cooldowns) journal->SaveCooldown(cooldown);
  if (usage) journal->SaveUsage(*usage);
}

void Pool::State::Write(const Notes& notes) const {
  notes.Write(journal, hear);
  store::Counts* const shared = counts;
  if (shared == nullptr) return;
  if (!notes.begun.empty()) shared->Begun(notes.begun);
  if (!notes.ended.empty()) shared->Ended(notes.ended);
  if (notes.counted.empty()) return;
  notes.tell_at_once ? shared->Changed(notes.counted) : shared->Touched(notes.counted);
}

// The monotonic clock stops while a machine sleeps, but quotas recover. If the calendar has jumped
// ahead, end all cooldowns earlier by that time.
Moment Pool::State::Look() {
  const Moment moment{clock.Now(), clock.Wall()};
  const auto apart = moment.wall.time_since_epoch() - moment.now.time_since_epoch();
  if (!clocks_apart) clocks_apart = apart;
  const auto jump = apart - *clocks_apart;
  if (jump < kJump && jump > -kJump) return moment;
  clocks_apart = apart;
  if (jump > kJump) {
    roster.Advance(std::chrono::duration_cast<Duration>(jump));
    queues.clear();
  }
  return moment;
}

AccountQueue& Pool::State::QueueFor(const std::string& target) {
  if (const auto found = queues.find(target); found != queues.end()) return *found->second;
  if (queues.size() >= kMostQueues) queues.clear();
  Offers offers = OffersOf(roster.members(), providers, target);
  std::erase_if(offers.members, [](const Member* member) { return !member->account->Usable(); });
  const std::size_t hash = std::hash<std::string>{}(offers.model);
  auto queue =
      std::make_unique<AccountQueue>(ModelName{std::move(offers.model), hash}, offers.members);
  return *(queues[target] = std::move(queue));
}

Error Pool::State::WhyNone(const std::string& target, Moment moment) const {
  const Offers offers = OffersOf(roster.members(), providers, target);
  return Exhausted(offers.members, !roster.members().empty(), offers.model, moment);
}

Member* Pool::State::Choose(Lease::Taken& taken, const Wanted& wanted, Moment moment,
                            TimePoint deadline, std::optional<TimePoint>& wait) {
  AccountQueue& queue = QueueFor(wanted.model);
  taken.model = queue.model();
  taken.tie = affinity.Find(taken.session, moment.now);
  const Search search{moment.now,
                      moment.wall,
                      config->proxy.scheduling,
                      wanted.tried,
                      taken.tie.member.get(),
                      wanted.through_breaker,
                      PlaceToBegin(roster.members().size(), counts != nullptr)};
  return Pick(queue, search, taken.tie, deadline, wait);
}

// Returns the account to take; or null, and the time at which to look again.
Member* Pool::State::Pick(AccountQueue& queue, const Search& search, const Affinity::Tie& tie,
                          TimePoint deadline, std::optional<TimePoint>& wait) {
  if (search.scheduling == config::Scheduling::kCacheFirst && tie.proven &&
      queue.IsWorthWaitingFor(*tie.member, search)) {
    const TimePoint ready_at = queue.ReadyAt(*tie.member, search);
    if (ready_at > search.now && ready_at <= deadline) {
      wait = ready_at;
      return nullptr;
    }
  }
  Member* member = queue.Choose(search);
  if (member == nullptr) wait = queue.NextReady(search);
  return member;
}

void Pool::State::Begin(Lease::Taken& taken, Member& member, Moment moment, Notes& notes) {
  taken.member = member.shared_from_this();
  taken.account = member.account;
  taken.at = moment.now;
  ++member.requests;
  ++member.in_flight;
  ++member.project->in_flight;
  member.last_used = moment.wall;
  if (counts == nullptr) {
    taken.expected_tokens = member.project->quotas[taken.model].Begin(*member.account, moment);
  } else {
    BeginTogether(taken, moment, notes);
  }
  if (!taken.question) GiveOut(taken, moment, notes);
}

void Pool::State::GiveOut(const Lease::Taken& taken, Moment moment, Notes& notes) {
  if (taken.session != 0) {
    CountAffinity(taken.tie, *taken.member);
    affinity.Put(taken.session, taken.member, moment.now);
  }
  LookAhead(*taken.member, taken.model, moment, notes);
}

void Pool::State::WaitUntil(TimePoint wake, TimePoint now, std::unique_lock<std::mutex>& lock) {
  ++waiting;
  clock.Wait(changed, lock, std::min(Left(now, wake), kSlice));
  --waiting;
}

void Pool::State::Wake() {
  if (waiting > 0) changed.notify_all();
}

}  // namespace agm::accounts
