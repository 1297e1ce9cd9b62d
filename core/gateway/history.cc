#include "core/gateway/history.h"

namespace agm::gateway {

std::string RuleText(const mapping::Resolution& resolution) {
  if (resolution.rule == mapping::Rule::kPassThrough) return {};
  std::string text(mapping::RuleName(resolution.rule));
  if (!resolution.from.empty()) text += " " + resolution.from;
  return text;
}

std::string ClientProgram(std::string_view user_agent) {
  constexpr std::size_t kLongest = 40;
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._/-").find(c) != std::string_view::npos;
  };
  std::string program;
  for (const char c : user_agent) {
    if (!plain(c) || program.size() == kLongest) break;
    program += c;
  }
  return program;
}

}  // namespace agm::gateway
