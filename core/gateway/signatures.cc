#include "core/gateway/signatures.h"

#include <variant>

namespace agm::gateway {
namespace {

constexpr std::size_t kRecent = 4096;

}  // namespace

void Signatures::Keep(const std::string& call, const std::string& family,
                      const std::string& signature) {
  stored_.KeepSignature(call, family, signature, clock_.Wall());
  auto recent = recent_.Lock();
  if (recent->by_call.insert_or_assign(call, family + '\n' + signature).second) {
    recent->order.push_back(call);
  }
  if (recent->order.size() <= kRecent) return;
  recent->by_call.erase(recent->order.front());
  recent->order.pop_front();
}

std::string Signatures::Find(std::string_view call, std::string_view family) {
  {
    auto recent = recent_.Lock();
    const auto found = recent->by_call.find(std::string(call));
    if (found != recent->by_call.end()) {
      const std::string_view both = found->second;
      const std::size_t line = both.find('\n');
      return both.substr(0, line) == family ? std::string(both.substr(line + 1)) : std::string();
    }
  }
  return stored_.FindSignature(call, family);
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
