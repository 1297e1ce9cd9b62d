#include "core/cluster/shared_journal.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"

namespace agm::cluster {
namespace {

using namespace std::chrono_literals;
using Cooldown = store::PoolJournal::Cooldown;

/// The largest integer that every JSON reader takes exactly: "until an operator ends it".
constexpr std::int64_t kForever = 9'007'199'254'740'991;
constexpr Duration kKeepForever = 24h * 30;  // on the server; the nodes remember it longer
constexpr Duration kKeepHeals = 24h;
constexpr Duration kKeepLearned = 24h * 7;
constexpr Duration kWorthKeeping = 5s;  // a shorter cooldown ends before a restart does
constexpr char kSeparator = '\x1f';

// KEYS: cooldowns. ARGV: field, until, credential, JSON, channel, announcement, expiry.
// Never shortens a cooldown, unless it belongs to another credential.
constexpr std::string_view kSave = R"(
local old = redis.call('HGET', KEYS[1], ARGV[1])
if old then
  local known = cjson.decode(old)
  if known['credential'] == ARGV[3] and known['until'] >= tonumber(ARGV[2]) then return 0 end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[7]) then redis.call('PEXPIRE', KEYS[1], ARGV[7]) end
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 1)";

// KEYS: cooldowns, recoveries. ARGV: the owner with the separator, owner, time, channel, announcement,
// expiry.
constexpr std::string_view kDrop = R"(
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, #ARGV[1]) == ARGV[1] then redis.call('HDEL', KEYS[1], field) end
end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 1)";

// KEYS: learned. ARGV: field, JSON, channel, announcement, expiry.
constexpr std::string_view kLearn = R"(
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PUBLISH', ARGV[3], ARGV[4])
return 1)";

std::string FieldOf(const Cooldown& cooldown) {
  return cooldown.account + kSeparator + cooldown.model + kSeparator + cooldown.reason;
}

std::int64_t Milliseconds(WallTime time) {
  return time == WallTime::max() ? kForever : time.time_since_epoch().count();
}

WallTime TimeOf(std::int64_t milliseconds) {
  return milliseconds >= kForever ? WallTime::max() : WallTime(Duration(milliseconds));
}

/// A cooldown with times of the server's clock, and when it was written.
std::string Write(const Cooldown& cooldown, WallTime at) {
  std::string text;
  JsonWriter json(text);
  json.Object().Key("owner").String(ToUtf8(cooldown.account));
  json.Key("model").String(ToUtf8(cooldown.model)).Key("reason").String(cooldown.reason);
  json.Key("until").Int(Milliseconds(cooldown.until)).Key("strikes").Int(cooldown.strikes);
  json.Key("counts_until").Int(Milliseconds(cooldown.counts_until));
  json.Key("credential").String(cooldown.credential).Key("said").String(ToUtf8(cooldown.said));
  json.Key("at").Int(Milliseconds(at)).EndObject();
  return text;
}

struct Read {
  Cooldown cooldown;
  std::int64_t at = 0;
};

std::optional<Read> ReadCooldown(std::string_view text) {
  const auto doc = JsonDoc::Parse(text);
  if (!doc) return std::nullopt;
  const JsonView root = doc->root();
  Read read;
  Cooldown& cooldown = read.cooldown;
  cooldown.account = root["owner"].text();
  cooldown.model = root["model"].text();
  cooldown.reason = root["reason"].text();
  cooldown.until = TimeOf(root["until"].integer().value_or(0));
  cooldown.strikes = static_cast<int>(root["strikes"].integer().value_or(0));
  cooldown.counts_until = TimeOf(root["counts_until"].integer().value_or(0));
  cooldown.credential = root["credential"].text();
  cooldown.said = root["said"].text();
  read.at = root["at"].integer().value_or(0);
  return read;
}

void Write(JsonWriter& json, std::string_view name, const store::PoolJournal::Limit& limit) {
  json.Key(name).Object().Key("limit").Int(limit.limit).Key("sure").Bool(limit.sure);
  json.Key("from").Int(Milliseconds(limit.from)).Key("until").Int(Milliseconds(limit.until));
  json.EndObject();
}

store::PoolJournal::Limit ReadLimit(JsonView from, const ServerClock& clock) {
  store::PoolJournal::Limit limit;
  limit.limit = from["limit"].integer().value_or(0);
  limit.sure = from["sure"].boolean();
  limit.from = clock.ToLocal(TimeOf(from["from"].integer().value_or(0)));
  limit.until = clock.ToLocal(TimeOf(from["until"].integer().value_or(0)));
  return limit;
}

std::int64_t NumberIn(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

SharedJournal::SharedJournal(store::PoolJournal& local, Link& link, store::Copies& copies,
                             Clock& clock)
    : local_(local), link_(link), copies_(copies), clock_(clock) {
  link.Follow("cooldown", *this);
}

void SharedJournal::Attach(SharedPool pool) {
  pool_ = std::move(pool);
  copies_.Follow(store::Copies::Kind::kTie,
                 [this](const std::string& conversation, const std::string& account) {
                   pool_.tie({conversation, account});
                 });
}

TimePoint SharedJournal::OnMonotonic(WallTime time) const {
  if (time == WallTime::max()) return TimePoint::max();
  return clock_.Now() + (time - clock_.Wall());
}

void SharedJournal::SaveCooldown(const Cooldown& cooldown) {
  if (cooldown.until - clock_.Wall() > kWorthKeeping) local_.SaveCooldown(cooldown);
  const std::string field = FieldOf(cooldown);
  NoteBegin(field, clock_.Now());
  link_.Write("cooldown/" + field,
              [this, timed = TimedOf(cooldown)] { return SaveCommand(timed); });
}

void SharedJournal::NoteBegin(const std::string& field, TimePoint began) {
  std::lock_guard lock(mutex_);
  began_[field] = began;
}

SharedJournal::Timed SharedJournal::TimedOf(const Cooldown& cooldown) const {
  std::lock_guard lock(mutex_);
  const auto known = began_.find(FieldOf(cooldown));
  const TimePoint began = known == began_.end() ? TimePoint::min() : known->second;
  return {cooldown, began, OnMonotonic(cooldown.until), OnMonotonic(cooldown.counts_until)};
}

/// Forgets when cooldowns began that are over.
void SharedJournal::ForgetOthers(const std::vector<Cooldown>& cooling) {
  std::set<std::string> fields;
  for (const Cooldown& cooldown : cooling) fields.insert(FieldOf(cooldown));
  std::lock_guard lock(mutex_);
  std::erase_if(began_, [&](const auto& entry) { return !fields.contains(entry.first); });
}

Command SharedJournal::SaveCommand(const Timed& timed) const {
  const TimePoint now = clock_.Now();
  if (timed.until <= now) return {};
  const WallTime server = link_.server_clock().Now();
  const auto on_server = [&](TimePoint time) {
    if (time == TimePoint::max()) return WallTime::max();
    if (time == TimePoint::min()) return WallTime{};
    return server + std::chrono::ceil<Duration>(time - now);
  };
  Cooldown shared = timed.cooldown;
  shared.until = on_server(timed.until);
  shared.counts_until = on_server(timed.counts_until);
  const bool forever = shared.until == WallTime::max();
  const Duration keep = forever ? kKeepForever : shared.until - server + 1s;
  const std::string text = Write(shared, on_server(timed.began));
  return {"EVAL",
          std::string(kSave),
          "1",
          link_.Key("{pool}:cooldowns"),
          FieldOf(shared),
          std::to_string(Milliseconds(shared.until)),
          shared.credential,
          text,
          link_.place().channel(),
          link_.Announcement("cooldown", "+" + text),
          std::to_string(keep.count())};
}

void SharedJournal::DropCooldowns(const std::string& account) {
  local_.DropCooldowns(account);
  const std::int64_t at = Milliseconds(link_.server_clock().Now());
  {
    std::lock_guard lock(mutex_);
    healed_[account] = at;
  }
  link_.Write("heal/" + account, [this, account, at] {
    const std::string time = std::to_string(at);
    return Command{"EVAL",
                   std::string(kDrop),
                   "2",
                   link_.Key("{pool}:cooldowns"),
                   link_.Key("{pool}:recoveries"),
                   account + kSeparator,
                   account,
                   time,
                   link_.place().channel(),
                   link_.Announcement("cooldown", "-" + time + "\n" + account),
                   std::to_string(kKeepHeals.count())};
  });
}

void SharedJournal::SaveBelonging(const Belonging& belonging) {
  local_.SaveBelonging(belonging);
  std::string text;
  JsonWriter json(text);
  json.Object().Key("account").String(ToUtf8(belonging.account));
  json.Key("credential").String(belonging.credential);
  json.Key("project").String(ToUtf8(belonging.project)).EndObject();
  SaveLearned("project" + std::string(1, kSeparator) + belonging.account, text);
}

void SharedJournal::SaveQuota(const Quota& quota) {
  const ServerClock& clock = link_.server_clock();
  const auto on_server = [&clock](Limit limit) {
    limit.from = clock.FromLocal(limit.from);
    limit.until = clock.FromLocal(limit.until);
    return limit;
  };
  std::string text;
  JsonWriter json(text);
  json.Object().Key("account").String(ToUtf8(quota.account));
  json.Key("credential").String(quota.credential).Key("model").String(ToUtf8(quota.model));
  Write(json, "requests", on_server(quota.requests));
  Write(json, "tokens", on_server(quota.tokens));
  Write(json, "day", on_server(quota.day));
  json.EndObject();
  SaveLearned(quota.account + kSeparator + quota.model, text);
}

void SharedJournal::SaveLearned(const std::string& field, const std::string& text) {
  link_.Write("learned/" + field, [this, field, text] {
    return Command{"EVAL",
                   std::string(kLearn),
                   "1",
                   link_.Key("{pool}:learned"),
                   field,
                   text,
                   link_.place().channel(),
                   link_.Announcement("cooldown", "*" + text),
                   std::to_string(kKeepLearned.count())};
  });
}

/// Reads a learned project or quota.
void SharedJournal::HearLearned(std::string_view text) {
  const auto doc = JsonDoc::Parse(text);
  if (!doc) return;
  const JsonView root = doc->root();
  if (const JsonView project = root["project"]) {
    const Belonging belonging{root["account"].text(), project.text(), root["credential"].text()};
    local_.SaveBelonging(belonging);
    return pool_.belongs(belonging);
  }
  const ServerClock& clock = link_.server_clock();
  pool_.learn({root["account"].text(), root["credential"].text(), root["model"].text(),
               ReadLimit(root["requests"], clock), ReadLimit(root["tokens"], clock),
               ReadLimit(root["day"], clock)});
}

// First what was healed, so that the cooldowns which began later stay; then the server's cooldowns;
// then this node's own that the server lacks, because it was alone or the server was restarted.
Result<void> SharedJournal::Join(const AskServer& ask) {
  const auto replies = ask({{"HGETALL", link_.Key("{pool}:recoveries")},
                            {"HGETALL", link_.Key("{pool}:cooldowns")},
                            {"HVALS", link_.Key("{pool}:learned")}});
  if (!replies) return replies.error();
  for (const Reply& learned : (*replies)[2].items) HearLearned(learned.text);
  const std::vector<Reply>& recoveries = (*replies)[0].items;
  for (std::size_t i = 0; i + 1 < recoveries.size(); i += 2) {
    AdoptRecovery(recoveries[i].text, NumberIn(recoveries[i + 1].text));
  }
  std::vector<Command> commands;
  std::map<std::string, WallTime> known;
  const std::vector<Reply>& fields = (*replies)[1].items;
  const WallTime now = link_.server_clock().Now();
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    auto read = ReadCooldown(fields[i + 1].text);
    if (!read || read->cooldown.until <= now) {
      commands.push_back({"HDEL", link_.Key("{pool}:cooldowns"), fields[i].text});
    } else if (!IsHealed(read->cooldown.account, read->at)) {
      known[fields[i].text] = read->cooldown.until;
      Adopt(std::move(read->cooldown), read->at);
    }
  }
  const std::vector<Cooldown> cooling = pool_.cooling();
  ForgetOthers(cooling);
  for (const Cooldown& mine : cooling) {
    const auto there = known.find(FieldOf(mine));
    const WallTime until = link_.server_clock().FromLocal(mine.until);
    if (there != known.end() && there->second + 10ms >= until) continue;
    commands.push_back(SaveCommand(TimedOf(mine)));
  }
  std::erase_if(commands, [](const Command& command) { return command.empty(); });
  if (commands.empty()) return {};
  const auto done = ask(commands);
  return done ? Result<void>() : done.error();
}

/// change := "+" cooldown as JSON | "*" project or quota as JSON | "-" time LF owner
void SharedJournal::Hear(std::string_view change) {
  if (change.starts_with('+')) return HearCooldown(change.substr(1));
  if (change.starts_with('*')) return HearLearned(change.substr(1));
  if (change.starts_with('-')) HearHeal(change.substr(1));
}

void SharedJournal::HearCooldown(std::string_view text) {
  auto read = ReadCooldown(text);
  if (read && !IsHealed(read->cooldown.account, read->at)) {
    Adopt(std::move(read->cooldown), read->at);
  }
}

void SharedJournal::HearHeal(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return;
  AdoptRecovery(std::string(text.substr(end + 1)), NumberIn(text.substr(0, end)));
}

void SharedJournal::Adopt(Cooldown cooldown, std::int64_t at) {
  const WallTime server = link_.server_clock().Now();
  NoteBegin(FieldOf(cooldown), clock_.Now() + (TimeOf(at) - server));
  cooldown.until = link_.server_clock().ToLocal(cooldown.until);
  cooldown.counts_until = link_.server_clock().ToLocal(cooldown.counts_until);
  if (cooldown.until - clock_.Wall() > kWorthKeeping) local_.SaveCooldown(cooldown);
  pool_.adopt(cooldown);
}

/// Ends the owner's cooldowns, unless this node has done so before.
void SharedJournal::AdoptRecovery(const std::string& owner, std::int64_t at) {
  {
    std::lock_guard lock(mutex_);
    std::int64_t& last = healed_[owner];
    if (last >= at) return;
    last = at;
  }
  local_.DropCooldowns(owner);
  pool_.heal(owner);
}

bool SharedJournal::IsHealed(const std::string& owner, std::int64_t at) const {
  std::lock_guard lock(mutex_);
  const auto last = healed_.find(owner);
  return last != healed_.end() && last->second >= at;
}

}  // namespace agm::cluster
