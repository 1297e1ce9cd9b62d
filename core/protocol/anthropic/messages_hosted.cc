#include "core/protocol/anthropic/messages_hosted.h"

#include <algorithm>
#include <array>
#include <variant>

namespace agm::protocol {
namespace {

constexpr std::size_t kLongest = 20'000;  ///< bytes of an echo that are told
constexpr int kDeepest = 6;

constexpr std::array<std::string_view, 9> kTold = {"query",  "title",   "url",    "text", "stdout",
                                                   "stderr", "command", "source", "data"};

void Gather(JsonView value, int depth, std::string& out) {
  if (depth > kDeepest || out.size() > kLongest) return;
  for (const JsonView item : value.items()) Gather(item, depth + 1, out);
  for (const JsonMember member : value.members()) {
    if (!member.value.is(JsonKind::kString)) {
      Gather(member.value, depth + 1, out);
      continue;
    }
    const std::string text = member.value.text();
    const bool told = std::find(kTold.begin(), kTold.end(), member.key.text()) != kTold.end();
    if (!told || text.empty() || text.size() > kLongest) continue;
    if (!out.empty()) out += '\n';
    out += text;
  }
}

bool IsResult(std::string_view type) {
  return type.ends_with("_tool_result") && type != "mcp_tool_result" &&
         type != "advisor_tool_result";
}

}  // namespace

std::string HostedText(JsonView block) {
  std::string text;
  Gather(block, 0, text);
  return text;
}

bool HostedEcho::Read(JsonView block, std::string_view type,
                      std::set<std::string, std::less<>>& loaded) {
  if (type != "server_tool_use" && !IsResult(type)) return false;
  for (const JsonView reference : block["content"]["tool_references"].items()) {
    loaded.insert(reference["tool_name"].text());
  }
  const std::string text = HostedText(block);
  if (!text_.empty() && !text.empty()) text_ += '\n';
  text_ += text;
  return true;
}

void HostedEcho::AddTo(chat::Message& message) const {
  const bool said =
      std::any_of(message.blocks.begin(), message.blocks.end(),
                  [](const auto& block) { return std::holds_alternative<chat::Text>(block); });
  if (said || text_.empty()) return;
  message.blocks.insert(message.blocks.begin(), chat::Text{text_, {}});
}

}  // namespace agm::protocol
