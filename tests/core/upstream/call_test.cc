#include "core/upstream/call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/http/client/curl_transport.h"
#include "core/protocol/gemini/response.h"
#include "core/upstream/gemini/provider.h"
#include "core/upstream/no_answer.h"
#include "tests/support/event_grammar.h"
#include "tests/support/fake_transport.h"
#include "tests/support/scripted_server.h"

namespace agm::upstream {
namespace {

using chat::Event;
using test::Chunk;
using test::ChunkedHead;
using test::FakeAnswer;
using test::FakeTransport;
using test::ScriptedServer;
using test::Visitor;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kHello =
    R"({"candidates":[{"content":{"role":"model","parts":[{"text":"Hel"}]}}]})";
constexpr const char* kEnd =
    R"({"candidates":[{"content":{"parts":[{"text":"lo"}]},"finishReason":"STOP"}],)"
    R"("usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5}})";

TimePoint Soon() { return SystemClock().Now() + std::chrono::seconds(10); }

Outgoing Chat(bool stream) {
  Outgoing outgoing;
  outgoing.model = "gemini-2.5-flash";
  outgoing.stream = stream;
  outgoing.body = R"({"contents":[]})";
  outgoing.new_reader = [] {
    return std::make_unique<protocol::GeminiStreamReader>([] { return std::string("id"); });
  };
  return outgoing;
}

const config::Account kPlain;

auto Start(http::Transport& transport, bool stream, const config::Account& account = kPlain,
           const Limits& limits = {}, const Cancellation& cancellation = NeverCancelled()) {
  return Call::Start({transport, limits, cancellation},
                     {GeminiProvider(), account, Secret("AIzaCANARY")}, Chat(stream));
}

/// All events of a call whose start succeeded.
struct Heard {
  std::vector<Event> events;
  std::optional<Failure> failure;
  std::string text;
};

Heard HearOut(std::variant<std::unique_ptr<Call>, Failure> started) {
  Heard heard;
  if (const auto* failure = std::get_if<Failure>(&started)) {
    ADD_FAILURE() << failure->error.message;
    return heard;
  }
  auto& call = *std::get<std::unique_ptr<Call>>(started);
  while (auto event = call.Next(Soon())) {
    if (const auto* delta = std::get_if<chat::BlockDelta>(&*event)) heard.text += delta->text;
    heard.events.push_back(*std::move(event));
  }
  heard.failure = call.failure();
  EXPECT_EQ(call.Next(Soon()), std::nullopt);
  return heard;
}

/// A stream that sends comments without a pause and no event.
class CommentsForEver : public http::Transport {
 public:
  class Comments : public http::Download {
   public:
    explicit Comments(int& reads) : reads_(reads) {}
    int status() const override { return 200; }
    std::string_view header(std::string_view) const override { return {}; }
    Result<http::ReadState> Read(std::string& out, TimePoint, const Cancellation&) override {
      if (++reads_ > 1'000) return Fail(ErrorCode::kTimeout, "that was enough");
      out += ": still here\n\n";
      return http::ReadState::kData;
    }

   private:
    int& reads_;
  };
  Result<std::unique_ptr<http::Download>> Send(const http::OutgoingRequest&,
                                               const Cancellation&) override {
    return std::unique_ptr<http::Download>(std::make_unique<Comments>(reads));
  }
  int reads = 0;
};

TEST(Call, ReturnsAfterEachPieceToACallerThatMustNotBlock) {
  CommentsForEver transport;
  auto started = Start(transport, true);
  auto& call = *std::get<std::unique_ptr<Call>>(started);
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(call.Next(kNoWait), std::nullopt);
    EXPECT_EQ(transport.reads, i);
  }
}

TEST(Call, StreamsEventsAsTheyCome) {
  FakeTransport transport;
  transport.Answer(FakeAnswer::Sse({kHello, kEnd}));
  const Heard heard = HearOut(Start(transport, true));
  EXPECT_EQ(heard.text, "Hello");
  EXPECT_TRUE(std::holds_alternative<chat::Finished>(heard.events.back()));
  EXPECT_EQ(heard.failure, std::nullopt);
  const auto sent = transport.sent().at(0);
  EXPECT_EQ(sent.method, "POST");
  EXPECT_THAT(sent.url, EndsWith("/models/gemini-2.5-flash:streamGenerateContent?alt=sse"));
  EXPECT_EQ(sent.body, R"({"contents":[]})");
  EXPECT_EQ(sent.credential_header, "x-goog-api-key");
  EXPECT_EQ(sent.credential, "AIzaCANARY");
  EXPECT_TRUE(sent.stream);
  EXPECT_EQ(transport.open(), 0);
}

TEST(Call, ReadsAWholeAnswerToTheSameEvents) {
  FakeTransport transport;
  transport.Answer(FakeAnswer::Json(kEnd));
  const Heard heard = HearOut(Start(transport, false));
  EXPECT_EQ(heard.text, "lo");
  EXPECT_THAT(transport.sent().at(0).url, EndsWith(":generateContent"));
  EXPECT_FALSE(transport.sent().at(0).stream);
}

TEST(Call, SendsATokenToVertexAi) {
  config::Account account;
  account.kind = config::AccountKind::kVertex;
  account.project = "p";
  FakeTransport transport;
  transport.Answer(FakeAnswer::Json(kEnd));
  HearOut(Start(transport, false, account));
  EXPECT_EQ(transport.sent().at(0).credential, "Bearer AIzaCANARY");
}

TEST(Call, SaysWhenThereIsNothingYetAndGoesOnLater) {
  FakeTransport transport;
  FakeAnswer answer = FakeAnswer::Sse({kHello});
  answer.hangs = true;
  transport.Answer(answer);
  auto started = Start(transport, true);
  auto& call = *std::get<std::unique_ptr<Call>>(started);
  int events = 0;
  while (call.Next(Soon())) ++events;
  EXPECT_EQ(events, 3);  // started, block started, delta
  EXPECT_EQ(call.failure(), std::nullopt);
}

TEST(Call, GivesTheFailureOfAnAnswerThatIsAnError) {
  FakeTransport transport;
  FakeAnswer answer = FakeAnswer::Json(
      R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Resource exhausted."}})",
      429);
  answer.headers.emplace_back("retry-after", "7");
  transport.Answer(answer);
  const auto started = Start(transport, true);
  const auto& failure = std::get<Failure>(started);
  EXPECT_EQ(failure.trouble, Trouble::kSharedLimit);
  EXPECT_EQ(failure.retry_delay, Duration(7'000));
  EXPECT_EQ(transport.open(), 0);
}

TEST(Call, ReadsNoMoreOfAnErrorThanItNeeds) {
  FakeTransport transport;
  FakeAnswer endless = FakeAnswer::Json("", 503);
  for (int i = 0; i < 100; ++i) endless.pieces.emplace_back(10'000, 'x');
  endless.at_end = Fail(ErrorCode::kInternal, "nobody should read so far");
  transport.Answer(endless);
  EXPECT_EQ(std::get<Failure>(Start(transport, false)).trouble, Trouble::kUnavailable);
}

TEST(Call, JudgesAnErrorByWhatCameOfIt) {
  FakeTransport transport;
  FakeAnswer cut = FakeAnswer::Json(R"({"error":{"code":429,"details":[{"violations":[{"quotaId":)"
                                    R"("GenerateRequestsPerDayPerProjectPerModel"}]},)",
                                    429);
  cut.at_end = Fail(ErrorCode::kUpstreamUnavailable, "cut");
  transport.Answer(cut);
  EXPECT_EQ(std::get<Failure>(Start(transport, true)).trouble, Trouble::kDayQuota);
}

TEST(Call, TakesAWebPageForNoAnswer) {
  FakeTransport transport;
  FakeAnswer page;
  page.headers = {{"content-type", "text/html; charset=UTF-8"}};
  page.pieces = {"<html>"};
  transport.Answer(page);
  EXPECT_EQ(std::get<Failure>(Start(transport, true)).trouble, Trouble::kGarbage);
}

TEST(Call, FindsRubbishInAGoodAnswer) {
  const std::pair<const char*, NoAnswer> kinds[] = {
      {"hello", NoAnswer::kGarbage}, {"{\"candidates\":[", NoAnswer::kTruncated},
      {"[]", NoAnswer::kGarbage},    {"{}", NoAnswer::kNoCandidates},
      {"42", NoAnswer::kGarbage},    {"", NoAnswer::kNoCandidates}};
  for (const auto& [body, kind] : kinds) {
    FakeTransport transport;
    transport.Answer(FakeAnswer::Json(body));
    const Heard heard = HearOut(Start(transport, false));
    ASSERT_TRUE(heard.failure) << body;
    EXPECT_EQ(heard.failure->no_answer, kind) << body;
    EXPECT_TRUE(std::holds_alternative<chat::Started>(heard.events.front())) << body;
    EXPECT_TRUE(std::holds_alternative<chat::Failed>(heard.events.back())) << body;
    EXPECT_EQ(heard.events.size(), 2U) << body;
  }
}

TEST(Call, JudgesAnErrorInsideAStreamByWhatItSays) {
  FakeTransport transport;
  transport.Answer(FakeAnswer::Sse(
      {kHello,
       R"({"error":{"code":503,"status":"UNAVAILABLE","message":"The model is overloaded."}})"}));
  const Heard heard = HearOut(Start(transport, true));
  ASSERT_TRUE(heard.failure);
  EXPECT_EQ(heard.failure->trouble, Trouble::kModelOverloaded);
  const auto* failed = std::get_if<chat::Failed>(&heard.events.back());
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->error.code, ErrorCode::kOverloaded);
  EXPECT_EQ(heard.text, "Hel");
}

TEST(Call, TellsAStreamThatBreaksOff) {
  FakeTransport transport;
  FakeAnswer answer = FakeAnswer::Sse({kHello});
  answer.at_end = Fail(ErrorCode::kUpstreamUnavailable, "broke off");
  transport.Answer(answer);
  const Heard heard = HearOut(Start(transport, true));
  ASSERT_TRUE(heard.failure);
  EXPECT_EQ(heard.failure->trouble, Trouble::kNetwork);
  EXPECT_EQ(heard.text, "Hel");
  EXPECT_TRUE(std::holds_alternative<chat::Failed>(heard.events.back()));
}

TEST(Call, TellsAStreamThatEndsWithoutAnEnd) {
  FakeTransport transport;
  transport.Answer(FakeAnswer::Sse({kHello}));
  const Heard heard = HearOut(Start(transport, true));
  ASSERT_TRUE(heard.failure);
  EXPECT_EQ(heard.failure->no_answer, NoAnswer::kTruncated);
  EXPECT_EQ(heard.failure->trouble, Trouble::kNetwork);
  EXPECT_EQ(heard.failure->error.code, ErrorCode::kUpstreamUnavailable);
}

class Switch : public Cancellation {
 public:
  bool Cancelled() const override { return on; }
  bool on = false;
};

TEST(Call, IsNoFailureOfTheAccountWhenCancelled) {
  FakeTransport transport;
  FakeAnswer answer = FakeAnswer::Sse({kHello});
  answer.hangs = true;
  transport.Answer(answer);
  Switch gone;
  auto started = Start(transport, true, kPlain, {}, gone);
  auto& call = *std::get<std::unique_ptr<Call>>(started);
  while (call.Next(Soon())) {
  }
  gone.on = true;
  const auto event = call.Next(Soon());
  ASSERT_TRUE(event);
  EXPECT_TRUE(std::holds_alternative<chat::Failed>(*event));
  ASSERT_TRUE(call.failure());
  EXPECT_EQ(call.failure()->trouble, Trouble::kAborted);
  EXPECT_EQ(call.failure()->error.code, ErrorCode::kCancelled);
  EXPECT_EQ(transport.open(), 0);

  const auto again = Start(transport, true, kPlain, {}, gone);
  EXPECT_EQ(std::get<Failure>(again).error.code, ErrorCode::kCancelled);
}

// --- over real sockets ---------------------------------------------------------------------------

config::Account At(const ScriptedServer& server) {
  config::Account account;
  account.name = "a";
  account.base_url = server.url();
  return account;
}

std::string Event1() { return "data: " + std::string(kHello) + "\r\n\r\n"; }
std::string Event2() { return "data: " + std::string(kEnd) + "\r\n\r\n"; }

/// The complete good stream as sent over the network.
std::string GoodStream() { return ChunkedHead() + Chunk(Event1()) + Chunk(Event2()) + Chunk(""); }

TEST(CallOverSockets, ObeysTheGrammarWhereverTheStreamIsCut) {
  const std::string stream = GoodStream();
  http::CurlTransport transport;
  int good = 0;
  for (std::size_t cut = 0; cut <= stream.size(); cut += 3) {
    ScriptedServer server([&](Visitor& visitor) {
      visitor.ReadRequest();
      visitor.Send(std::string_view(stream).substr(0, cut));
    });
    const config::Account account = At(server);
    auto started = Start(transport, true, account);
    if (const auto* failure = std::get_if<Failure>(&started)) {
      EXPECT_EQ(failure->trouble, Trouble::kNetwork) << cut;
      continue;
    }
    const Heard heard = HearOut(std::move(started));
    EXPECT_EQ(test::GrammarProblem(heard.events), "") << cut;
    const bool finished = std::holds_alternative<chat::Finished>(heard.events.back());
    EXPECT_NE(finished, heard.failure.has_value()) << cut;
    if (finished) ++good;
    EXPECT_THAT(heard.text, testing::AnyOf("", "Hel", "Hello")) << cut;
  }
  EXPECT_LE(good, 1);
}

TEST(CallOverSockets, ReadsAStreamThatDripsByteByByte) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.SendSlowly(GoodStream(), 1, Duration(0));
    visitor.AwaitClose(Duration(10'000));
  });
  http::CurlTransport transport;
  const Heard heard = HearOut(Start(transport, true, At(server)));
  EXPECT_EQ(heard.text, "Hello");
  EXPECT_EQ(heard.failure, std::nullopt);
}

TEST(CallOverSockets, UsesTheConnectionOfAnErrorAgain) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(test::HttpAnswer(R"({"error":{"code":503}})", 503));
    visitor.ReadRequest();
    visitor.Send(GoodStream());
    visitor.AwaitClose(Duration(10'000));
  });
  http::CurlTransport transport;
  EXPECT_EQ(std::get<Failure>(Start(transport, true, At(server))).trouble, Trouble::kUnavailable);
  EXPECT_EQ(HearOut(Start(transport, true, At(server))).text, "Hello");
  EXPECT_EQ(server.connections(), 1);
}

TEST(CallOverSockets, GivesUpAnUpstreamThatHangs) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.AwaitClose(Duration(10'000));
  });
  http::CurlTransport transport;
  Limits limits;
  limits.first_byte_timeout = Duration(150);
  const config::Account account = At(server);
  const auto started = Start(transport, false, account, limits);
  EXPECT_EQ(std::get<Failure>(started).trouble, Trouble::kDeadline);
  EXPECT_THAT(std::get<Failure>(started).error.message, Not(HasSubstr("CANARY")));
}

TEST(CallOverSockets, OutlivesTheRequestThatItSends) {
  // The response begins before the request was sent completely: the body must stay valid until
  // then.
  ScriptedServer server([](Visitor& visitor) {
    visitor.Send(ChunkedHead() + Chunk(Event1()));
    visitor.ReadRequest();
    visitor.Send(Chunk(Event2()) + Chunk(""));
    visitor.AwaitClose(Duration(10'000));
  });
  http::CurlTransport transport;
  auto outgoing = std::make_unique<Outgoing>(Chat(true));
  outgoing->body = std::string(30'000'000, 'x');
  const config::Account account = At(server);
  auto started = Call::Start({transport, {}, NeverCancelled()},
                             {GeminiProvider(), account, Secret("k")}, *outgoing);
  outgoing.reset();
  EXPECT_EQ(HearOut(std::move(started)).text, "Hello");
}

}  // namespace
}  // namespace agm::upstream
