#include "core/gateway/session.h"

#include <algorithm>
#include <string>
#include <variant>

#include "core/accounts/session.h"

namespace agm::gateway {
namespace {

// A digest of a file, for transcriptions, which have no other distinguishing content.
std::string MarkOf(const chat::Media& media) {
  constexpr std::size_t kMost = 1024;
  const std::size_t size = media.data.size();
  return media.uri + std::to_string(size) + media.data.substr(size - std::min(size, kMost));
}

std::string HeadOf(const chat::Request& request) {
  constexpr std::size_t kUsual = 1024;
  std::string head;
  head.reserve(kUsual);
  for (const chat::Message& message : request.messages) {
    for (const chat::Block& block : message.blocks) {
      if (const auto* text = std::get_if<chat::Text>(&block)) head += text->text;
      if (const auto* media = std::get_if<chat::Media>(&block)) head += MarkOf(*media);
      head += '\n';
    }
    if (message.role != chat::Role::kSystem) break;
  }
  return head;
}

}  // namespace

std::string SessionHeader(const http::Request& request) {
  const std::string_view plain = request.header("x-session-id");
  if (!plain.empty()) return std::string(plain);
  std::string session(request.header("x-claude-code-session-id"));
  const std::string_view agent = request.header("x-claude-code-agent-id");
  if (!session.empty() && !agent.empty()) session.append("\n").append(agent);
  return session;
}

std::string ConversationOf(const chat::Request& request, const http::Request& http) {
  constexpr std::size_t kLongest = 64;
  const std::string session = SessionHeader(http);
  const std::string& name = session.empty() ? request.cache_key : session;
  return name.substr(0, std::min(name.find('\n'), kLongest));
}

std::string SessionOf(const chat::Request& request, std::string_view header,
                      std::string_view caller) {
  const bool named = !request.cache_key.empty() || !header.empty() || !request.user.empty();
  const std::string head = named ? std::string() : HeadOf(request);
  return accounts::SessionKey({caller, request.cache_key, header, request.user, head});
}

}  // namespace agm::gateway
