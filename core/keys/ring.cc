#include "core/keys/ring.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "core/base/glob.h"
#include "core/base/time_zone.h"
#include "core/config/checks.h"
#include "core/config/model_name.h"
#include "core/keys/key_text.h"
#include "core/keys/prices.h"

namespace agm::keys {
namespace {

/// The moment when "2027-01-31" has passed, or the moment itself.
std::optional<WallTime> EndOf(const std::string& expires, const TimeZone& zone) {
  const auto read = config::ReadExpiry(expires);
  if (!read) return std::nullopt;
  if (const auto* moment = std::get_if<WallTime>(&*read)) return *moment;
  const auto day = std::get<std::chrono::year_month_day>(*read);
  return zone.Begin(std::chrono::year_month_day(std::chrono::sys_days(day) + std::chrono::days(1)));
}

bool Equal(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0U : 1U;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    difference |=
        static_cast<unsigned>(static_cast<unsigned char>(a[i])) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

std::shared_ptr<const Key> MakeKey(const config::ClientKey& from,
                                   const std::shared_ptr<const TimeZone>& zone,
                                   const std::shared_ptr<const ledger::PriceList>& prices,
                                   Meters& meters) {
  auto key = std::make_shared<Key>();
  key->name = from.name;
  key->id = from.id;
  key->scopes = Scopes(from.scopes);
  if (std::ranges::find(from.models, "*") == from.models.end()) key->models = from.models;
  // A list without any model allows none; an empty one would allow all.
  if (from.models.empty()) key->models = {std::string()};
  key->expires = EndOf(from.expires, *zone);
  key->enabled = from.enabled;
  key->limits = {from.requests_per_minute,
                 from.tokens_per_minute,
                 from.parallel,
                 from.budget,
                 from.budget_of,
                 from.tokens};
  key->meter = meters.Of(from.name);
  key->zone = zone;
  key->prices = prices;
  return key;
}

Error Refused(const Key& key, WallTime now) {
  return key.enabled
             ? Fail(ErrorCode::kUnauthenticated,
                    "the API key '{}' expired at {:%Y-%m-%d %H:%M} UTC; the gateway's operator can "
                    "extend it: agm keys set {} --expires 30d",
                    key.name,
                    fmt::gmtime(std::chrono::system_clock::to_time_t(key.expires.value_or(now))),
                    key.name)
             : Fail(ErrorCode::kUnauthenticated,
                    "the API key '{}' is disabled; the gateway's operator can enable it: agm keys "
                    "enable {}",
                    key.name, key.name);
}

}  // namespace

bool Key::MayUse(std::string_view asked, std::span<const std::string> targets) const {
  if (models.empty()) return true;
  const std::string_view plain = config::WithoutModelPrefix(asked);
  return std::ranges::any_of(models, [&](const std::string& pattern) {
    return GlobMatches(pattern, plain) || std::ranges::any_of(targets, [&](const auto& target) {
             return GlobMatches(pattern, target);
           });
  });
}

std::vector<std::string> Key::UsableTargets(std::string_view asked,
                                            std::vector<std::string> targets) const {
  if (models.empty() || MayUse(asked, {})) return targets;
  std::erase_if(targets, [&](const std::string& target) { return !MayUse(target, {}); });
  return targets;
}

Ring::Ring(const config::Config& config, Meters& meters) {
  for (const config::ApiKey& each : config.proxy.api_keys) {
    auto key = std::make_shared<Key>();
    key->name = each.name;
    key->scopes = Scopes::All();
    plain_.push_back({each.key, std::move(key)});
  }
  if (config.keys.empty()) return;
  const auto zone = ZoneOf(config);
  const auto prices = PricesOf(config);
  for (const config::ClientKey& each : config.keys) {
    const auto key = MakeKey(each, zone, prices, meters);
    keys_.push_back(key);
    const auto add = [&](const std::string& hash, std::optional<WallTime> until) {
      if (hash.empty()) return;
      by_id_.emplace(each.id, Lock{hash, until, key});
      by_hash_.emplace(hash, Lock{hash, until, key});
    };
    add(each.hash, std::nullopt);
    add(each.previous_hash, EndOf(each.previous_until, *zone));
  }
}

std::shared_ptr<const Key> Ring::Match(const std::string& credential, WallTime now) const {
  std::shared_ptr<const Key> match;
  if (credential.empty()) return match;
  const auto open = [&](const Locks& locks, const std::string& index, const std::string& hash) {
    const auto [begin, end] = locks.equal_range(index);
    for (auto at = begin; at != end; ++at) {
      const Lock& lock = at->second;
      if (Equal(lock.hash, hash) && (!lock.until || now < *lock.until)) match = lock.key;
    }
  };
  if (!by_id_.empty()) {
    if (const auto parts = ReadKeyText(credential)) {
      open(by_id_, std::string(parts->id), HashOf(parts->secret));
    }
    const std::string hash = match ? std::string() : HashOf(credential);
    if (!match) open(by_hash_, hash, hash);
  }
  // Compare with every key even after a match, so that the time reveals nothing.
  for (const Plain& each : plain_) {
    if (each.secret.Matches(credential)) match = each.key;
  }
  return match;
}

Result<std::shared_ptr<const Key>> Ring::Find(std::span<const std::string> credentials,
                                              WallTime now) const {
  std::shared_ptr<const Key> usable;
  std::shared_ptr<const Key> refused;
  for (const std::string& credential : credentials) {
    auto key = Match(credential, now);
    if (!key) continue;
    const bool works = key->enabled && (!key->expires || now < *key->expires);
    (works ? usable : refused) = std::move(key);
  }
  if (!usable && refused) return Refused(*refused, now);
  return usable;
}

}  // namespace agm::keys
