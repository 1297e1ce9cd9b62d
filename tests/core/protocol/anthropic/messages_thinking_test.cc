#include "core/protocol/anthropic/messages_thinking.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/protocol/anthropic/messages_request.h"
#include "core/protocol/anthropic/messages_response.h"

namespace agm::protocol {
namespace {

Result<chat::Request> Read(std::string_view more, int max_tokens = 9000) {
  return ReadMessagesRequest(
      fmt::format(
          R"({{"model":"m","max_tokens":{},"messages":[{{"role":"user","content":"Hi"}}]{}}})",
          max_tokens, more),
      MessagesUse::kCreate);
}

/// How the model is to think: "effort E", "budget N", both or "-"; "shown" or "hidden" if told.
std::string Thinking(std::string_view more, int max_tokens = 9000) {
  const auto request = Read(more, max_tokens);
  if (!request) return request.error().message;
  const chat::Reasoning& reasoning = request->reasoning;
  std::string out;
  if (reasoning.effort) out += fmt::format(" effort {}", static_cast<int>(*reasoning.effort));
  if (reasoning.budget) out += fmt::format(" budget {}", *reasoning.budget);
  if (reasoning.show) out += *reasoning.show ? " shown" : " hidden";
  return out.empty() ? "-" : out.substr(1);
}

TEST(MessagesThinking, IsWhatTheClientAsksFor) {
  EXPECT_EQ(Thinking(""), "-");
  EXPECT_EQ(Thinking(R"(,"thinking":{"type":"disabled"})"), "effort 0");
  EXPECT_EQ(Thinking(R"(,"thinking":{"type":"adaptive"})"), "budget -1 shown");
  EXPECT_EQ(Thinking(R"(,"thinking":{"type":"between_tools"})"), "budget -1 shown");
  EXPECT_EQ(Thinking(R"(,"thinking":{"type":"adaptive","display":"omitted"})"), "budget -1 hidden");
  EXPECT_EQ(Thinking(R"(,"thinking":{"type":"enabled","budget_tokens":2000})"),
            "budget 2000 shown");
  EXPECT_EQ(Thinking(R"(,"output_config":{"effort":"low"})"), "effort 2");
  EXPECT_EQ(Thinking(R"(,"thinking":{"type":"adaptive"},"output_config":{"effort":"high"})"),
            "effort 4 shown");
}

TEST(MessagesThinking, LeavesRoomForTheAnswer) {
  EXPECT_EQ(Thinking(R"(,"thinking":{"type":"enabled","budget_tokens":8999})"),
            "budget 8999 shown");
  EXPECT_EQ(Thinking(R"(,"thinking":{"type":"enabled","budget_tokens":9000})"),
            "budget 4500 shown");
  EXPECT_EQ(Thinking(R"(,"thinking":{"type":"enabled","budget_tokens":20000})"),
            "budget 4500 shown");
}

TEST(MessagesThinking, IsOffForBriefAnswersUnlessAskedFor) {
  EXPECT_EQ(Thinking("", 1024), "effort 0");
  EXPECT_EQ(Thinking("", 1025), "-");
  EXPECT_EQ(Thinking(R"(,"output_config":{"effort":"low"})", 1024), "effort 2");
  EXPECT_EQ(Thinking(R"(,"thinking":{"type":"adaptive"})", 1024), "budget -1 shown");
  EXPECT_EQ(Thinking(R"(,"thinking":{"type":"adaptive"})", 1), "effort 0 shown");
  EXPECT_EQ(Thinking(R"(,"thinking":{"type":"adaptive"})", 2), "budget -1 shown");
}

TEST(MessagesThinking, TellsOfKindsThatItDoesNotKnow) {
  const auto untold = [](std::string_view type) {
    const auto request =
        Read(fmt::format(R"(,"thinking":{{"type":"{}","budget_tokens":2000}})", type));
    EXPECT_TRUE(request);
    bool told = false;
    for (const auto& [key, value] : request->extra) told = told || key.ends_with("thinking.type");
    return told;
  };
  EXPECT_TRUE(untold("deep"));
  for (const char* known : {"adaptive", "between_tools", "enabled", "disabled"}) {
    EXPECT_FALSE(untold(known)) << known;
  }
}

TEST(MessagesStream, IsWholeEvenIfTheModelSaidNothing) {
  const auto request = Read("");
  ASSERT_TRUE(request);
  chat::Finished finished;
  finished.choices.emplace_back();
  std::string out;
  NewMessagesStream({"ID", "m", 0, &*request})->Write(finished, out);
  const std::size_t start = out.find("event: message_start");
  const std::size_t stop = out.find("event: message_stop");
  EXPECT_EQ(start, 0U);
  EXPECT_NE(stop, std::string::npos);
}

TEST(MessagesThinking, TakesAFormatUnderEitherName) {
  const std::string schema = R"({"type":"json_schema","schema":{"type":"object"}})";
  for (const std::string& more :
       {R"(,"output_config":{"format":)" + schema + "}", R"(,"output_format":)" + schema}) {
    const auto request = Read(more);
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->format.kind, chat::OutputFormat::kJsonSchema);
    EXPECT_EQ(request->format.schema, R"({"type":"object"})");
  }
  const auto text = Read(R"(,"output_format":{"type":"text"})");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->format.kind, chat::OutputFormat::kText);
  EXPECT_EQ(Read(R"(,"output_format":{"type":"xml"})").error().param, "output_format.type");
  EXPECT_EQ(Read(R"(,"output_config":{"format":{"type":"xml"}})").error().param,
            "output_config.format.type");
}

}  // namespace
}  // namespace agm::protocol
