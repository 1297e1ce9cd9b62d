#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/chat/event.h"
#include "core/chat/request.h"
#include "core/chat/turn_layout.h"
#include "core/store/conversations.h"

namespace agm::gateway {

/// The parts of the model's turns that clients do not send back: the thought signatures that came
/// with tool calls, by the call's id, and the layouts of whole turns (chat/turn_layout.h), by the
/// caller and what the caller saw of the turn. The upstream asks for both when the conversation
/// goes on. All are stored. Memory holds the newest entries that were stored or asked for,
/// including "not known", because a long conversation asks for each of its calls at every turn.
///
/// Thread safety: any thread.
class Signatures {
 public:
  Signatures(store::Conversations& stored, Clock& clock) : stored_(stored), clock_(clock) {}

  /// The signature of a tool call that the caller was given; no other caller finds it.
  void KeepCall(std::string_view caller, std::string_view call, const std::string& family,
                const std::string& signature);
  std::string FindCall(std::string_view caller, std::string_view call, std::string_view family);

  void Keep(const std::string& call, const std::string& family, const std::string& signature);
  /// Empty if no signature is known for a model of that family.
  std::string Find(std::string_view call, std::string_view family);

  /// Stores the turn's layout if it adds something and is not larger than 256 KB. For a turn with
  /// several calls it also stores that they belong together.
  void KeepTurn(std::string_view caller, const chat::LayoutRecorder& turn,
                const std::string& family);
  /// Names the turn with several calls in which this call was made; empty if it is not known.
  std::string TurnOf(std::string_view caller, std::string_view call, std::string_view family);
  /// The model's own blocks of a turn; nullopt if the gateway knows no more than the caller sent.
  std::optional<std::vector<chat::Block>> Restore(std::string_view caller,
                                                  const chat::Message& turn,
                                                  std::string_view family);

 private:
  struct Recent {
    std::unordered_map<std::string, std::string> by_key;  ///< signature by "family\ncall"
    std::deque<std::string> order;                        ///< oldest first

    std::string& Add(std::string key, std::string signature);
    void Forget(const std::string& key);
  };

  store::Conversations& stored_;
  Clock& clock_;
  Guarded<Recent> recent_;
};

/// Stores the signatures of an answer's calls while its events pass, and its layout at its end.
///
/// Thread safety: one thread at a time.
class SignatureKeeper {
 public:
  SignatureKeeper(Signatures& signatures, std::string caller, std::string family)
      : signatures_(&signatures), caller_(std::move(caller)), family_(std::move(family)) {}
  void See(const chat::Event& event);

 private:
  void On(const chat::BlockStarted& event);
  void On(const chat::BlockDelta& event) { layouts_[event.choice].See(event); }
  void On(const chat::BlockStopped& event);
  void On(const chat::Finished& event);
  void On(const chat::Started&) {}
  void On(const chat::Failed&) {}

  Signatures* signatures_;
  std::string caller_;
  std::string family_;
  std::map<int, std::string> open_;  ///< call id by choice; empty: no call
  std::map<int, chat::LayoutRecorder> layouts_;
};

}  // namespace agm::gateway
