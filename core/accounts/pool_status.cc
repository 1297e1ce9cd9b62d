#include <algorithm>
#include <set>

#include "core/accounts/exhaustion.h"
#include "core/config/words.h"

namespace agm::accounts {
namespace {

std::optional<WallTime> EndOf(const Rest& rest, Moment moment) {
  if (rest.forever()) return std::nullopt;
  return CalendarTime(rest.until, moment);
}

void AddRests(AccountStatus& status, const Rests& rests, Moment moment) {
  for (const Rest& rest : rests.all()) {
    if (rest.until <= moment.now) continue;
    status.rests.push_back(
        {rest.model, std::string(upstream::RowOf(rest.trouble).name), EndOf(rest, moment)});
  }
}

}  // namespace

std::size_t AccountStatus::ModelsCooling() const {
  std::set<std::string_view> models;
  for (const RestStatus& rest : rests) {
    if (!rest.model.empty()) models.insert(rest.model);
  }
  return state == "ready" ? models.size() : 0;
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
  const bool serves = standing.state == "cooling" && member.WakesAt({}) <= moment.now;
  status.state = serves ? "ready" : standing.state;
  status.reason = standing.reason;
  if (standing.rest != nullptr) {
    status.why = standing.rest->why;
    status.model = standing.rest->model;
    status.until = EndOf(*standing.rest, moment);
  }
  status.requests = member.requests;
  status.errors = member.errors;
  status.tokens = member.tokens;
  status.in_flight = member.in_flight;
  status.last_used = member.last_used;
  if (member.first_byte_ms) {
    status.first_byte = Duration(static_cast<Duration::rep>(*member.first_byte_ms + 0.5));
  }
  for (const Rests* rests : member.AllRests()) AddRests(status, *rests, moment);
  status.quotas = member.project->seen.all();
  return status;
}

}  // namespace agm::accounts
