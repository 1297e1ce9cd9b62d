#include "core/gateway/routes.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace agm::gateway {
namespace {

struct Case {
  std::string path;
  std::string_view name;
  std::string id;
};

TEST(Routes, FindEveryPathOfTheContract) {
  const std::vector<Case> cases = {
      {"/healthz", "health", ""},
      {"/health", "health", ""},
      {"/readyz", "ready", ""},
      {"/metrics", "metrics", ""},
      {"/v1/models", "models", ""},
      {"/v1/models/gemini-3-flash", "model", "gemini-3-flash"},
      {"/v1/models/models/gemini-3-flash", "model", "models/gemini-3-flash"},
      {"/v1/chat/completions", "chat_completions", ""},
      {"/v1/completions", "completions", ""},
      {"/v1/responses", "responses", ""},
      {"/v1/responses/resp_1", "response", "resp_1"},
      {"/v1/responses/resp_1/input_items", "response_input_items", "resp_1"},
      {"/v1/embeddings", "embeddings", ""},
      {"/v1/images/generations", "image_generations", ""},
      {"/v1/images/edits", "image_edits", ""},
      {"/v1/audio/transcriptions", "transcriptions", ""},
      {"/v1/messages", "messages", ""},
      {"/v1/messages/count_tokens", "count_tokens", ""},
      {"/v1beta/models", "gemini_models", ""},
      {"/v1beta/models/m", "gemini_model", "m"},
      {"/v1beta/models/m:generateContent", "gemini_method", "m:generateContent"},
      {"/v1/models/m:generateContent", "gemini_method", "m:generateContent"},
      {"/v1alpha/models/m:countTokens", "gemini_method", "m:countTokens"},
  };
  for (const Case& c : cases) {
    const auto route = FindRoute(c.path);
    ASSERT_TRUE(route) << c.path;
    EXPECT_EQ(route->row->name, c.name) << c.path;
    EXPECT_EQ(route->id, c.id) << c.path;
  }
}

TEST(Routes, ForgiveHowBaseUrlsAreGlued) {
  for (const std::string path :
       {"/chat/completions", "/v1/v1/chat/completions", "//v1//chat//completions",
        "/v1/chat/completions/", "/v1/responses/chat/completions"}) {
    const auto route = FindRoute(path);
    ASSERT_TRUE(route) << path;
    EXPECT_EQ(route->row->name, "chat_completions") << path;
  }
}

TEST(Routes, LetTheLastKnownSegmentOfAStackedPathDecide) {
  EXPECT_EQ(FindRoute("/v1/chat/completions/responses")->row->name, "responses");
  EXPECT_EQ(FindRoute("/api/openai/v1/embeddings")->row->name, "embeddings");
  EXPECT_EQ(FindRoute("/v1/chat/completions/models")->row->name, "models");
  EXPECT_EQ(FindRoute("/api/completions")->row->name, "completions");
  EXPECT_EQ(FindRoute("/api/chat/completions/extra")->row->name, "chat_completions");
}

TEST(Routes, NameTheNearestOfAnUnknownPath) {
  const auto route = FindRoute("/v1/chat/completion");
  ASSERT_FALSE(route);
  EXPECT_EQ(route.error().code, ErrorCode::kUnknownRoute);
  EXPECT_EQ(route.error().message, "unknown path; the nearest route is /v1/chat/completions");
  EXPECT_FALSE(FindRoute(std::string(100'000, 'x')));
}

TEST(Routes, NameTheNearestOfTheSameFamilyOrNone) {
  const auto said = [](const std::string& path) { return FindRoute(path).error().message; };
  EXPECT_EQ(said("/v1/embedding"), "unknown path; the nearest route is /v1/embeddings");
  EXPECT_EQ(said("/v1/images/variations"),
            "unknown path; the nearest route is /v1/images/generations");
  EXPECT_EQ(said("/v1/chat"), "unknown path; the nearest route is /v1/chat/completions");
  EXPECT_EQ(said("/metric"), "unknown path; the nearest route is /metrics");
  EXPECT_EQ(said("/v1beta/model"), "unknown path; the nearest route is /v1beta/models");
  for (const char* path : {"/v1/rerank", "/api/chat", "/favicon.ico", "/v1beta/corpora"}) {
    EXPECT_EQ(said(path), "unknown path") << path;
  }
}

TEST(Routes, KeepTheIdBehindAnyPrefix) {
  for (const std::string path : {"/openai/v1/models/m", "/openai/models/m", "/api/v1/models/m",
                                 "/a/b/v1/models/m", "/v1/chat/completions/models/m"}) {
    const auto route = FindRoute(path);
    ASSERT_TRUE(route) << path;
    EXPECT_EQ(route->row->name, "model") << path;
    EXPECT_EQ(route->id, "m") << path;
  }
  EXPECT_EQ(FindRoute("/openai/v1/responses/resp_1")->id, "resp_1");
  EXPECT_EQ(FindRoute("/openai/v1/responses/resp_1/input_items")->row->name,
            "response_input_items");
  EXPECT_EQ(FindRoute("/proxy/v1beta/models/m:generateContent")->row->name, "gemini_method");
  EXPECT_EQ(FindRoute("/openai/models/chat/completions")->row->name, "chat_completions");
}

TEST(Routes, TakeTheModelFromAzuresDeployment) {
  const auto route = FindRoute("/openai/deployments/gemini-2.5-pro/chat/completions");
  ASSERT_TRUE(route);
  EXPECT_EQ(route->row->name, "chat_completions");
  EXPECT_EQ(route->deployment, "gemini-2.5-pro");
  EXPECT_EQ(FindRoute("/openai/deployments/m/embeddings")->deployment, "m");
  EXPECT_EQ(FindRoute("/v1/chat/completions")->deployment, "");
  EXPECT_EQ(FindRoute("/openai/deployments/m/extra/chat/completions")->deployment, "");
}

TEST(Routes, MatchTheGatewaysOwnPagesExactlyOrNotAtAll) {
  for (const char* path : {"/healthz", "/readyz", "/metrics", "/agm/accounts"}) {
    EXPECT_TRUE(FindRoute(path)) << path;
    for (const std::string before : {"/v1", "/api", "/"}) {
      EXPECT_FALSE(FindRoute(before + path)) << before << path;
    }
    EXPECT_FALSE(FindRoute(std::string(path) + "/")) << path;
  }
  for (const char* path : {"/agm/x/accounts", "/agm/models", "/v1/agm/chat/completions",
                           "/agm/requests/a/b", "/agm/assets/", "/agm/assets/a/b"}) {
    EXPECT_FALSE(FindRoute(path)) << path;
  }
  EXPECT_EQ(FindRoute("/agm/requests/req_1")->id, "req_1");
  EXPECT_EQ(FindRoute("/agm/requests/live")->row->name, "page_live");
  EXPECT_EQ(FindRoute("/v1/chat/completions/metrics")->row->name, "chat_completions");
}

TEST(Routes, SayWhatTheyAreAbout) {
  const auto kind = [](const char* path) { return FindRoute(path)->row->kind; };
  for (const char* path : {"/v1/chat/completions", "/v1/embeddings", "/v1/messages/count_tokens",
                           "/v1beta/models/m:generateContent", "/v1/responses/compact"}) {
    EXPECT_EQ(kind(path), RouteKind::kModel) << path;
  }
  for (const char* path : {"/v1/models", "/v1/files", "/v1beta/cachedContents", "/v1/responses/r",
                           "/v1/responses/r/cancel", "/v1/batches"}) {
    EXPECT_EQ(kind(path), RouteKind::kStored) << path;
  }
  for (const char* path : {"/", "/agm", "/agm/", "/agm/accounts", "/agm/keys/k", "/agm/me"}) {
    EXPECT_EQ(kind(path), RouteKind::kPage) << path;
  }
  for (const char* path : {"/healthz", "/health", "/readyz", "/metrics"}) {
    EXPECT_EQ(kind(path), RouteKind::kHealth) << path;
  }
  for (const RouteRow& row : RouteRows()) {
    if (row.kind == RouteKind::kModel) {
      EXPECT_EQ(row.methods, "POST") << row.pattern;
    }
  }
}

TEST(Routes, AllowTheirMethodsOnly) {
  const RouteRow& models = *FindRoute("/v1/models")->row;
  EXPECT_TRUE(models.Allows("GET"));
  EXPECT_TRUE(models.Allows("HEAD"));
  EXPECT_FALSE(models.Allows("POST"));
  EXPECT_FALSE(models.Allows("GE"));
  EXPECT_FALSE(models.Allows(""));
  EXPECT_TRUE(FindRoute("/v1/responses/r")->row->Allows("DELETE"));
}

TEST(Routes, ChooseAmongRowsOfOnePathByTheClientsApiAndTheMethod) {
  const auto found = [](std::string method, std::string path, std::vector<http::Header> headers,
                        std::string query = {}) {
    http::Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.headers = std::move(headers);
    request.query = std::move(query);
    return *FindRoute(request)->row;
  };
  EXPECT_EQ(found("GET", "/agm/accounts", {}).scope, Scope::kRead);
  EXPECT_EQ(found("POST", "/agm/accounts", {}).scope, Scope::kAdmin);
  EXPECT_EQ(found("PUT", "/agm/accounts", {}).methods, "GET, HEAD");
  EXPECT_EQ(found("GET", "/v1/models", {}).surface, Surface::kOpenAi);
  EXPECT_EQ(found("GET", "/v1/models", {{"anthropic-version", "1"}}).surface, Surface::kAnthropic);
  EXPECT_EQ(found("GET", "/v1/models", {{"x-goog-api-key", "k"}}).name, "gemini_models");
  EXPECT_EQ(found("GET", "/v1/models", {}, "key=k").name, "gemini_models");
  EXPECT_EQ(found("GET", "/v1/models/m", {{"x-goog-api-key", "k"}}).name, "gemini_model");
  EXPECT_EQ(found("GET", "/v1beta/openai/models", {{"x-goog-api-key", "k"}}).name, "models");
  const std::string colon = "/v1/models/qwen3:8b";  // a model's name, or a method of a model
  EXPECT_EQ(found("GET", colon, {}).name, "model");
  EXPECT_EQ(found("HEAD", colon, {{"anthropic-version", "1"}}).surface, Surface::kAnthropic);
  EXPECT_EQ(found("GET", colon, {{"x-goog-api-key", "k"}}).name, "gemini_model");
  EXPECT_EQ(found("GET", "/v1beta/models/qwen3:8b", {}).name, "gemini_model");
  EXPECT_EQ(found("POST", colon, {}).name, "gemini_method");
  EXPECT_EQ(found("PUT", colon, {}).name, "gemini_method");
}

TEST(Routes, HaveAHandlerAndAPattern) {
  for (const RouteRow& row : RouteRows()) {
    EXPECT_NE(row.handle, nullptr) << row.name;
    EXPECT_FALSE(row.methods.empty()) << row.name;
    EXPECT_TRUE(row.pattern.starts_with("/")) << row.name;
  }
}

Surface SurfaceOf(const http::Request& request) {
  return gateway::SurfaceOf(FindRoute(request), request);
}

Surface SurfaceOf(const std::string& path) {
  http::Request request;
  request.path = path;
  return SurfaceOf(request);
}

TEST(Routes, ShapeErrorsAsThePathsOwnApiDoes) {
  EXPECT_EQ(SurfaceOf("/v1/messages"), Surface::kAnthropic);
  EXPECT_EQ(FindRoute("/v1/messages/batches/b1/results")->row->name, "message_batches");
  http::Request models;
  models.path = "/v1/models";
  EXPECT_EQ(SurfaceOf(models), Surface::kOpenAi);
  models.headers = {{"anthropic-version", "2023-06-01"}};
  EXPECT_EQ(SurfaceOf(models), Surface::kAnthropic);
  models.headers.emplace_back("x-goog-api-key", "k");
  EXPECT_EQ(SurfaceOf(models), Surface::kGemini);
  models.path = "/v1/chat/completions";
  EXPECT_EQ(SurfaceOf(models), Surface::kOpenAi);
  EXPECT_EQ(SurfaceOf("/v1beta/models/x"), Surface::kGemini);
  EXPECT_EQ(SurfaceOf("/v1beta/nothing"), Surface::kGemini);
  EXPECT_EQ(SurfaceOf("/v1/models/m:streamGenerateContent"), Surface::kGemini);
  EXPECT_EQ(SurfaceOf("/nothing"), Surface::kOpenAi);
}

}  // namespace
}  // namespace agm::gateway
