#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/config/config.h"
#include "core/keys/limits.h"
#include "core/keys/meters.h"
#include "core/keys/scopes.h"
#include "core/ledger/price_list.h"

namespace agm::keys {

/// A client key as the configuration describes it.
struct Key {
  std::string name;
  std::string id;  ///< empty: a key of [proxy]
  Scopes scopes;
  std::vector<std::string> models;  ///< patterns; empty: every model
  std::optional<WallTime> expires;
  bool enabled = true;
  Limits limits;
  std::shared_ptr<Meter> meter;                     ///< null: a key of [proxy]
  std::shared_ptr<const TimeZone> zone;             ///< of its days and months; null with `meter`
  std::shared_ptr<const ledger::PriceList> prices;  ///< of its budgets; null with `meter`

  /// True if one of the names (as asked, as mapped) is among the models of the key.
  bool MayUse(std::string_view asked, std::span<const std::string> targets) const;
  /// The targets that the key may use: all of them if it may use the name asked for.
  std::vector<std::string> UsableTargets(std::string_view asked,
                                         std::vector<std::string> targets) const;
};

/// All keys of a configuration: those of [[keys]], and those of [proxy], which have every scope and
/// no limits.
///
///   auto key = ring.Find(credentials, clock.Wall());
///   if (!key) return std::move(key).error();     // expired or disabled
///   if (*key == nullptr) ...                     // no key of this gateway
///
/// Thread safety: immutable.
class Ring {
 public:
  /// Limited keys share the meters of `meters`.
  Ring(const config::Config& config, Meters& meters);

  /// The key that one of the credentials belongs to; null if none does. The time reveals nothing
  /// about secrets: an id finds its key, and secrets are compared by their digests.
  /// kUnauthenticated if the only key that matches has expired or is disabled.
  Result<std::shared_ptr<const Key>> Find(std::span<const std::string> credentials,
                                          WallTime now) const;

  bool HasLimitedKeys() const { return !by_id_.empty(); }
  /// The keys of [[keys]], in the file's order.
  const std::vector<std::shared_ptr<const Key>>& keys() const { return keys_; }

 private:
  /// A digest that opens a key, for some time.
  struct Lock {
    std::string hash;
    std::optional<WallTime> until;
    std::shared_ptr<const Key> key;
  };
  struct Plain {
    Secret secret;
    std::shared_ptr<const Key> key;
  };
  using Locks = std::unordered_multimap<std::string, Lock>;

  std::shared_ptr<const Key> Match(const std::string& credential, WallTime now) const;

  std::vector<std::shared_ptr<const Key>> keys_;
  Locks by_id_;
  Locks by_hash_;  ///< adopted keys have no id in their text
  std::vector<Plain> plain_;
};

}  // namespace agm::keys
