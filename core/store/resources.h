#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/store/copies.h"
#include "core/store/database.h"

namespace agm::store {

/// Something that an upstream keeps for one account: a file, a cache, a batch, an upload session.
struct Resource {
  std::string name;     ///< "files/abc", "cachedContents/x", "batches/x", "uploads/ID"
  std::string owner;    ///< the caller that it belongs to; no other caller may use it
  std::string account;  ///< name of the account that holds it
  std::string object;   ///< JSON, as the upstream wrote it when it was created
  WallTime created{};
  WallTime expires{};
};

/// The upstream resources that were created through the gateway, and the account on which each
/// caller creates its next one. Expired resources are forgotten.
///
/// Thread safety: any thread.
class Resources {
 public:
  /// `copies`: the way to other machines; null: this one works alone.
  explicit Resources(Database& database, Copies* copies = nullptr);

  void Keep(Resource resource);
  /// Nothing if there is none of that name, or if it has expired at `now`.
  std::optional<Resource> Find(const std::string& name, WallTime now);
  /// All of an owner whose names begin with `prefix`, the newest first.
  std::vector<Resource> List(const std::string& owner, std::string_view prefix, WallTime now);
  void Remove(const std::string& name);

  /// The account on which the caller creates resources; empty if it has created none.
  std::string Home(const std::string& owner);
  void SetHome(const std::string& owner, const std::string& account);

 private:
  void Store(Resource resource);
  void Forget(const std::string& name);
  void StoreHome(const std::string& owner, const std::string& account);

  Database& database_;
  Copies* const copies_;
};

}  // namespace agm::store
