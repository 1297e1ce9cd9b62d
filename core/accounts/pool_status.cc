#include <algorithm>
#include <set>

#include "core/accounts/exhaustion.h"
#include "core/config/words.h"

namespace agm::accounts {
namespace {

std::optional<WallTime> EndOf(const Cooldown& cooldown, Moment moment) {
  if (cooldown.forever()) return std::nullopt;
  return CalendarTime(cooldown.until, moment);
}

void AddCooldowns(AccountStatus& status, const Cooldowns& cooldowns, Moment moment) {
  for (const Cooldown& cooldown : cooldowns.all()) {
    if (cooldown.until <= moment.now) continue;
    status.cooldowns.push_back({cooldown.model, std::string(upstream::RowOf(cooldown.trouble).name),
                                EndOf(cooldown, moment)});
  }
}

}  // namespace

std::size_t AccountStatus::ModelsCooling() const {
  std::set<std::string_view> models;
  for (const CooldownStatus& cooldown : cooldowns) {
    if (!cooldown.model.empty()) models.insert(cooldown.model);
  }
  return state == AccountState::kReady ? models.size() : 0;
}

AccountStatus StatusOf(const Member& member, Moment moment) {
  const config::Account& account = *member.account;
  const Standing standing = StandingOf(member, {}, moment.now);
  AccountStatus status;
  status.name = account.name;
  status.label = account.Label();
  status.kind = config::Word(account.kind);
  status.project = member.project->own ? account.project : member.project->key;
  // Cooldowns of single models leave the account ready for the others.
  const bool serves = standing.state == AccountState::kCooling && member.ReadyAt({}) <= moment.now;
  status.state = serves ? AccountState::kReady : standing.state;
  status.reason = standing.reason;
  if (standing.cooldown != nullptr) {
    status.why = standing.cooldown->why;
    status.model = standing.cooldown->model;
    status.until = EndOf(*standing.cooldown, moment);
  }
  status.requests = member.requests;
  status.errors = member.errors;
  status.tokens = member.tokens;
  status.in_flight = member.in_flight;
  status.last_used = member.last_used;
  if (member.first_byte_ms) {
    status.first_byte = Duration(static_cast<Duration::rep>(*member.first_byte_ms + 0.5));
  }
  for (const Cooldowns* cooldowns : member.AllCooldowns()) AddCooldowns(status, *cooldowns, moment);
  status.quotas = member.project->seen.all();
  return status;
}

}  // namespace agm::accounts
