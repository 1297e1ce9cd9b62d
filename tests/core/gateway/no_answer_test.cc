// Responses with a good HTTP status that hold no usable answer: for each kind what the client is
// told, how often the upstream is asked, and that no account pays for a fault of the prompt or the
// model.

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/upstream/no_answer.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/fake_transport.h"
#include "tests/support/responses_grammar.h"

namespace agm::gateway {
namespace {

using test::FakeAnswer;
using upstream::NoAnswer;

/// The client's final result.
enum class End { kError, kContentFilter, kEmpty };

struct Row {
  NoAnswer kind;
  const char* name;
  std::vector<std::string> chunks;  ///< of the stream; the last is the whole response
  End end;
  const char* code;     ///< of the error
  bool retried;         ///< once
  bool blames;          ///< the account enters cooldown when it happens again and again
  std::string whole{};  ///< the whole response, where it is not the last chunk
};

std::string Ending(const std::string& reason, const std::string& parts = "") {
  return R"({"candidates":[{"content":{"role":"model","parts":[)" + parts +
         R"(]},"finishReason":")" + reason + R"("}]})";
}

const std::string kThought = R"({"text":"Let me see.","thought":true})";
const std::string kSignature = R"({"text":"","thoughtSignature":"c2ln"})";
const std::string kBlock = R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}})";
const std::string kFine = Ending("STOP", R"({"text":"Fine."})");

// clang-format off
const std::vector<Row> kRows = {
    {NoAnswer::kMalformedCall,     "MalformedCall",     {Ending("MALFORMED_FUNCTION_CALL")},           End::kError,         "malformed_function_call",   true,  false},
    {NoAnswer::kMalformedCall,     "MalformedAfterThought", {Ending("MALFORMED_FUNCTION_CALL", kThought)}, End::kError,     "malformed_function_call",   true,  false},
    {NoAnswer::kUnexpectedCall,    "UnexpectedCall",    {Ending("UNEXPECTED_TOOL_CALL", kSignature)},  End::kError,         "unexpected_tool_call",      true,  false},
    {NoAnswer::kTooManyCalls,      "TooManyCalls",      {Ending("TOO_MANY_TOOL_CALLS")},               End::kError,         "too_many_tool_calls",       true,  false},
    {NoAnswer::kMalformedResponse, "MalformedResponse", {Ending("MALFORMED_RESPONSE")},                End::kError,         "malformed_response",        true,  false},
    {NoAnswer::kOther,             "Other",             {Ending("OTHER")},                             End::kError,         "finish_reason_other",       true,  false},
    {NoAnswer::kOther,             "OtherAfterThought", {Ending("OTHER", kThought)},                   End::kError,         "finish_reason_other",       true,  false},
    {NoAnswer::kUnknownReason,     "UnknownReason",     {Ending("NEVER_HEARD_OF")},                    End::kError,         "finish_reason_unknown",     true,  false},
    {NoAnswer::kNoCandidates,      "NoCandidates",      {R"({"usageMetadata":{"promptTokenCount":3}})"}, End::kError,       "no_candidates",             true,  false},
    {NoAnswer::kPromptBlocked,     "PromptBlocked",     {kBlock},                                      End::kContentFilter, "",                          false, false},
    {NoAnswer::kPromptBlocked,     "BlockedAfterThought", {R"({"candidates":[{"content":{"parts":[)" + kThought + "]}}]}", kBlock}, End::kContentFilter, "", false, false},
    {NoAnswer::kAnswerBlocked,     "AnswerBlocked",     {Ending("SAFETY")},                            End::kContentFilter, "",                          false, false},
    {NoAnswer::kGarbage,           "BrokenJson",        {"{]}"},                                       End::kError,         "upstream_garbage",          true,  true},
    {NoAnswer::kTruncated,         "Truncated",         {R"({"candidates":[{"content":{"parts":[]}}]})"}, End::kError,      "upstream_stream_truncated", true,  false, R"({"candidates":[)"},
    {NoAnswer::kEmpty,             "Empty",             {Ending("STOP")},                              End::kEmpty,         "",                          true,  false},
    {NoAnswer::kThoughtsOnly,      "ThoughtsOnly",      {Ending("STOP", kThought)},                    End::kEmpty,         "",                          true,  false},
    {NoAnswer::kSignatureOnly,     "SignatureOnly",     {Ending("STOP", kSignature)},                  End::kEmpty,         "",                          true,  false},
};
// clang-format on

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

/// An answer as a client understands it.
struct Heard {
  int status = 0;
  std::string text;
  std::string end;   ///< "stop", "content_filter" or "error"
  std::string code;  ///< of the error
};

Heard HearError(const Json& error, int status) {
  const Json code = error.value("code", Json());
  return {status, "", "error", code.is_string() ? code.get<std::string>() : ""};
}

Heard HearChat(const Got& got, bool stream) {
  if (got.status != 200) return HearError(got.json()["error"], got.status);
  Heard heard{got.status, "", "", ""};
  std::vector<Json> objects;
  if (!stream) objects.push_back(got.json());
  for (std::size_t at = 0; stream && (at = got.body.find("data: {", at)) != got.body.npos; ++at) {
    objects.push_back(Json::parse(got.body.substr(at + 6, got.body.find('\n', at) - at - 6)));
  }
  for (const Json& object : objects) {
    if (object.contains("error")) return HearError(object["error"], got.status);
    for (const Json& choice : object.value("choices", Json::array())) {
      const Json& said = choice[stream ? "delta" : "message"];
      if (said.value("content", Json()).is_string()) heard.text += said["content"];
      if (choice["finish_reason"].is_string()) heard.end = choice["finish_reason"];
    }
  }
  return heard;
}

Heard HearResponses(const Got& got, bool stream) {
  if (got.status != 200) return HearError(got.json()["error"], got.status);
  const Json object = stream ? Json::parse(test::LastResponse(got.body)) : got.json();
  if (object["error"].is_object()) return HearError(object["error"], got.status);
  Heard heard{got.status, "", "stop", ""};
  for (const Json& item : object["output"]) {
    for (const Json& part : item.value("content", Json::array())) {
      if (part.contains("text")) heard.text += part["text"];
    }
  }
  if (object["status"] == "incomplete") heard.end = object["incomplete_details"]["reason"];
  return heard;
}

enum class Front { kChat, kResponses };

using Way = std::tuple<Row, int, bool, Front>;

class NoAnswerTest : public GatewayTest, public testing::WithParamInterface<Way> {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    transport_ = &upstream_;
    for (int i = 0; i < Accounts(); ++i) {
      Add("a" + std::to_string(i), "key-" + std::to_string(i));
    }
    Start();
  }

  static const Row& row() { return std::get<0>(GetParam()); }
  static int Accounts() { return std::get<1>(GetParam()); }
  static bool Streams() { return std::get<2>(GetParam()); }
  static Front front() { return std::get<3>(GetParam()); }

  static FakeAnswer Answer(const std::vector<std::string>& chunks) {
    if (Streams()) return FakeAnswer::Sse(chunks);
    return FakeAnswer::Json(row().whole.empty() ? chunks.back() : row().whole);
  }
  static FakeAnswer Fine() {
    return Streams() ? FakeAnswer::Sse({kFine}) : FakeAnswer::Json(kFine);
  }

  Heard Ask() {
    const bool chat = front() == Front::kChat;
    Json body{{"model", "gemini-2.5-flash"}, {"stream", Streams()}};
    if (chat) {
      body["messages"] = Json::array({{{"role", "user"}, {"content", "hi"}}});
    } else {
      body["input"] = "hi";
    }
    const std::string path = chat ? "/v1/chat/completions" : "/v1/responses";
    const Got got = GatewayTest::Ask("POST", path, DumpJson(body));
    return chat ? HearChat(got, Streams()) : HearResponses(got, Streams());
  }

  std::vector<std::string> KeysAsked() const {
    std::vector<std::string> keys;
    for (const test::SentRequest& sent : upstream_.sent()) keys.push_back(sent.credential);
    return keys;
  }

  std::string StateOf(int account) {
    const Json page = GatewayTest::Ask("GET", "/agm/accounts").json();
    const Json& found = page["accounts"][static_cast<std::size_t>(account)];
    return found["models_cooling"] == 0 ? found["state"] : "cooling";
  }

  void ExpectEnd(const Heard& heard) {
    switch (row().end) {
      case End::kError:
        EXPECT_EQ(heard.status, 502);
        EXPECT_EQ(heard.code, row().code);
        return;
      case End::kContentFilter:
        EXPECT_EQ(heard.end, "content_filter");
        return;
      case End::kEmpty:
        EXPECT_EQ(heard.status, 200);
        EXPECT_EQ(heard.end, "stop");
        EXPECT_EQ(heard.text, "");
        return;
    }
  }

  test::FakeTransport upstream_;
};

TEST_P(NoAnswerTest, IsToldToTheClientAfterTheOneRetry) {
  upstream_.AnswerBy([](const test::SentRequest&) { return Answer(row().chunks); });
  ExpectEnd(Ask());
  const auto keys = KeysAsked();
  ASSERT_EQ(keys.size(), row().retried ? 2U : 1U);
  if (row().retried) {
    EXPECT_EQ(keys[0] == keys[1], Accounts() == 1) << "another account goes first";
  }
  for (int i = 0; i < Accounts(); ++i) EXPECT_EQ(StateOf(i), "ready");
}

TEST_P(NoAnswerTest, IsNotSeenWhereTheRetryAnswers) {
  upstream_.Answer(Answer(row().chunks));
  upstream_.AnswerBy([](const test::SentRequest&) { return Fine(); });
  const Heard heard = Ask();
  if (!row().retried) return ExpectEnd(heard);
  EXPECT_EQ(heard.status, 200);
  EXPECT_EQ(heard.text, "Fine.");
  EXPECT_EQ(heard.end, "stop");
  EXPECT_EQ(upstream_.sent().size(), 2U);
}

TEST_P(NoAnswerTest, StartsACooldownOnlyWhereTheAccountIsTheCause) {
  upstream_.AnswerBy([](const test::SentRequest&) { return Answer(row().chunks); });
  for (int i = 0; i < 6; ++i) Ask();
  for (int i = 0; i < Accounts(); ++i) EXPECT_EQ(StateOf(i), row().blames ? "cooling" : "ready");
}

/// The kinds that can follow text.
class NoAnswerAfterText : public NoAnswerTest {};

std::vector<Row> RowsAfterText() {
  std::vector<Row> rows = kRows;
  std::erase_if(rows, [](const Row& row) {
    return row.kind >= NoAnswer::kNoCandidates || row.kind == NoAnswer::kOther ||
           row.kind == NoAnswer::kUnknownReason;
  });
  return rows;
}

// Text was sent, so that a stream cannot be taken back; a whole response can.
TEST_P(NoAnswerAfterText, IsNotRetriedOnceAStreamHasBegun) {
  const std::string text = R"({"candidates":[{"content":{"parts":[{"text":"Once "}]}}]})";
  std::vector<std::string> chunks = {text, row().chunks.back()};
  if (!Streams()) {
    const Json reason = Json::parse(row().chunks.back())["candidates"][0]["finishReason"];
    chunks = {Ending(reason, R"({"text":"Once "})")};
  }
  upstream_.AnswerBy([&](const test::SentRequest&) { return Answer(chunks); });
  const Heard heard = Ask();
  EXPECT_EQ(heard.end, "error");
  EXPECT_EQ(upstream_.sent().size(), Streams() ? 1U : 2U);
  for (int i = 0; i < Accounts(); ++i) EXPECT_EQ(StateOf(i), "ready");
}

std::string NameOf(const testing::TestParamInfo<Way>& each) {
  return std::string(std::get<0>(each.param).name) +
         (std::get<1>(each.param) == 1 ? "OneAccount" : "TwoAccounts") +
         (std::get<2>(each.param) ? "Stream" : "Whole") +
         (std::get<3>(each.param) == Front::kChat ? "Chat" : "Responses");
}

INSTANTIATE_TEST_SUITE_P(, NoAnswerTest,
                         testing::Combine(testing::ValuesIn(kRows), testing::Values(1, 2),
                                          testing::Bool(),
                                          testing::Values(Front::kChat, Front::kResponses)),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(, NoAnswerAfterText,
                         testing::Combine(testing::ValuesIn(RowsAfterText()), testing::Values(1, 2),
                                          testing::Bool(),
                                          testing::Values(Front::kChat, Front::kResponses)),
                         NameOf);

TEST(NoAnswerTable, HasAnExampleOfEachKindWithTheSameCode) {
  for (int i = 0; i <= static_cast<int>(NoAnswer::kSignatureOnly); ++i) {
    const auto& row = upstream::RowOf(static_cast<NoAnswer>(i));
    const auto example = std::find_if(kRows.begin(), kRows.end(), [&](const Row& known) {
      return static_cast<int>(known.kind) == i;
    });
    ASSERT_NE(example, kRows.end()) << row.name;
    EXPECT_EQ(example->retried, row.retry) << row.name;
    if (example->end == End::kError) {
      EXPECT_EQ(example->code, row.name);
    }
  }
}

/// A filter that stops an answer in its middle.
class BlockedMidAnswer : public NoAnswerTest {};

TEST_P(BlockedMidAnswer, EndsAsContentFilterAndKeepsItsText) {
  upstream_.AnswerBy([](const test::SentRequest&) { return Answer(row().chunks); });
  const Heard heard = Ask();
  EXPECT_EQ(heard.status, 200);
  EXPECT_EQ(heard.end, "content_filter");
  EXPECT_EQ(heard.text, "Once ");
  EXPECT_EQ(upstream_.sent().size(), 1U);
  EXPECT_EQ(StateOf(0), "ready");
}

const std::string kOnce = R"({"candidates":[{"content":{"parts":[{"text":"Once "}]}}])";
const std::vector<Row> kBlocked = {
    {NoAnswer::kAnswerBlocked,
     "ByThePromptsFilter",
     {kOnce + "}", kBlock},
     End::kContentFilter,
     "",
     false,
     false,
     kOnce + "," + kBlock.substr(1)},
    {NoAnswer::kAnswerBlocked,
     "ByTheAnswersFilter",
     {kOnce + "}", Ending("SAFETY")},
     End::kContentFilter,
     "",
     false,
     false,
     Ending("SAFETY", R"({"text":"Once "})")},
};

INSTANTIATE_TEST_SUITE_P(, BlockedMidAnswer,
                         testing::Combine(testing::ValuesIn(kBlocked), testing::Values(1, 2),
                                          testing::Bool(),
                                          testing::Values(Front::kChat, Front::kResponses)));

}  // namespace
}  // namespace agm::gateway
