// Applies the outcome of an attempt to the pool, and to the journal that outlives the process.

#include <algorithm>
#include <chrono>

#include "core/accounts/pool_state.h"
#include "core/base/random.h"
#include "core/upstream/no_answer.h"

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;
using upstream::Failure;
using upstream::Trouble;

constexpr double kNewest = 0.3;     // weight of the newest measurement in a mean
constexpr auto kWorthKeeping = 5s;  // a shorter cooldown ends before a restart does
constexpr std::string_view kProject = "project:";

double Mean(double known, double newest) { return known + kNewest * (newest - known); }

void Measure(Member& member, const ModelName& model, Duration first_byte, TimePoint now) {
  if (first_byte.count() <= 0) return;
  const auto ms = static_cast<double>(first_byte.count());
  Speed& speed = member.speeds[model];
  speed.ms = speed.measured == TimePoint{} ? ms : Mean(speed.ms, ms);
  speed.measured = now;
  member.first_byte_ms = member.first_byte_ms ? Mean(*member.first_byte_ms, ms) : ms;
}

void Reward(Member& member, const ModelName& model, const Success& success, TimePoint now,
            Notes& notes) {
  member.tokens += success.tokens;
  Measure(member, model, success.first_byte, now);
  for (Rests* rests : {&member.rests, &member.project->rests, &member.endpoint->rests}) {
    if (rests->empty()) continue;
    if (const Rest* over = rests->TakeExpired(model.text, now)) {
      notes.events.push_back({AccountEvent::Kind::kRecovered,
                              member.account->Label(),
                              over->model,
                              std::string(upstream::RowOf(over->trouble).name),
                              {},
                              {}});
    }
    rests->Soften(model.text, now);
  }
}

/// Notes the event that starts `rest`. Extending a cooldown that the log has already is no event.
void TellOf(const Member& member, Rest& rest, const Rest* known, TimePoint now, Notes& notes) {
  if (rest.until <= now) return;
  const bool renewed = known != nullptr && known->told && known->until > now;
  rest.told = true;
  if (renewed) return;
  AccountEvent event;
  event.kind =
      IsQuarantine(rest.trouble) ? AccountEvent::Kind::kQuarantined : AccountEvent::Kind::kCooldown;
  event.account = member.account->Label();
  event.model = rest.model;
  event.reason = upstream::RowOf(rest.trouble).name;
  if (!rest.forever()) event.length = Left(now, rest.until);
  event.said = rest.said;
  notes.events.push_back(std::move(event));
}

std::int64_t TokensOf(const Success* success) {
  if (success == nullptr) return 0;
  return success->input_tokens > 0 ? success->input_tokens : success->tokens;
}

WallTime OnCalendar(TimePoint point, Moment moment) {
  if (point == TimePoint::max()) return WallTime::max();
  return moment.wall + std::chrono::ceil<Duration>(point - moment.now);
}

TimePoint OnMonotonic(WallTime time, Moment moment) {
  if (time == WallTime::max()) return TimePoint::max();
  return moment.now + std::max<Duration>(time - moment.wall, Duration{0});
}

PoolJournal::Usage UsageOf(const Member& member) {
  return {member.account->name, member.requests, member.errors, member.tokens, member.last_used};
}

Rests* RestsOf(Member& member, Trouble trouble) {
  switch (OwnerOf(trouble)) {
    case Owner::kNobody:
      return nullptr;
    case Owner::kAccount:
      return &member.rests;
    case Owner::kProject:
      return &member.project->rests;
    case Owner::kEndpoint:
      return &member.endpoint->rests;
  }
  return nullptr;
}

// The journal keys a project's cooldowns by the project's name, so that all its accounts find them,
// and others by the account's name.
PoolJournal::Rest Journaled(const Member& member, const Rest& rest, Moment moment) {
  const bool shared = OwnerOf(rest.trouble) == Owner::kProject && !member.project->own;
  PoolJournal::Rest kept;
  kept.account = shared ? std::string(kProject) + member.project->key : member.account->name;
  kept.model = rest.model;
  kept.reason = upstream::RowOf(rest.trouble).name;
  kept.until = OnCalendar(rest.until, moment);
  kept.strikes = rest.strikes;
  kept.counts_until = OnCalendar(rest.counts_until, moment);
  if (!shared) kept.credential = member.credential;
  kept.said = rest.said;
  return kept;
}

bool IsWorthKeeping(const Rest& rest, TimePoint now) {
  return OwnerOf(rest.trouble) != Owner::kEndpoint &&
         (rest.forever() || rest.until - now > kWorthKeeping);
}

}  // namespace

void Pool::State::Punish(const Lease::Taken& taken, const Failure& failure, Moment moment,
                         Notes& notes) {
  Member& member = *taken.member;
  if (roster.Learn(member, failure.project, moment.now)) {
    notes.belonging = {member.account->name, failure.project, member.credential};
    lines.clear();
  }
  member.project->quotas[taken.model].Learn(failure, taken.at, moment);
  member.project->seen.Note(taken.model.text, failure.quota);
  Rests* rests = RestsOf(member, failure.trouble);
  if (rests == nullptr) return;
  const std::string model = IsForModel(failure.trouble) ? taken.model.text : std::string();
  const Rest* known = rests->Find(model, failure.trouble);
  Rest rest = Penalty(failure, model, known, taken.at, moment, RandomFraction());
  if (IsQuarantine(failure.trouble)) rest.why = failure.error.message;
  rest.said = failure.said;
  // If no request succeeds anywhere, the network is down, and the account gets no cooldown.
  const bool others_work = known != nullptr && last_success > known->since;
  if (failure.trouble == Trouble::kNetwork && !others_work) rest.until = moment.now;
  TellOf(member, rest, known, moment.now, notes);
  const Rest& held = rests->Put(std::move(rest), moment.now);
  if (IsWorthKeeping(held, moment.now)) notes.rests.push_back(Journaled(member, held, moment));
}

void Pool::State::LookAhead(Member& member, const ModelName& model, Moment moment, Notes& notes) {
  const auto wall = member.project->quotas[model].Ahead(moment);
  if (!wall) return;
  Rest rest{model.text, wall->trouble, moment.now, wall->until, 1, wall->until};
  const Rest* known = member.project->rests.Find(model.text, wall->trouble);
  TellOf(member, rest, known, moment.now, notes);
  const Rest& held = member.project->rests.Put(std::move(rest), moment.now);
  const bool of_day = wall->trouble == Trouble::kDayQuota;
  if (of_day) notes.rests.push_back(Journaled(member, held, moment));
}

void Pool::State::End(Lease::Taken& taken, const Success* success, const Failure* failure) {
  Notes notes;
  {
    std::lock_guard lock(mutex);
    const Moment moment = Look();
    Member& member = *taken.member;
    --member.in_flight;
    --member.project->in_flight;
    if (success != nullptr) {
      Reward(member, taken.model, *success, moment.now, notes);
      affinity.Prove(taken.session, member);
      last_success = moment.now;
    }
    if (failure != nullptr && upstream::CountsAgainstAccount(*failure)) {
      const upstream::TroubleRow& row = upstream::RowOf(failure->trouble);
      if (row.next != upstream::NextTry::kStop) ++member.errors;
      Punish(taken, *failure, moment, notes);
    }
    member.project->quotas[taken.model].End(taken.expected_tokens, TokensOf(success), moment);
    if (success != nullptr) LookAhead(member, taken.model, moment, notes);
    if (journal != nullptr && !member.retired) notes.usage = UsageOf(member);
    if (member.retired) notes.rests.clear();
    Wake();
  }
  notes.Write(journal, hear);
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
  for (const PoolJournal::Rest& kept : journal->LoadRests()) {
    const auto trouble = upstream::FindTrouble(kept.reason);
    if (!trouble) continue;
    Rest rest{kept.model,   *trouble,
              moment.now,   OnMonotonic(kept.until, moment),
              kept.strikes, OnMonotonic(kept.counts_until, moment)};
    rest.told = rest.until > moment.now;
    rest.said = kept.said;
    if (IsQuarantine(*trouble)) rest.why = kept.said;
    if (kept.account.starts_with(kProject)) {
      const auto project = roster.FindProject(kept.account.substr(kProject.size()));
      if (project) project->rests.Put(std::move(rest), moment.now);
      continue;
    }
    const auto member = roster.Find(kept.account);
    const bool same = member && (kept.credential.empty() || kept.credential == member->credential);
    Rests* rests = same ? RestsOf(*member, *trouble) : nullptr;
    if (rests != nullptr) rests->Put(std::move(rest), moment.now);
  }
}

}  // namespace agm::accounts
