// Applies the outcome of an attempt to the pool, and notes it for the journal.

#include <algorithm>
#include <chrono>

#include "core/accounts/journaled.h"
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
  for (Cooldowns* cooldowns :
       {&member.cooldowns, &member.project->cooldowns, &member.endpoint->cooldowns}) {
    if (cooldowns->empty()) continue;
    if (const Cooldown* over = cooldowns->TakeExpired(model.text, now)) {
      TellEnd(member, *over, notes);
    }
    cooldowns->ForgetExpired(model.text, now);
  }
}

}  // namespace

/// Notes the event that starts `cooldown`. Extending a cooldown that the log has already is no
/// event.
void TellOf(const Member& member, Cooldown& cooldown, const Cooldown* known, TimePoint now,
            Notes& notes) {
  if (cooldown.until <= now) return;
  const bool renewed = known != nullptr && known->told && known->until > now;
  cooldown.told = true;
  if (renewed) return;
  AccountEvent event;
  event.kind = IsQuarantine(cooldown.trouble) ? AccountEvent::Kind::kQuarantined
                                              : AccountEvent::Kind::kCooldown;
  event.account = member.account->Label();
  event.model = cooldown.model;
  event.reason = upstream::RowOf(cooldown.trouble).name;
  if (!cooldown.forever()) event.length = Left(now, cooldown.until);
  event.said = cooldown.said;
  notes.events.push_back(std::move(event));
}

void TellEnd(const Member& member, const Cooldown& cooldown, Notes& notes) {
  notes.events.push_back({AccountEvent::Kind::kRecovered,
                          member.account->Label(),
                          cooldown.model,
                          std::string(upstream::RowOf(cooldown.trouble).name),
                          {},
                          {}});
}

namespace {

std::int64_t TokensOf(const Success* success) {
  if (success == nullptr) return 0;
  return success->input_tokens > 0 ? success->input_tokens : success->tokens;
}

bool IsOfQuota(const Failure& failure) {
  return failure.trouble == Trouble::kMinuteQuota || failure.trouble == Trouble::kDayQuota;
}

PoolJournal::Usage UsageOf(const Member& member) {
  return {member.account->name, member.requests, member.errors, member.tokens, member.last_used};
}

bool IsWorthKeeping(const Cooldown& cooldown, TimePoint now, bool shared) {
  if (shared) return cooldown.until > now;
  return OwnerOf(cooldown.trouble) != Owner::kEndpoint &&
         (cooldown.forever() || cooldown.until - now > kWorthKeeping);
}

}  // namespace

void Pool::State::Punish(const Lease::Taken& taken, const Failure& failure, Moment moment,
                         Notes& notes) {
  Member& member = *taken.member;
  if (roster.Learn(member, failure.project, moment.now)) {
    notes.belonging = {member.account->name, failure.project, member.credential};
    queues.clear();
  }
  Quotas& quotas = member.project->quotas[taken.model];
  quotas.Learn(failure, taken.at, moment);
  if (IsOfQuota(failure) && IsShared()) {
    notes.quota = Journaled(member, taken.model.text, quotas.learned(), moment);
  }
  member.project->seen.Note(taken.model.text, failure.quotas);
  Cooldowns* cooldowns = CooldownsOf(member, failure.trouble);
  if (cooldowns == nullptr) return;
  const std::string model = IsForModel(failure.trouble) ? taken.model.text : std::string();
  const Cooldown* known = cooldowns->Find(model, failure.trouble);
  Cooldown cooldown = Penalty(failure, model, known, taken.at, moment, RandomFraction());
  if (IsQuarantine(failure.trouble)) cooldown.why = failure.error.message;
  cooldown.said = failure.said;
  // If no request succeeds anywhere, the network is down, and the account gets no cooldown.
  const bool others_work = known != nullptr && last_success > known->since;
  if (failure.trouble == Trouble::kNetwork && !others_work) cooldown.until = moment.now;
  TellOf(member, cooldown, known, moment.now, notes);
  const Cooldown& held = cooldowns->Put(std::move(cooldown), moment.now);
  if (IsWorthKeeping(held, moment.now, IsShared())) {
    notes.cooldowns.push_back(Journaled(member, held, moment));
  }
}

void Pool::State::LookAhead(Member& member, const ModelName& model, Moment moment, Notes& notes) {
  const auto wall = member.project->quotas[model].Ahead(moment);
  if (wall) StartCooldown(member, model, *wall, moment, notes);
}

void Pool::State::StartCooldown(Member& member, const ModelName& model, const Quotas::Wall& wall,
                                Moment moment, Notes& notes) {
  Cooldown cooldown{model.text, wall.trouble, moment.now, wall.until, 1, wall.until};
  cooldown.ahead = true;
  const Cooldown* known = member.project->cooldowns.Find(model.text, wall.trouble);
  TellOf(member, cooldown, known, moment.now, notes);
  const Cooldown& held = member.project->cooldowns.Put(std::move(cooldown), moment.now);
  const bool kept = wall.trouble == Trouble::kDayQuota || (known == nullptr && IsShared());
  if (kept) notes.cooldowns.push_back(Journaled(member, held, moment));
}

void Pool::State::End(Lease::Taken& taken, const Success* success, const Failure* failure) {
  Notes notes;
  if (failure != nullptr && IsOfQuota(*failure)) AskOthers(taken);
  {
    std::lock_guard lock(mutex);
    const Moment moment = Look();
    Member& member = *taken.member;
    --member.in_flight;
    --member.project->in_flight;
    if (success != nullptr) {
      Reward(member, taken.model, *success, moment.now, notes);
      const bool news = affinity.Prove(taken.session, member, moment.now);
      if (news && !taken.conversation.empty()) {
        notes.tie = {std::move(taken.conversation), member.account->name};
      }
      last_success = moment.now;
    }
    if (failure != nullptr && upstream::CountsAgainstAccount(*failure)) {
      const upstream::TroubleRow& row = upstream::RowOf(failure->trouble);
      if (row.next != upstream::NextTry::kStop) ++member.errors;
      Punish(taken, *failure, moment, notes);
    }
    Quotas& quotas = member.project->quotas[taken.model];
    quotas.End(taken.expected_tokens, TokensOf(success), moment);
    notes.counted = notes.ended = quotas.group;
    notes.tell_at_once = quotas.HasCertainLimit(moment);
    if (success != nullptr) LookAhead(member, taken.model, moment, notes);
    if (journal != nullptr && !member.retired) notes.usage = UsageOf(member);
    if (member.retired) notes.cooldowns.clear();
    Wake();
  }
  Write(notes);
}

}  // namespace agm::accounts
