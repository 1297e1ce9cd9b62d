#include "core/gateway/signatures.h"

#include <utility>
#include <variant>

#include "core/protocol/shared/id_source.h"

namespace agm::gateway {
namespace {

constexpr std::size_t kRecent = 4096;
constexpr std::size_t kLargestInMemory = 4096;
constexpr std::size_t kLargestLayout = 256 * 1024;

std::string KeyOf(std::string_view call, std::string_view family) {
  std::string key(family);
  return key.append("\n").append(call);
}

// Layouts are kept as signatures are, under a key that is no call's id.
std::string LayoutKey(std::string_view caller, std::string_view fingerprint) {
  Digest digest;
  digest.Add(caller);
  digest.Add("\n");
  digest.Add(fingerprint);
  return "turn " + digest.Hex().substr(0, 40);
}

std::string SignatureKey(std::string_view call) { return std::string("signature ").append(call); }

std::string CallKey(std::string_view call) { return std::string("call ").append(call); }

}  // namespace

void Signatures::Keep(const std::string& call, const std::string& family,
                      const std::string& signature) {
  stored_.KeepSignature(call, family, signature, clock_.Wall());
  auto recent = recent_.Lock();
  if (signature.size() > kLargestInMemory) return recent->Forget(KeyOf(call, family));
  recent->Add(KeyOf(call, family), {}) = signature;
}

std::string Signatures::Find(std::string_view call, std::string_view family) {
  if (call.size() > protocol::kLongestCallId) return {};  // not an id of this gateway
  std::string key = KeyOf(call, family);
  {
    auto recent = recent_.Lock();
    const auto found = recent->by_key.find(key);
    if (found != recent->by_key.end()) return found->second;
  }
  auto [signature, sure] = stored_.FindSignature(call, family);
  if (!sure || signature.size() > kLargestInMemory) return signature;
  auto recent = recent_.Lock();
  return recent->Add(std::move(key), std::move(signature));
}

void Signatures::KeepCall(std::string_view caller, std::string_view call, const std::string& family,
                          const std::string& signature) {
  Keep(LayoutKey(caller, SignatureKey(call)), family, signature);
}

std::string Signatures::FindCall(std::string_view caller, std::string_view call,
                                 std::string_view family) {
  if (call.size() > protocol::kLongestCallId) return {};  // not an id of this gateway
  return Find(LayoutKey(caller, SignatureKey(call)), family);
}

void Signatures::KeepTurn(std::string_view caller, const chat::LayoutRecorder& turn,
                          const std::string& family) {
  const bool several = turn.calls().size() > 1;
  const std::string layout = turn.Worthwhile() ? turn.Layout() : std::string();
  const bool kept = !layout.empty() && layout.size() <= kLargestLayout;
  if (!kept && !several) return;
  const std::string fingerprint = turn.Fingerprint();
  if (kept) Keep(LayoutKey(caller, fingerprint), family, layout);
  if (!several) return;
  for (const std::string& call : turn.calls()) {
    Keep(LayoutKey(caller, CallKey(call)), family, fingerprint);
  }
}

std::string Signatures::TurnOf(std::string_view caller, std::string_view call,
                               std::string_view family) {
  return Find(LayoutKey(caller, CallKey(call)), family);
}

std::optional<std::vector<chat::Block>> Signatures::Restore(std::string_view caller,
                                                            const chat::Message& turn,
                                                            std::string_view family) {
  const std::string layout = Find(LayoutKey(caller, chat::FingerprintOf(turn)), family);
  if (layout.empty()) return std::nullopt;
  return chat::RestoreTurn(turn, layout);
}

void Signatures::Recent::Forget(const std::string& key) {
  if (by_key.erase(key) > 0) std::erase(order, key);
}

/// Adds an entry; one that exists already is newer and stays.
std::string& Signatures::Recent::Add(std::string key, std::string signature) {
  const auto [place, added] = by_key.try_emplace(key, std::move(signature));
  if (!added) return place->second;
  order.push_back(std::move(key));
  if (order.size() > kRecent) {
    by_key.erase(order.front());
    order.pop_front();
  }
  return place->second;
}

void SignatureKeeper::See(const chat::Event& event) {
  std::visit([this](const auto& e) { On(e); }, event);
}

void SignatureKeeper::On(const chat::BlockStarted& event) {
  open_[event.choice] = event.kind == chat::BlockKind::kToolCall ? event.id : "";
  layouts_[event.choice].See(event);
}

void SignatureKeeper::On(const chat::BlockStopped& event) {
  layouts_[event.choice].See(event);
  const std::string& call = open_[event.choice];
  if (!call.empty() && !event.signature.empty()) {
    signatures_->KeepCall(caller_, call, family_, event.signature);
  }
}

void SignatureKeeper::On(const chat::Finished&) {
  for (const auto& [choice, layout] : layouts_) {
    signatures_->KeepTurn(caller_, layout, family_);
  }
}

}  // namespace agm::gateway
