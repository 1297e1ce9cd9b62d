// The trace of a request: what upstreams and the collector learn of it.

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/guarded.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/packed.h"

namespace agm::gateway {
namespace {

constexpr std::string_view kCollector = "http://collector.test:4318";
const std::string kTrace = "0af7651916cd43dd8448eb211c80319c";
const std::string kParent = "00-" + kTrace + "-b7ad6b7169203331-01";

/// Notes the headers of the requests to upstreams, and what a collector is sent.
class WatchedTransport : public http::Transport {
 public:
  explicit WatchedTransport(http::Transport& inner) : inner_(inner) {}

  Result<std::unique_ptr<http::Download>> Send(const http::OutgoingRequest& request,
                                               const Cancellation& cancellation) override {
    if (!request.url.starts_with(kCollector)) {
      Note(request.headers);
      return inner_.Send(request, cancellation);
    }
    auto reports = reports_.Lock();
    reports->push_back(Json::parse(test::Unpacked(request.body)));
    return Result<std::unique_ptr<http::Download>>(std::make_unique<Taken>());
  }

  /// The values of a header in all requests to upstreams that have a body type.
  std::vector<std::string> Sent(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& headers : calls_.Copy()) {
      const std::string_view value = http::FindHeader(headers, name);
      if (!value.empty()) values.emplace_back(value);
    }
    return values;
  }
  std::vector<Json> reports() const { return reports_.Copy(); }

 private:
  class Taken : public http::Download {
   public:
    int status() const override { return 200; }
    std::string_view header(std::string_view) const override { return {}; }
    Result<http::ReadState> Read(std::string&, TimePoint, const Cancellation&) override {
      return http::ReadState::kEnd;
    }
  };

  void Note(const std::vector<http::Header>& headers) {
    auto calls = calls_.Lock();
    calls->push_back(headers);
  }

  http::Transport& inner_;
  Guarded<std::vector<std::vector<http::Header>>> calls_;
  Guarded<std::vector<Json>> reports_;
};

class TracingTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    Add("work", "key-work");
    transport_ = &watched_;
  }

  /// Ends the gateway, so that it sends what waits; returns the spans of models' calls.
  std::vector<Json> CallSpans() {
    TearDown();
    std::vector<Json> calls;
    for (const Json& report : watched_.reports()) {
      if (!report.contains("resourceSpans")) continue;
      for (const Json& span : report["resourceSpans"][0]["scopeSpans"][0]["spans"]) {
        if (span["kind"] == 3) calls.push_back(span);
      }
    }
    return calls;
  }

  static std::string Value(const Json& span, std::string_view name) {
    for (const Json& each : span["attributes"]) {
      if (each["key"] == name) return each["value"].front().get<std::string>();
    }
    return "(none)";
  }

  WatchedTransport watched_{upstream_};
};

TEST_F(TracingTest, UpstreamsLearnNothingOfTheTraceByDefault) {
  Start();
  Ask("POST", "/v1/chat/completions", ChatBody("hello"),
      {{"traceparent", kParent}, {"tracestate", "vendor=1"}});
  EXPECT_TRUE(watched_.Sent("traceparent").empty());
  EXPECT_TRUE(watched_.Sent("tracestate").empty());
}

TEST_F(TracingTest, UpstreamsGetTheCallersTraceWhenAsked) {
  config_.telemetry.propagate = true;
  Start();
  const std::vector<http::Header> headers{{"traceparent", kParent}, {"tracestate", "vendor=1"}};
  Ask("POST", "/v1/chat/completions", ChatBody("hello"), headers);
  Ask("POST", "/v1/chat/completions", ChatBody("hello", true), headers);
  Ask("POST", "/v1/embeddings", R"({"model":"gemini-embedding-001","input":"hello"})", headers);
  Ask("POST", "/v1beta/models/gemini-2.5-flash:generateContent",
      R"({"contents":[{"parts":[{"text":"hello"}]}]})", headers);
  EXPECT_EQ(watched_.Sent("traceparent"), std::vector<std::string>(4, kParent));
  EXPECT_EQ(watched_.Sent("tracestate"), std::vector<std::string>(4, "vendor=1"));
  Ask("POST", "/v1/chat/completions", ChatBody("hello"));
  EXPECT_EQ(watched_.Sent("traceparent").size(), 4U) << "no caller, no telemetry: no trace";
}

TEST_F(TracingTest, UpstreamsAreBelowTheSpanOfTheCall) {
  config_.telemetry.propagate = true;
  config_.telemetry.endpoint = kCollector;
  Start();
  Ask("POST", "/v1/chat/completions", ChatBody("hello"), {{"traceparent", kParent}});
  const auto spans = CallSpans();
  ASSERT_EQ(spans.size(), 1U);
  const auto sent = watched_.Sent("traceparent");
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0], "00-" + kTrace + "-" + spans[0]["spanId"].get<std::string>() + "-01");
}

TEST_F(TracingTest, SpansNameTheConversationAndTheReasoningThatWasAskedFor) {
  config_.telemetry.endpoint = kCollector;
  Start();
  const Got first = Ask("POST", "/v1/responses",
                        R"({"model":"gemini-2.5-flash","input":"hello","user":"somebody",
                            "reasoning":{"effort":"high"},"prompt_cache_key":"conversation-7"})");
  const std::string id = first.json()["id"].get<std::string>();
  Ask("POST", "/v1/responses",
      DumpJson(Json{{"model", "gemini-2.5-flash"}, {"input", "on"}, {"previous_response_id", id}}));
  Ask("POST", "/v1/chat/completions", ChatBody("hello"),
      {{"x-claude-code-session-id", std::string(100, 's')}, {"x-claude-code-agent-id", "agent"}});
  const auto spans = CallSpans();
  ASSERT_EQ(spans.size(), 3U);
  EXPECT_EQ(Value(spans[0], "gen_ai.conversation.id"), "conversation-7");
  EXPECT_EQ(Value(spans[0], "gen_ai.request.reasoning.level"), "high");
  EXPECT_EQ(Value(spans[0], "gen_ai.request.previous_response.id"), "(none)");
  EXPECT_EQ(Value(spans[1], "gen_ai.request.previous_response.id"), id);
  EXPECT_EQ(Value(spans[1], "gen_ai.conversation.id"), "(none)") << "a user is no conversation";
  EXPECT_EQ(Value(spans[1], "gen_ai.request.reasoning.level"), "(none)");
  EXPECT_EQ(Value(spans[2], "gen_ai.conversation.id"), std::string(64, 's'));
}

TEST_F(TracingTest, TheChunksOfStreamsAreTimed) {
  config_.telemetry.endpoint = kCollector;
  Start();
  Ask("POST", "/v1/chat/completions", ChatBody("hello", true));
  Ask("POST", "/v1/chat/completions", ChatBody("hello"));
  CallSpans();
  std::map<std::string, std::string> counts;
  for (const Json& report : watched_.reports()) {
    if (!report.contains("resourceMetrics")) continue;
    for (const Json& metric : report["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]) {
      if (metric.contains("histogram")) {
        counts[metric["name"].get<std::string>()] =
            metric["histogram"]["dataPoints"][0]["count"].get<std::string>();
      }
    }
  }
  EXPECT_EQ(counts["gen_ai.client.inference.duration"], "2");
  EXPECT_EQ(counts["gen_ai.client.inference.time_to_first_chunk"], "1");
  EXPECT_GT(std::atoi(counts["gen_ai.client.inference.time_per_output_chunk"].c_str()), 0);
}

}  // namespace
}  // namespace agm::gateway
