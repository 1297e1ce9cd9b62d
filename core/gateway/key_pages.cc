#include "core/gateway/key_pages.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/iso_time.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/config/words.h"
#include "core/gateway/replies.h"
#include "core/keys/draft.h"

namespace agm::gateway {
namespace {

void WriteMinute(JsonWriter& json, std::string_view name,
                 const std::optional<keys::MinuteStanding>& standing) {
  json.Key(name);
  if (!standing) {
    json.Null();
    return;
  }
  json.Object().Key("limit").Int(standing->limit).Key("remaining").Int(standing->remaining);
  json.Key("reset_seconds").Int((standing->reset.count() + 999) / 1000).EndObject();
}

/// An exact amount of dollars, or a number of tokens.
void WriteAmount(JsonWriter& json, std::int64_t amount, bool money) {
  const bool negative = money && amount < 0;
  const std::string text = money ? keys::WriteDollars(negative ? -amount : amount) : std::string();
  money ? json.Raw(negative ? "-" + text : text) : json.Int(amount);
}

void WriteWindow(JsonWriter& json, std::string_view name,
                 const std::optional<keys::WindowStanding>& standing, bool money) {
  json.Key(name);
  if (!standing) {
    json.Null();
    return;
  }
  const std::string unit = money ? "_usd" : "";
  WriteAmount(json.Object().Key("limit" + unit), standing->limit, money);
  WriteAmount(json.Key("used" + unit), standing->used, money);
  WriteAmount(json.Key("remaining" + unit),
              std::max<std::int64_t>(0, standing->limit - standing->used), money);
  json.Key("resets_at").String(IsoTime(standing->resets)).EndObject();
}

void WriteSpent(JsonWriter& json, std::string_view name, const keys::Amount& amount) {
  WriteAmount(json.Key(name).Object().Key("list_usd"), amount.list, true);
  WriteAmount(json.Key("billed_usd"), amount.billed, true);
  json.Key("tokens").Int(amount.tokens).EndObject();
}

void WriteDescription(JsonWriter& json, const keys::Key& key) {
  json.Key("name").String(ToUtf8(key.name)).Key("id").String(key.id).Key("scopes").Array();
  for (std::size_t i = 0; i < config::kKeyScopeWords.size(); ++i) {
    if (key.scopes.Permit(static_cast<config::KeyScope>(i)))
      json.String(config::kKeyScopeWords.at(i));
  }
  json.EndArray().Key("models").Array();
  if (key.models.empty()) json.String("*");
  for (const std::string& model : key.models) json.String(ToUtf8(model));
  json.EndArray().Key("expires");
  key.expires ? json.String(IsoTime(*key.expires)) : json.Null();
  json.Key("enabled").Bool(key.enabled);
}

void WriteKey(JsonWriter& json, const keys::Key& key, WallTime wall, TimePoint now) {
  json.Object();
  WriteDescription(json, key);
  if (!key.meter) {
    json.EndObject();
    return;
  }
  key.meter->AskOthers(key.limits, *key.zone, wall, now);
  const keys::Standing standing = key.meter->Now(key.limits, *key.zone, wall, now);
  WriteMinute(json, "requests_per_minute", standing.requests);
  WriteMinute(json, "tokens_per_minute", standing.tokens);
  json.Key("parallel");
  if (standing.parallel > 0) {
    json.Object().Key("limit").Int(standing.parallel).Key("running").Int(standing.running);
    json.EndObject();
  } else {
    json.Null();
  }
  json.Key("budget").Object().Key("of").String(config::Word(key.limits.budget_of));
  WriteWindow(json, "day", standing.budget_day, true);
  WriteWindow(json, "month", standing.budget_month, true);
  json.EndObject().Key("tokens").Object();
  WriteWindow(json, "day", standing.tokens_day, false);
  WriteWindow(json, "month", standing.tokens_month, false);
  json.EndObject().Key("spent").Object();
  WriteSpent(json, "day", key.meter->Spent(keys::DayOf(*key.zone, wall)));
  WriteSpent(json, "month", key.meter->Spent(keys::MonthOf(*key.zone, wall)));
  json.EndObject().EndObject();
}

http::Reply Reply(std::string body, Record& record) {
  http::Reply reply = PageReply(200, "application/json", std::move(body), record);
  reply.headers.emplace_back("Cache-Control", "no-store");
  return reply;
}

}  // namespace

http::Reply MePage(Services& services, Record& record) {
  services.journal->Settle();
  std::string body;
  JsonWriter json(body);
  if (record.key) {
    WriteKey(json, *record.key, services.clock->Wall(), services.clock->Now());
  } else {
    json.Object().Key("name").String(ToUtf8(record.caller)).EndObject();
  }
  return Reply(std::move(body), record);
}

http::Reply KeysPage(Services& services, const Settings& settings, Record& record) {
  services.journal->Settle();
  std::string body;
  JsonWriter json(body);
  json.Object().Key("keys").Array();
  for (const auto& key : settings.ring.keys()) {
    WriteKey(json, *key, services.clock->Wall(), services.clock->Now());
  }
  json.EndArray().EndObject();
  return Reply(std::move(body), record);
}

}  // namespace agm::gateway
