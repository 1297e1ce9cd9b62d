#include "core/gateway/account_log.h"

#include <string_view>

#include "core/base/duration.h"

namespace agm::gateway {
namespace {

using accounts::AccountEvent;

constexpr Duration kLong{300'000};

std::string_view MessageOf(AccountEvent::Kind kind) {
  switch (kind) {
    case AccountEvent::Kind::kCooldown:
      return "an account enters cooldown";
    case AccountEvent::Kind::kQuarantined:
      return "an account is quarantined: the upstream refuses it";
    case AccountEvent::Kind::kRecovered:
      return "an account has recovered";
  }
  return {};
}

LogLevel LevelOf(const AccountEvent& event) {
  if (event.kind == AccountEvent::Kind::kRecovered) return LogLevel::kInfo;
  return event.length && *event.length <= kLong ? LogLevel::kInfo : LogLevel::kWarning;
}

}  // namespace

void LogAccountEvent(Log& log, const AccountEvent& event) {
  const LogLevel level = LevelOf(event);
  if (!log.Wants(level)) return;
  LogFields fields = log.Fields();
  fields.Add("account", event.account);
  if (!event.model.empty()) fields.Add("model", event.model);
  if (!event.reason.empty()) fields.Add("reason", event.reason);
  if (event.length) fields.Add("for", WriteDuration(*event.length));
  if (!event.said.empty()) fields.Add("why", event.said);
  log.Write(level, MessageOf(event.kind), fields);
}

}  // namespace agm::gateway
