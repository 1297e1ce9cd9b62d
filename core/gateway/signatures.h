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

/// The thought signatures that came with tool calls, by the call's id: clients mostly lose them,
/// and upstream asks for them when the conversation goes on. All are stored. The newest
/// that were kept or asked for are in memory, also those that nobody has: a long conversation asks
/// for each of its calls again and again.
///
/// Thread safety: any thread.
class Signatures {
 public:
  Signatures(store::Conversations& stored, Clock& clock) : stored_(stored), clock_(clock) {}

  void Keep(const std::string& call, const std::string& family, const std::string& signature);
  /// Empty where none is known for a model of that family.
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

/// Looks on while an answer passes and keeps the signatures of its calls.
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
  std::map<int, std::string> open_;  ///< call id by choice; empty: no call
};

}  // namespace agm::gateway
