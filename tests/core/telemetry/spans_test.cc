#include "core/telemetry/spans.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace agm::telemetry {
namespace {

using namespace std::chrono_literals;

ledger::Entry EntryOfAStream() {
  ledger::Entry entry;
  entry.at = WallTime(1'800'000'000'000ms);
  entry.id = "req_1";
  entry.method = "POST";
  entry.path = "/v1/chat/completions";
  entry.route = "chat_completions";
  entry.calls_model = true;
  entry.status = 200;
  entry.stream = true;
  entry.model = "gpt-4o";
  entry.target = "gemini-2.5-flash";
  entry.account = "work";
  entry.trace = "0af7651916cd43dd8448eb211c80319c";
  entry.parent_span = "b7ad6b7169203331";
  entry.sampled = true;
  entry.total = 2s;
  entry.first_byte = 500ms;
  entry.tries = 2;
  entry.tokens = {100, 40, 20, 5, 0, 0, 0, 0, true};
  entry.history = {{"home", "gemini-2.5-flash", "minute_quota", "out of quota", 0ms, 300ms},
                   {"work", "gemini-2.5-flash", "ok", "", 100ms, 400ms}};
  return entry;
}

std::string Value(const Json& span, std::string_view name) {
  for (const Json& each : span["attributes"]) {
    if (each["key"] != name) continue;
    const Json& value = each["value"].front();
    return value.is_string() ? value.get<std::string>() : value.dump();
  }
  return "(none)";
}

TEST(Spans, AServerSpanBelowTheCallersAndOneClientSpanOverAllTries) {
  Options options;
  options.default_provider = "gcp.gemini";
  const auto spans = SpansOf(EntryOfAStream(), options);
  ASSERT_EQ(spans.size(), 2U);
  const Json& server = spans[0];
  EXPECT_EQ(server["name"], "POST /v1/chat/completions");
  EXPECT_EQ(server["kind"], 2);
  EXPECT_EQ(server["traceId"], "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(server["parentSpanId"], "b7ad6b7169203331");
  EXPECT_EQ(server["startTimeUnixNano"], "1800000000000000000");
  EXPECT_EQ(server["endTimeUnixNano"], "1800000002000000000");
  EXPECT_EQ(Value(server, "http.response.status_code"), "200");
  const Json& client = spans[1];
  EXPECT_EQ(client["name"], "chat gpt-4o");
  EXPECT_EQ(client["kind"], 3);
  EXPECT_EQ(client["parentSpanId"], server["spanId"]);
  EXPECT_EQ(Value(client, "gen_ai.provider.name"), "gcp.gemini");
  EXPECT_EQ(Value(client, "gen_ai.response.model"), "gemini-2.5-flash");
  EXPECT_EQ(Value(client, "gen_ai.usage.input_tokens"), "100");
  EXPECT_EQ(Value(client, "gen_ai.usage.cache_read.input_tokens"), "40");
  EXPECT_EQ(Value(client, "gen_ai.usage.reasoning.output_tokens"), "5");
  EXPECT_EQ(Value(client, "gen_ai.response.time_to_first_chunk"), "0.5");
  EXPECT_EQ(Value(client, "agm.tries"), "2");
}

TEST(Spans, OlderConventionsHaveTheirOwnNames) {
  Options options;
  options.conventions = Conventions::kSemconv136;
  options.providers["work"] = "gcp.vertex_ai";
  const auto spans = SpansOf(EntryOfAStream(), options);
  EXPECT_EQ(Value(spans[1], "gen_ai.system"), "gcp.vertex_ai");
  EXPECT_EQ(Value(spans[1], "gen_ai.provider.name"), "(none)");
  EXPECT_EQ(Value(spans[1], "gen_ai.usage.cache_read.input_tokens"), "(none)");
}

TEST(Spans, EachTryHasOneOnRequest) {
  Options options;
  options.tries = true;
  const auto spans = SpansOf(EntryOfAStream(), options);
  ASSERT_EQ(spans.size(), 4U);
  EXPECT_EQ(Value(spans[2], "agm.trouble"), "minute_quota");
  EXPECT_EQ(spans[2]["status"]["code"], 2);
  EXPECT_EQ(Value(spans[3], "agm.account"), "work");
  EXPECT_EQ(Value(spans[3], "agm.rested_ms"), "100");
  EXPECT_FALSE(spans[3].contains("status"));
  EXPECT_EQ(spans[3]["startTimeUnixNano"], "1800000000400000000");
}

TEST(Spans, TheOnlyTryOfAnAnsweredRequestHasASpanToo) {
  Options options;
  options.tries = true;
  ledger::Entry entry = EntryOfAStream();
  entry.history.clear();
  entry.tries = 1;
  entry.waited = 100ms;
  entry.upstream = 400ms;
  const auto spans = SpansOf(entry, options);
  ASSERT_EQ(spans.size(), 3U);
  EXPECT_EQ(Value(spans[2], "agm.account"), "work");
  EXPECT_EQ(spans[2]["endTimeUnixNano"], "1800000000500000000");
}

TEST(Spans, OnlyTheServersOwnFailureIsItsError) {
  ledger::Entry entry = EntryOfAStream();
  entry.status = 429;
  entry.error = "rate_limited";
  auto spans = SpansOf(entry, {});
  EXPECT_FALSE(spans[0].contains("status"));
  EXPECT_EQ(Value(spans[1], "error.type"), "rate_limited");
  entry.status = 503;
  spans = SpansOf(entry, {});
  EXPECT_EQ(spans[0]["status"]["code"], 2);
}

TEST(Spans, TheServersSpanSaysWhoAskedAndHowTheRequestEnded) {
  ledger::Entry entry = EntryOfAStream();
  entry.caller = "ci";
  entry.client = "codex/0.169.0";
  entry.phase = "stream";
  entry.ended_by = "client";
  const Json server = SpansOf(entry, {})[0];
  EXPECT_EQ(Value(server, "http.request.method"), "POST");
  EXPECT_EQ(Value(server, "http.route"), "chat_completions");
  EXPECT_EQ(Value(server, "url.path"), "/v1/chat/completions");
  EXPECT_EQ(Value(server, "user_agent.original"), "codex/0.169.0");
  EXPECT_EQ(Value(server, "agm.request_id"), "req_1");
  EXPECT_EQ(Value(server, "agm.caller"), "ci");
  EXPECT_EQ(Value(server, "agm.phase"), "stream");
  EXPECT_EQ(Value(server, "agm.ended_by"), "client");
}

TEST(Spans, ARouteWithoutAModelHasTheServersSpanOnly) {
  ledger::Entry entry = EntryOfAStream();
  entry.calls_model = false;
  entry.route = "models";
  EXPECT_EQ(SpansOf(entry, {}).size(), 1U);
}

TEST(Spans, AnOperationIsNamedByItsRoute) {
  EXPECT_EQ(OperationOf("completions"), "text_completion");
  EXPECT_EQ(OperationOf("embeddings"), "embeddings");
  EXPECT_EQ(OperationOf("chat_completions"), "chat");
  EXPECT_EQ(OperationOf("messages"), "chat");
  EXPECT_EQ(OperationOf("responses"), "chat");
  EXPECT_EQ(OperationOf("image_generations"), "generate_content");
}

TEST(Spans, TheFirstChunkIsToldOfStreamsThatSentOne) {
  const auto told = [](const ledger::Entry& entry, Conventions conventions) {
    Options options;
    options.conventions = conventions;
    return Value(SpansOf(entry, options)[1], "gen_ai.response.time_to_first_chunk");
  };
  ledger::Entry entry = EntryOfAStream();
  EXPECT_EQ(told(entry, Conventions::kSemconv136), "(none)");
  entry.first_byte = 0ms;
  EXPECT_EQ(told(entry, Conventions::kGenAi01), "0.0");
  entry.first_byte = -1us;
  EXPECT_EQ(told(entry, Conventions::kGenAi01), "(none)");
  entry.first_byte = 500ms;
  entry.stream = false;
  EXPECT_EQ(told(entry, Conventions::kGenAi01), "(none)");
}

TEST(Spans, TheModelsCallSaysWhatWasAskedAndWhoAnswered) {
  ledger::Entry entry = EntryOfAStream();
  entry.call = {"talk-1", "resp_0", "high", 0, -1us, -1us};
  entry.rule = "exact gpt-4o";
  entry.call_span = "00f067aa0ba902b7";
  entry.trace_state = "vendor=1";
  const auto spans = SpansOf(entry, {});
  const Json& call = spans[1];
  EXPECT_EQ(call["spanId"], "00f067aa0ba902b7");
  EXPECT_EQ(call["traceState"], "vendor=1");
  EXPECT_EQ(spans[0]["traceState"], "vendor=1");
  EXPECT_EQ(Value(call, "gen_ai.operation.name"), "chat");
  EXPECT_EQ(Value(call, "gen_ai.request.model"), "gpt-4o");
  EXPECT_EQ(Value(call, "gen_ai.request.stream"), "true");
  EXPECT_EQ(Value(call, "gen_ai.conversation.id"), "talk-1");
  EXPECT_EQ(Value(call, "gen_ai.request.previous_response.id"), "resp_0");
  EXPECT_EQ(Value(call, "gen_ai.request.reasoning.level"), "high");
  EXPECT_EQ(Value(call, "gen_ai.usage.output_tokens"), "20");
  EXPECT_EQ(Value(call, "agm.account"), "work");
  EXPECT_EQ(Value(call, "agm.mapped_from"), "exact gpt-4o");
  EXPECT_FALSE(call.contains("status"));
}

TEST(Spans, AFailedCallHasNoModelAndNoTokens) {
  ledger::Entry entry = EntryOfAStream();
  entry.status = 502;
  entry.tokens = {};
  entry.parent_span.clear();
  const auto spans = SpansOf(entry, {});
  EXPECT_FALSE(spans[0].contains("parentSpanId"));
  EXPECT_FALSE(spans[0].contains("traceState"));
  EXPECT_EQ(Value(spans[0], "error.type"), "502");
  EXPECT_EQ(Value(spans[1], "error.type"), "502");
  EXPECT_EQ(spans[1]["status"]["code"], 2);
  EXPECT_EQ(Value(spans[1], "gen_ai.response.model"), "(none)");
  EXPECT_EQ(Value(spans[1], "gen_ai.usage.input_tokens"), "(none)");
}

TEST(Spans, AnErrorInsideAStreamIsTheServers) {
  ledger::Entry entry = EntryOfAStream();
  entry.error = "upstream_broke";
  const auto spans = SpansOf(entry, {});
  EXPECT_EQ(Value(spans[0], "error.type"), "upstream_broke");
  EXPECT_EQ(spans[0]["status"]["code"], 2);
}

TEST(Spans, ARequestThatTriedNobodyHasNoTry) {
  Options options;
  options.tries = true;
  ledger::Entry entry = EntryOfAStream();
  entry.history.clear();
  entry.tries = 0;
  EXPECT_EQ(SpansOf(entry, options).size(), 2U);
}

TEST(Spans, ARouteWithoutAModelIsNamedByItsRoute) {
  ledger::Entry entry = EntryOfAStream();
  entry.calls_model = false;
  entry.route = "model";
  entry.method = "GET";
  entry.path = "/v1/models/gemini-2.5-flash";
  EXPECT_EQ(SpansOf(entry, {})[0]["name"], "GET model");
}

TEST(Spans, TheResourceHasItsNameAndWhatTheSettingsAdd) {
  Options options;
  options.service_name = "mine";
  options.resource = {{"team", "home"}, {"zone", "b"}};
  const Json resource = ResourceOf(options);
  EXPECT_EQ(Value(resource, "service.name"), "mine");
  EXPECT_NE(Value(resource, "service.version"), "(none)");
  EXPECT_EQ(Value(resource, "team"), "home");
  EXPECT_EQ(Value(resource, "zone"), "b");
}

TEST(Spans, AServerSpanIsAnErrorOnlyWhereTheServerIsToBlame) {
  const auto is_error = [](int status, const std::string& error) {
    ledger::Entry entry = EntryOfAStream();
    entry.status = status;
    entry.error = error;
    const Json span = SpansOf(entry, {})[0];
    return span.contains("status") && span["status"].value("code", 0) == 2;
  };
  EXPECT_TRUE(is_error(500, ""));
  EXPECT_FALSE(is_error(499, "cancelled"));
  EXPECT_FALSE(is_error(400, "invalid_request"));
  EXPECT_TRUE(is_error(399, "network"));
  EXPECT_TRUE(is_error(200, "network"));
  EXPECT_FALSE(is_error(200, ""));
}

}  // namespace
}  // namespace agm::telemetry
