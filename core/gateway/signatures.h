#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/chat/event.h"
#include "core/store/conversations.h"

namespace agm::gateway {

/// The thought signatures of tool calls, by call id. Most clients drop them, but the upstream
/// requires them when the conversation continues. All are stored. The most recently stored or
/// requested ones are kept in memory, including ids without a signature, because a long
/// conversation asks for each of its calls again and again.
///
/// Thread safety: any thread.
class Signatures {
 public:
  Signatures(store::Conversations& stored, Clock& clock) : stored_(stored), clock_(clock) {}

  void Keep(const std::string& call, const std::string& family, const std::string& signature);
  /// Empty if no signature is known for a model of that family.
  std::string Find(std::string_view call, std::string_view family);

 private:
  struct Recent {
    std::unordered_map<std::string, std::string> by_key;  ///< signature by "family\ncall"
    std::deque<std::string> order;                        ///< oldest first

    std::string& Add(std::string key, std::string signature);
  };

  store::Conversations& stored_;
  Clock& clock_;
  Guarded<Recent> recent_;
};

/// Watches an answer's events and stores the signatures of its calls.
///
/// Thread safety: one thread at a time.
class SignatureKeeper {
 public:
  SignatureKeeper(Signatures& signatures, std::string family)
      : signatures_(&signatures), family_(std::move(family)) {}
  void See(const chat::Event& event);

 private:
  Signatures* signatures_;
  std::string family_;
  std::map<int, std::string> open_;  ///< call id by choice; empty: no open call
};

}  // namespace agm::gateway
