#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "cli/probe_command.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

struct ProbeTest : CommandTest {
  ProbeTest() { gateway.answers["GET /healthz"] = {200, R"({"status":"ok"})"}; }
  /// The verdict on one case, from the document.
  Json Case(const std::string& name) {
    Agm({"probe", "--only", name, "--json"});
    return Document()["cases"][0];
  }
  void Chat(int status, const std::string& body, std::map<std::string, std::string> headers = {}) {
    gateway.answers["POST /v1/chat/completions"] = {status, body, std::move(headers)};
  }
};

TEST(Probe, AsksEachApiInItsOwnWay) {
  ProbeTest t;
  t.gateway.otherwise = {200, R"({"hello":"world"})"};
  EXPECT_EQ(t.Agm({"probe", "--model", "some-model"}), 1);
  std::map<std::string, std::vector<FakeGateway::Asked>> asked;
  for (const auto& each : t.gateway.asked) asked[each.method + " " + each.path].push_back(each);
  const auto body = [&](const std::string& route, std::size_t i = 0) {
    return asked[route].size() > i ? ParseJson(asked[route][i].body).value() : Json();
  };
  const std::string chat = "POST /v1/chat/completions";
  ASSERT_EQ(asked[chat].size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(body(chat, i)["model"], "some-model");
    EXPECT_EQ(body(chat, i)["messages"][0]["role"], "user");
  }
  EXPECT_EQ(body(chat, 1)["stream"], true);
  EXPECT_FALSE(body(chat, 0).contains("stream"));
  EXPECT_EQ(body(chat, 2)["tools"].size(), 1U);
  EXPECT_EQ(body(chat, 3)["response_format"]["type"], "json_schema");
  EXPECT_EQ(body("POST /v1/responses")["model"], "some-model");
  EXPECT_EQ(body("POST /v1/responses")["store"], false);
  EXPECT_EQ(body("POST /v1/responses", 1)["stream"], true);
  EXPECT_EQ(body("POST /v1/completions")["model"], "some-model");
  EXPECT_TRUE(body("POST /v1/embeddings")["model"].is_string());
  EXPECT_NE(body("POST /v1/embeddings")["model"], "some-model") << "it is no model for chats";
  EXPECT_EQ(body("POST /v1/messages")["model"], "some-model");
  EXPECT_TRUE(body("POST /v1/messages")["max_tokens"].is_number()) << "the API insists on it";
  ASSERT_EQ(asked["POST /v1/messages"].size(), 1U);
  bool versioned = false;
  for (const auto& header : asked["POST /v1/messages"][0].headers) {
    versioned = versioned || header.first == "anthropic-version";
  }
  EXPECT_TRUE(versioned);
  const std::string gemini = "POST /v1beta/models/some-model:generateContent";
  EXPECT_EQ(body(gemini)["contents"][0]["role"], "user");
  EXPECT_EQ(asked["GET /v1/models"].size(), 1U);
}

TEST(Probe, TellsAMissingRouteFromAFailure) {
  struct Answer {
    int status;
    const char* code;
    const char* mapped;
    const char* result;
  };
  const Answer answers[] = {
      {405, "x", "", "skipped"},
      {501, "x", "", "skipped"},
      {404, "x", "", "skipped"},
      {404, "x", "gemini", "failed"},
      {404, "model_not_found", "", "failed"},
      {400, "unsupported_parameter", "", "skipped"},
      {400, "bad_request", "", "failed"},
      {500, "unsupported_parameter", "", "failed"},
      {429, "x", "", "failed"},
  };
  for (const Answer& each : answers) {
    ProbeTest t;
    t.Chat(each.status,
           R"({"error":{"message":"why not","code":")" + std::string(each.code) + "\"}}",
           {{"x-mapped-model", each.mapped}});
    const Json one = t.Case("chat");
    EXPECT_EQ(one["result"], each.result) << each.status << each.code;
    EXPECT_EQ(one["status"], each.status);
    EXPECT_EQ(one["why"], std::to_string(each.status) + ": why not");
    EXPECT_EQ(t.code, each.result == std::string("failed") ? 1 : 0);
  }
}

TEST(Probe, TellsProgramsWhoAnswered) {
  ProbeTest t;
  t.Chat(500, "{}", {{"x-mapped-model", "gemini-x"}, {"x-account-email", "me@example.com"}});
  Json one = t.Case("chat");
  EXPECT_EQ(one["mapped_model"], "gemini-x");
  EXPECT_EQ(one["account"], "me@example.com");
  one = t.Case("health");
  EXPECT_TRUE(one["mapped_model"].is_null());
  EXPECT_TRUE(one["account"].is_null());
  EXPECT_EQ(one["result"], "ok");
  EXPECT_TRUE(one["why"].is_null());
  EXPECT_EQ(t.Agm({"probe", "--only", "health", "--model", "m", "--json"}), 0);
  EXPECT_EQ(t.Document()["model"], "m");
  EXPECT_EQ(t.Document()["passed"], 1);
  EXPECT_EQ(t.Document()["failed"], 0);
}

TEST(Probe, GoesOnAfterFailuresOfDifferentKinds) {
  ProbeTest t;
  t.gateway.otherwise = {500, R"({"error":{"message":"one"}})"};
  t.gateway.answers["POST /v1/completions"] = {500, R"({"error":{"message":"two"}})"};
  t.gateway.answers["POST /v1/embeddings"] = {502, R"({"error":{"message":"two"}})"};
  EXPECT_EQ(t.Agm({"probe", "--only", "responses,completions,embeddings,anthropic", "--json"}), 1);
  EXPECT_EQ(t.Document()["failed"], 4) << t.io.out;
  EXPECT_EQ(t.Agm({"probe", "--only", "responses,anthropic,gemini", "--json"}), 1);
  EXPECT_EQ(t.Document()["failed"], 2) << t.io.out;
  EXPECT_EQ(t.Document()["skipped"], 1);
  EXPECT_EQ(t.Document()["cases"][2]["why"], "not tried: it would fail as anthropic did");
  EXPECT_TRUE(t.Document()["cases"][2]["status"].is_null());
  EXPECT_TRUE(t.Document()["cases"][2]["latency_ms"].is_null());
}

TEST(Probe, TakesTheKeyOfTheConfiguredGatewayForItsAddress) {
  ProbeTest t;
  t.WriteConfig("[proxy]\napi_key = \"sk-configured\"\n");
  EXPECT_EQ(t.Agm({"probe", "--base-url", "127.0.0.1:8045", "--only", "health"}), 0) << t.io.err;
  EXPECT_EQ(t.gateway.asked.back().url, "http://127.0.0.1:8045/healthz");
  EXPECT_EQ(t.gateway.asked.back().credential, "Bearer sk-configured");
}

TEST(Probe, SaysWhereNoGatewayIs) {
  ProbeTest t;
  t.gateway.up = false;
  EXPECT_EQ(t.Agm({"probe"}), 3);
  EXPECT_TRUE(Has(t.io.err, "no gateway answers at http://127.0.0.1:8045: connection refused"))
      << t.io.err;
  t.WriteConfig("[proxy]\nport = 0\n");
  EXPECT_EQ(t.Agm({"probe"}), 3);
  EXPECT_TRUE(Has(t.io.err, "no gateway is known; name one with --base-url")) << t.io.err;
}

TEST(Probe, ShowsWhyOnALineOfItsOwnOnATerminal) {
  ProbeTest t;
  t.Chat(500, R"({"error":{"message":"broken"}})");
  EXPECT_EQ(t.Agm({"probe", "--only", "chat"}), 1);
  EXPECT_TRUE(Has(t.io.out, "  500: broken\n")) << t.io.out;
  EXPECT_EQ(std::count(t.io.out.begin(), t.io.out.end(), '\n'), 2) << t.io.out;
  t.io.out_is_terminal = t.io.err_is_terminal = true;
  EXPECT_EQ(t.Agm({"probe", "--only", "chat"}), 1);
  EXPECT_TRUE(Has(t.io.out, "\n  500: broken\n")) << t.io.out;
  EXPECT_TRUE(Has(t.io.err, "1/1 chat ...")) << t.io.err;
  t.io.quiet = false;
  EXPECT_EQ(t.Agm({"probe", "--only", "chat", "-q"}), 1);
  EXPECT_FALSE(Has(t.io.out, "RESULT")) << t.io.out;
}

TEST(Probe, MeasuresTheTimeOfAnAnswer) {
  ProbeTest t;
  t.gateway.answers["GET /healthz"].delay = [&] {
    t.clock.Advance(std::chrono::microseconds(9'540));
  };
  EXPECT_EQ(t.Agm({"probe", "--only", "health"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, "9.5 ms")) << t.io.out;
  t.gateway.answers["GET /healthz"].delay = [&] { t.clock.Advance(std::chrono::milliseconds(10)); };
  EXPECT_EQ(t.Agm({"probe", "--only", "health"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, "10 ms")) << t.io.out;
  EXPECT_EQ(t.Case("health")["latency_ms"], 10.0);
}

}  // namespace
}  // namespace agm::cli
