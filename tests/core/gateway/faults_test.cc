// Faults of an upstream at every point of an exchange: each time the client gets one valid response
// in its own dialect, the account gets one report, and nothing leaks.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "core/base/utf8.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/messages_grammar.h"
#include "tests/support/responses_grammar.h"
#include "tests/support/scripted_server.h"

namespace agm::gateway {
namespace {

using test::Visitor;

/// The start of the response to each request; its letters take one to four bytes.
constexpr std::string_view kFirst = "Grüße, ";
constexpr std::string_view kSecond = "мир 😀";
const std::string kWhole = std::string(kFirst) + std::string(kSecond);

std::string Event(std::string_view text, std::string_view more = "") {
  return "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"" +
         std::string(text) + "\"}]}" + std::string(more) + "}],\"usageMetadata\":" +
         "{\"promptTokenCount\":5,\"candidatesTokenCount\":7,\"totalTokenCount\":12}}\r\n\r\n";
}

std::string GoodStream() {
  return test::ChunkedHead("text/event-stream") + test::Chunk(Event(kFirst)) +
         test::Chunk(Event(kSecond, ",\"finishReason\":\"STOP\"")) + "0\r\n\r\n";
}

std::string GoodWhole() {
  return test::HttpAnswer(
      "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"" + kWhole +
      "\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":" +
      "{\"promptTokenCount\":5,\"candidatesTokenCount\":7,"
      "\"totalTokenCount\":12}}");
}

// ---- The client's view of a response -----------------------------------------------------------

/// A response as parsed by a client of its dialect.
struct Heard {
  std::string problem{};  ///< a strict client's objection; empty: none
  std::string text{};
  bool failed = false;  ///< it is an error, or ends with one
};

Heard HearError(const Got& got) {
  Heard heard{.failed = true};
  const Json json = got.json();
  const bool shaped = json.is_object() && json.contains("error") && json["error"].is_object() &&
                      json["error"].contains("type") && json["error"]["message"].is_string() &&
                      !json["error"]["message"].get<std::string>().empty();
  if (!shaped) heard.problem = "no error: " + got.body;
  if (got.status < 400 || got.status > 599) heard.problem = "an error with a good status";
  return heard;
}

std::vector<std::string> DataOf(const std::string& stream, std::string& problem) {
  std::vector<std::string> all;
  std::string_view rest = stream;
  while (!rest.empty()) {
    const std::size_t end = rest.find("\n\n");
    if (end == std::string_view::npos) problem = "an event is cut off";
    const std::string_view event = rest.substr(0, end);
    rest.remove_prefix(std::min(event.size() + 2, rest.size()));
    const std::size_t at = event.find("data: ");
    if (at != std::string_view::npos) all.emplace_back(event.substr(at + 6));
  }
  return all;
}

const Json& Listed(const Json& json, const char* name) {
  static const Json none = Json::array();
  return json.is_object() && json.contains(name) ? json[name] : none;
}

Heard HearChatStream(const Got& got) {
  Heard heard;
  const auto events = DataOf(got.body, heard.problem);
  int finishes = 0;
  for (const std::string& data : events) {
    if (data == "[DONE]") continue;
    const Json json = Json::parse(data, nullptr, false);
    if (json.is_discarded()) heard.problem = "no JSON: " + data;
    if (json.contains("error")) heard.failed = true;
    for (const Json& choice : Listed(json, "choices")) {
      if (choice["delta"].contains("content") && choice["delta"]["content"].is_string()) {
        heard.text += choice["delta"]["content"].get<std::string>();
      }
      finishes += choice.value("finish_reason", Json()).is_string() ? 1 : 0;
    }
  }
  if (events.empty() || events.back() != "[DONE]") heard.problem = "no [DONE] at the end";
  if (std::count(events.begin(), events.end(), "[DONE]") != 1) heard.problem = "two [DONE]";
  if (finishes != (heard.failed ? 0 : 1)) heard.problem = "a faked or missing finish";
  return heard;
}

Heard HearResponsesStream(const Got& got) {
  Heard heard{.problem = test::ResponsesStreamProblem(got.body)};
  const Json last = Json::parse(test::LastResponse(got.body), nullptr, false);
  heard.failed = last.value("status", "") == "failed";
  for (const Json& item : Listed(last, "output")) {
    for (const Json& part : Listed(item, "content")) {
      heard.text += part.value("text", "");
    }
  }
  return heard;
}

Heard HearCompletionsStream(const Got& got) {
  Heard heard;
  const auto events = DataOf(got.body, heard.problem);
  for (const std::string& data : events) {
    const Json json = Json::parse(data, nullptr, false);
    if (json.is_discarded() && data != "[DONE]") heard.problem = "no JSON: " + data;
    if (json.contains("error")) heard.failed = true;
    for (const Json& choice : Listed(json, "choices")) {
      heard.text += choice.value("text", "");
    }
  }
  if (events.empty() || events.back() != "[DONE]") heard.problem = "no [DONE] at the end";
  return heard;
}

Heard HearMessagesStream(const Got& got) {
  Heard heard{.problem = test::MessagesStreamProblem(got.body)};
  heard.failed = test::MessagesFailed(got.body);
  std::string problem;
  for (const std::string& data : DataOf(got.body, problem)) {
    const Json json = Json::parse(data, nullptr, false);
    if (json.value("type", "") == "content_block_delta") {
      heard.text += json["delta"].value("text", "");
    }
  }
  return heard;
}

struct Dialect {
  const char* name;
  const char* path;
  const char* body;  ///< of a request, without its end
  Heard (*hear_stream)(const Got& got);
  std::string (*whole_text)(const Json& json);
};

constexpr Dialect kDialects[] = {
    {"Chat", "/v1/chat/completions",
     R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"hi"}])", &HearChatStream,
     [](const Json& json) { return json["choices"][0]["message"]["content"].get<std::string>(); }},
    {"Responses", "/v1/responses", R"({"model":"gemini-2.5-flash","input":"hi")",
     &HearResponsesStream,
     [](const Json& json) { return json["output"][0]["content"][0]["text"].get<std::string>(); }},
    {"Completions", "/v1/completions", R"({"model":"gemini-2.5-flash","prompt":"hi")",
     &HearCompletionsStream,
     [](const Json& json) { return json["choices"][0]["text"].get<std::string>(); }},
    {"Messages", "/v1/messages",
     R"({"model":"gemini-2.5-flash","max_tokens":4000,"messages":[{"role":"user","content":"hi"}])",
     &HearMessagesStream,
     [](const Json& json) { return json["content"][0]["text"].get<std::string>(); }},
};

Heard Hear(const Dialect& dialect, bool stream, const Got& got) {
  if (got.status != 200) return HearError(got);
  if (!IsUtf8(got.body)) return {.problem = "not UTF-8"};
  if (stream) return dialect.hear_stream(got);
  const Json json = got.json();
  if (json.is_discarded()) return {.problem = "no JSON: " + got.body};
  return {.text = dialect.whole_text(json)};
}

std::size_t Descriptors() {
  const auto all = std::filesystem::directory_iterator("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// ---- The tests' upstream and gateway -----------------------------------------------------------

class FaultsTest : public GatewayTest {
 protected:
  using Script = std::function<void(Visitor&)>;

  void SetUp() override {
    config_.proxy.port = 0;
    config_.proxy.max_wait = Duration(0);
    config_.proxy.max_attempts = 1;
  }
  /// An upstream that answers each request with `script`, and GET models with an empty list.
  static std::unique_ptr<test::ScriptedServer> Upstream(Script script) {
    return std::make_unique<test::ScriptedServer>([script = std::move(script)](Visitor& visitor) {
      while (visitor.ReadRequest()) {
        if (visitor.head().starts_with("POST")) return script(visitor);
        visitor.Send(test::HttpAnswer("{}"));
      }
    });
  }

  void Serve(const std::vector<std::string>& urls) {
    TearDown();
    database_ = store::Database::OpenInMemory();  // forget earlier faults
    config_.accounts.clear();
    for (const std::string& url : urls) {
      const std::string name = "account-" + std::to_string(config_.accounts.size());
      config_.accounts.push_back(AccountOf(name, "key", url));
      config_.accounts.back().priority = static_cast<int>(config_.accounts.size());
    }
    Start();
  }

  /// Sends one request of the dialect; returns the client's view of the response.
  Heard Exchange(const Dialect& dialect, bool stream) {
    const std::string end = stream ? R"(,"stream":true})" : "}";
    const Got got = Ask("POST", dialect.path, dialect.body + end);
    Heard heard = Hear(dialect, stream, got);
    EXPECT_EQ(heard.problem, "") << got.status << "\n" << got.body;
    return heard;
  }

  /// Expects this total number of attempts, each with its lease returned and reported once.
  void ExpectReported(int tries) {
    int requests = 0;
    const Json all = Ask("GET", "/agm/accounts").json();
    for (const Json& account : all["accounts"]) {
      EXPECT_EQ(account["in_flight"], 0) << account;
      requests += account["requests"].get<int>();
    }
    EXPECT_EQ(requests, tries);
  }
};

using Way = std::tuple<int, bool>;

class FaultsAtEveryStep : public FaultsTest, public ::testing::WithParamInterface<Way> {
 protected:
  static const Dialect& dialect() { return kDialects[std::get<0>(GetParam())]; }
  static bool stream() { return std::get<1>(GetParam()); }
  static std::string Good() { return stream() ? GoodStream() : GoodWhole(); }
  /// Tests every cut for the most used dialect, and some cuts for the others.
  static std::size_t Stride() { return std::get<0>(GetParam()) == 0 ? 1 : 7; }

  /// For each n, the upstream sends the first n bytes of a good response and then `fault`.
  void ForEachCut(const std::function<void(Visitor&)>& fault, std::size_t stride) {
    const std::string good = Good();
    const std::size_t descriptors = Descriptors();
    int succeeded = 0;
    for (std::size_t n = 0; n <= good.size() + stride - 1; n += stride) {
      const std::size_t sent = std::min(n, good.size());
      SCOPED_TRACE("after byte " + std::to_string(sent) + " of " + std::to_string(good.size()));
      auto upstream = Upstream([&](Visitor& visitor) {
        visitor.Send(std::string_view(good).substr(0, sent));
        if (sent < good.size()) fault(visitor);
      });
      Serve({upstream->url()});
      const Heard heard = Exchange(dialect(), stream());
      EXPECT_TRUE(kWhole.starts_with(heard.text)) << heard.text;
      EXPECT_TRUE(heard.failed || heard.text == kWhole) << heard.text;
      ExpectReported(1);
      succeeded += heard.failed ? 0 : 1;
      EXPECT_TRUE(sent < good.size() || !heard.failed) << "nothing was wrong";
      TearDown();
      if (HasFailure()) return;
    }
    EXPECT_GT(succeeded, 0);
    std::printf("%zu steps, %d exchanges succeeded\n", (good.size() + stride - 1) / stride + 1,
                succeeded);
    // An idle connection has a socket and a wakeup descriptor.
    EXPECT_LE(Descriptors(), descriptors + 2 * kKept * 3 + 2) << "descriptors leak";
  }
};

TEST_P(FaultsAtEveryStep, Closes) {
  ForEachCut([](Visitor&) {}, Stride());
}

TEST_P(FaultsAtEveryStep, Resets) {
  ForEachCut([](Visitor& visitor) { visitor.Reset(); }, 3 * Stride());
}

TEST_P(FaultsAtEveryStep, SendsGarbage) {
  ForEachCut([](Visitor& visitor) { visitor.Send("\xff\xfe\x00{]}\r\n\r\n\x80garbage"); },
             5 * Stride());
}

TEST_P(FaultsAtEveryStep, Hangs) {
  config_.proxy.first_byte_timeout = Duration(60);
  config_.proxy.idle_timeout = Duration(60);
  ForEachCut([](Visitor& visitor) { visitor.AwaitClose(Duration(10'000)); }, 23 * Stride());
}

INSTANTIATE_TEST_SUITE_P(, FaultsAtEveryStep,
                         ::testing::Combine(::testing::Values(0, 1, 2, 3), ::testing::Bool()),
                         [](const auto& each) {
                           return std::string(kDialects[std::get<0>(each.param)].name) +
                                  (std::get<1>(each.param) ? "Stream" : "Whole");
                         });

// Before anything was sent to the client another account may still answer, unseen by the client.
// After that the response ends with an error, and no part of it is repeated.
TEST_F(FaultsTest, AnotherAccountStepsInUntilTheAnswerHasBegun) {
  config_.proxy.max_attempts = 2;
  auto good = Upstream([](Visitor& visitor) { visitor.Send(GoodStream()); });
  int rescued = 0;
  int broken = 0;
  for (std::size_t n = 0; n < GoodStream().size(); n += 9) {
    SCOPED_TRACE("after byte " + std::to_string(n));
    auto bad = Upstream([&](Visitor& visitor) { visitor.Send(GoodStream().substr(0, n)); });
    Serve({bad->url(), good->url()});
    const Heard heard = Exchange(kDialects[0], true);
    EXPECT_TRUE(heard.text == kWhole || (heard.failed && heard.text == kFirst)) << heard.text;
    const bool began = GoodStream().substr(0, n).find("Grüße, \"") != std::string::npos;
    EXPECT_TRUE(began || !heard.failed);
    heard.failed ? ++broken : ++rescued;
    TearDown();
  }
  EXPECT_GT(rescued, 10);
  EXPECT_GT(broken, 5);
}

/// A fault of the whole response, in every dialect, streamed and not.
class FaultsOfAnswer : public FaultsTest, public ::testing::WithParamInterface<Way> {
 protected:
  static bool stream() { return std::get<1>(GetParam()); }
  Heard Ask() { return Exchange(kDialects[std::get<0>(GetParam())], stream()); }
  std::string Head() const {
    return test::ChunkedHead(stream() ? "text/event-stream" : "application/json");
  }
};

TEST_P(FaultsOfAnswer, RefusesToConnect) {
  std::string url;
  {
    auto gone = Upstream([](Visitor&) {});
    url = gone->url();
  }
  Serve({url});
  EXPECT_TRUE(Ask().failed);
  ExpectReported(1);
}

TEST_P(FaultsOfAnswer, SendsAnotherType) {
  auto upstream = Upstream([](Visitor& visitor) {
    visitor.Send(test::HttpAnswer("<html><body>Welcome</body></html>", 200, "text/html"));
  });
  Serve({upstream->url()});
  EXPECT_TRUE(Ask().failed);
  ExpectReported(1);
}

TEST_P(FaultsOfAnswer, SendsALineWithoutEnd) {
  std::atomic<std::size_t> sent = 0;
  auto upstream = Upstream([&](Visitor& visitor) {
    visitor.Send(Head());
    const std::string piece = test::Chunk(std::string(1'000'000, 'x'));
    while (sent < 300'000'000 && visitor.Send(piece)) sent += piece.size();
  });
  Serve({upstream->url()});
  EXPECT_TRUE(Ask().failed);
  EXPECT_LT(sent, 150'000'000U) << "it reads without end";
  ExpectReported(1);
}

TEST_P(FaultsOfAnswer, SendsAHeadWithoutEnd) {
  std::atomic<std::size_t> sent = 0;
  auto upstream = Upstream([&](Visitor& visitor) {
    visitor.Send("HTTP/1.1 200 OK\r\n");
    const std::string line = "X: " + std::string(8000, 'x') + "\r\n";
    while (sent < 100'000'000 && visitor.Send(line)) sent += line.size();
  });
  Serve({upstream->url()});
  EXPECT_TRUE(Ask().failed);
  EXPECT_LT(sent, 20'000'000U) << "it reads without end";
  ExpectReported(1);
}

TEST_P(FaultsOfAnswer, DripsButComesToItsEnd) {
  auto upstream = Upstream([](Visitor& visitor) {
    visitor.SendSlowly(stream() ? GoodStream() : GoodWhole(), 3, Duration(1));
  });
  Serve({upstream->url()});
  const Heard heard = Ask();
  EXPECT_FALSE(heard.failed);
  EXPECT_EQ(heard.text, kWhole);
  ExpectReported(1);
}

TEST_P(FaultsOfAnswer, DripsBeyondTheTimeOfARequest) {
  config_.proxy.request_timeout = Duration(300);
  auto upstream = Upstream([](Visitor& visitor) {
    visitor.SendSlowly(stream() ? GoodStream() : GoodWhole(), 3, Duration(50));
  });
  Serve({upstream->url()});
  const TimePoint begun = SystemClock().Now();
  EXPECT_TRUE(Ask().failed);
  EXPECT_LT(SystemClock().Now() - begun, std::chrono::seconds(3));
  ExpectReported(1);
}

TEST_P(FaultsOfAnswer, ClosesAConnectionThatWasKept) {
  std::atomic<int> answered = 0;
  test::ScriptedServer upstream([&](Visitor& visitor) {
    for (int posts = 0; visitor.ReadRequest();) {
      if (visitor.head().starts_with("GET")) {
        visitor.Send(test::HttpAnswer("{}"));
        continue;
      }
      if (++posts == 2) return;  // closes without a response
      ++answered;
      visitor.Send(stream() ? GoodStream() : GoodWhole());
    }
  });
  Serve({upstream.url()});
  for (int i = 0; i < 4; ++i) {
    const Heard heard = Ask();
    EXPECT_FALSE(heard.failed) << i;
    EXPECT_EQ(heard.text, kWhole) << i;
  }
  ExpectReported(4);  // a resend on a new connection is not a second attempt
  EXPECT_EQ(answered, 4);
}

INSTANTIATE_TEST_SUITE_P(, FaultsOfAnswer,
                         ::testing::Combine(::testing::Values(0, 1, 2, 3), ::testing::Bool()),
                         [](const auto& each) {
                           return std::string(kDialects[std::get<0>(each.param)].name) +
                                  (std::get<1>(each.param) ? "Stream" : "Whole");
                         });

}  // namespace
}  // namespace agm::gateway
