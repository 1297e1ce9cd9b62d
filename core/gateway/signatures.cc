#include "core/gateway/signatures.h"

#include <utility>
#include <variant>

#include "core/protocol/shared/id_source.h"

namespace agm::gateway {
namespace {

constexpr std::size_t kRecent = 4096;

std::string KeyOf(std::string_view call, std::string_view family) {
  std::string key(family);
  return key.append("\n").append(call);
}

}  // namespace

void Signatures::Keep(const std::string& call, const std::string& family,
                      const std::string& signature) {
  stored_.KeepSignature(call, family, signature, clock_.Wall());
  auto recent = recent_.Lock();
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
  if (!sure) return signature;
  auto recent = recent_.Lock();
  return recent->Add(std::move(key), std::move(signature));
}

/// Adds a signature; an entry that exists already is newer and stays.
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
  if (const auto* started = std::get_if<chat::BlockStarted>(&event)) {
    open_[started->choice] = started->kind == chat::BlockKind::kToolCall ? started->id : "";
  } else if (const auto* stopped = std::get_if<chat::BlockStopped>(&event)) {
    if (stopped->signature.empty()) return;
    const std::string& call = open_[stopped->choice];
    if (!call.empty()) signatures_->Keep(call, family_, stopped->signature);
  }
}

}  // namespace agm::gateway
