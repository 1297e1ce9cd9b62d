#pragma once

#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/store/copies.h"
#include "core/store/database.h"

namespace agm::store {

/// A response that a later request can continue (previous_response_id).
struct SavedResponse {
  std::string id;
  std::string owner;  ///< the caller that it belongs to; no other caller can find it
  WallTime created;
  std::string object;  ///< JSON, as sent to the client
  std::string input;   ///< JSON array: the items of its request
  std::string items;   ///< JSON array: the whole conversation including this response
};

/// Stored responses and thought signatures: at most 5,000 and 50,000 of them, for 30 days.
///
/// Thread safety: any thread.
class Conversations {
 public:
  /// `copies`: the way to other machines; null: this one works alone.
  explicit Conversations(Database& database, Copies* copies = nullptr);

  void Keep(SavedResponse response);
  std::optional<SavedResponse> Find(const std::string& owner, const std::string& id);
  /// False if there was no such response.
  bool Remove(const std::string& owner, const std::string& id);

  void KeepSignature(std::string call, std::string family, std::string signature, WallTime now);
  struct FoundSignature {
    std::string signature;  ///< empty if none is stored for that family
    bool sure = false;  ///< false: earlier writes are still pending, so a signature may be missing
  };
  FoundSignature FindSignature(std::string_view call, std::string_view family);

 private:
  void StoreResponse(SavedResponse response);
  void StoreSignature(std::string call, std::string family, std::string signature, WallTime now);
  std::optional<SavedResponse> FindHere(const std::string& owner, const std::string& id);
  std::optional<SavedResponse> FindElsewhere(const std::string& owner, const std::string& id);
  void ForgetHere(const std::string& id);

  Database& database_;
  Copies* const copies_;
};

}  // namespace agm::store
