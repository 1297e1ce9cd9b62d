#pragma once

#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/store/database.h"

namespace agm::store {

/// An answer that can be built upon.
struct SavedResponse {
  std::string id;
  std::string owner;  ///< whose it is; nobody else finds it
  WallTime created;
  std::string object;  ///< JSON, as it was answered
  std::string input;   ///< JSON array: the request's own items
  std::string items;   ///< JSON array: the whole conversation up to and with this answer
};

/// Stored responses and thought signatures: at most 5,000 and 50,000 of them, for 30 days.
///
/// Thread safety: any thread.
class Conversations {
 public:
  explicit Conversations(Database& database) : database_(database) {}

  void Keep(SavedResponse response);
  std::optional<SavedResponse> Find(const std::string& owner, const std::string& id);
  /// False where there was none.
  bool Remove(const std::string& owner, const std::string& id);

  void KeepSignature(std::string call, std::string family, std::string signature, WallTime now);
  struct FoundSignature {
    std::string signature;  ///< empty where there is none for that family
    bool sure = false;      ///< all that was to be stored was there to be found
  };
  FoundSignature FindSignature(std::string_view call, std::string_view family);

 private:
  Database& database_;
};

}  // namespace agm::store
