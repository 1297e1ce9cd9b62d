// What ties a request to its conversation.

#include "core/gateway/session.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace agm::gateway {
namespace {

http::Request With(std::vector<http::Header> headers) {
  http::Request request;
  request.headers = std::move(headers);
  return request;
}

chat::Message Said(chat::Role role, const std::vector<std::string>& texts) {
  chat::Message message;
  message.role = role;
  for (const std::string& text : texts) message.blocks.emplace_back(chat::Text{text, {}});
  return message;
}

std::string KeyOf(std::vector<chat::Message> messages) {
  chat::Request request;
  request.messages = std::move(messages);
  return SessionOf(request, {}, "ci");
}

std::string KeyOfFile(const std::string& data, const std::string& uri = {}) {
  chat::Message message;
  chat::Media media;
  media.data = data;
  media.uri = uri;
  message.blocks.emplace_back(media);
  return KeyOf({message});
}

using enum chat::Role;

TEST(SessionHeader, IsTheOneThatTheClientSends) {
  EXPECT_EQ(SessionHeader(With({})), "");
  EXPECT_EQ(SessionHeader(With({{"x-session-id", "s"}})), "s");
  EXPECT_EQ(SessionHeader(With({{"x-claude-code-session-id", "c"}})), "c");
  EXPECT_EQ(SessionHeader(With({{"x-claude-code-session-id", "c"}, {"x-session-id", "s"}})), "s");
  EXPECT_EQ(
      SessionHeader(With({{"x-claude-code-session-id", "c"}, {"x-claude-code-agent-id", "a"}})),
      "c\na");
  EXPECT_EQ(SessionHeader(With({{"x-claude-code-agent-id", "a"}})), "");
}

TEST(ConversationOf, IsTheSessionWithoutItsAgentElseTheKeyOfTheCache) {
  chat::Request request;
  EXPECT_EQ(ConversationOf(request, With({})), "");
  request.cache_key = "cache";
  request.user = "somebody";
  EXPECT_EQ(ConversationOf(request, With({})), "cache");
  EXPECT_EQ(ConversationOf(request, With({{"x-session-id", "s"}})), "s");
  EXPECT_EQ(ConversationOf(request, With({{"x-claude-code-session-id", std::string(63, 'c')},
                                          {"x-claude-code-agent-id", "a"}})),
            std::string(63, 'c'));
  EXPECT_EQ(ConversationOf(request, With({{"x-session-id", std::string(65, 's')}})),
            std::string(64, 's'));
}

TEST(SessionOf, DependsOnThePromptUpToTheFirstMessageThatIsNotOfTheSystem) {
  const auto system = Said(kSystem, {"be brief"});
  const auto first = Said(kUser, {"hello"});
  const std::string key = KeyOf({system, first});
  EXPECT_FALSE(key.empty());
  EXPECT_EQ(KeyOf({system, first, Said(kAssistant, {"hi"}), Said(kUser, {"more"})}), key);
  EXPECT_NE(KeyOf({system, Said(kUser, {"hello you"})}), key);
  EXPECT_NE(KeyOf({Said(kSystem, {"be long"}), first}), key);
  EXPECT_NE(KeyOf({first}), key);
}

TEST(SessionOf, TellsApartHowATextIsDividedIntoBlocks) {
  EXPECT_NE(KeyOf({Said(kUser, {"ab", "c"})}), KeyOf({Said(kUser, {"a", "bc"})}));
  EXPECT_NE(KeyOf({Said(kUser, {"ab"})}), KeyOf({Said(kUser, {"a", "b"})}));
}

TEST(SessionOf, TellsApartFilesByTheirNameTheirSizeAndTheirEnd) {
  const std::string data(2'000, 'x');
  const std::string key = KeyOfFile(data);
  EXPECT_EQ(KeyOfFile(data), key);
  EXPECT_NE(KeyOfFile(data + "x"), key);
  EXPECT_NE(KeyOfFile(std::string(1'999, 'x') + "y"), key);
  EXPECT_NE(KeyOfFile(data, "files/a"), key);
  EXPECT_NE(KeyOfFile({}, "files/a"), KeyOfFile({}, "files/b"));
  EXPECT_NE(KeyOfFile("ab"), KeyOfFile("bb")) << "a short file counts as a whole";
}

TEST(SessionOf, DependsOnNothingElseWhereTheClientNamesIt) {
  chat::Request named;
  named.cache_key = "cache";
  chat::Request again = named;
  again.messages = {Said(kUser, {"hello"})};
  EXPECT_EQ(SessionOf(named, {}, "ci"), SessionOf(again, {}, "ci"));
  EXPECT_NE(SessionOf(named, {}, "ci"), SessionOf(named, {}, "home"));
  chat::Request by_user;
  by_user.user = "somebody";
  chat::Request other = by_user;
  other.messages = again.messages;
  EXPECT_EQ(SessionOf(by_user, {}, "ci"), SessionOf(other, {}, "ci"));
  other.user.clear();
  EXPECT_EQ(SessionOf(other, "header", "ci"), SessionOf({}, "header", "ci"));
  EXPECT_NE(SessionOf(other, "header", "ci"), SessionOf(other, {}, "ci"));
}

}  // namespace
}  // namespace agm::gateway
