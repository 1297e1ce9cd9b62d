#include "core/gateway/routes.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace agm::gateway {
namespace {

struct Case {
  std::string path;
  RouteKind kind;
  std::string id;
};

TEST(Routes, FindEveryPathOfTheContract) {
  const std::vector<Case> cases = {
      {"/healthz", RouteKind::kHealth, ""},
      {"/health", RouteKind::kHealth, ""},
      {"/readyz", RouteKind::kReady, ""},
      {"/metrics", RouteKind::kMetrics, ""},
      {"/v1/models", RouteKind::kModels, ""},
      {"/v1/models/gemini-3-flash", RouteKind::kModel, "gemini-3-flash"},
      {"/v1/models/models/gemini-3-flash", RouteKind::kModel, "models/gemini-3-flash"},
      {"/v1/chat/completions", RouteKind::kChatCompletions, ""},
      {"/v1/completions", RouteKind::kCompletions, ""},
      {"/v1/responses", RouteKind::kResponses, ""},
      {"/v1/responses/resp_1", RouteKind::kResponse, "resp_1"},
      {"/v1/responses/resp_1/input_items", RouteKind::kResponseInputItems, "resp_1"},
      {"/v1/embeddings", RouteKind::kEmbeddings, ""},
      {"/v1/images/generations", RouteKind::kImageGenerations, ""},
      {"/v1/images/edits", RouteKind::kImageEdits, ""},
      {"/v1/audio/transcriptions", RouteKind::kTranscriptions, ""},
      {"/v1/messages", RouteKind::kMessages, ""},
      {"/v1/messages/count_tokens", RouteKind::kCountTokens, ""},
      {"/v1beta/models", RouteKind::kGeminiModels, ""},
      {"/v1beta/models/m", RouteKind::kGeminiModel, "m"},
      {"/v1beta/models/m:generateContent", RouteKind::kGeminiMethod, "m:generateContent"},
      {"/v1/models/m:generateContent", RouteKind::kGeminiMethod, "m:generateContent"},
      {"/v1alpha/models/m:countTokens", RouteKind::kGeminiMethod, "m:countTokens"},
  };
  for (const Case& c : cases) {
    const auto route = FindRoute(c.path);
    ASSERT_TRUE(route) << c.path;
    EXPECT_EQ(route->kind, c.kind) << c.path;
    EXPECT_EQ(route->id, c.id) << c.path;
  }
}

TEST(Routes, ForgiveHowBaseUrlsAreGlued) {
  for (const std::string path :
       {"/chat/completions", "/v1/v1/chat/completions", "//v1//chat//completions",
        "/v1/chat/completions/", "/v1/responses/chat/completions"}) {
    const auto route = FindRoute(path);
    ASSERT_TRUE(route) << path;
    EXPECT_EQ(route->kind, RouteKind::kChatCompletions) << path;
  }
}

TEST(Routes, LetTheLastKnownSegmentOfAStackedPathDecide) {
  EXPECT_EQ(FindRoute("/v1/chat/completions/responses")->kind, RouteKind::kResponses);
  EXPECT_EQ(FindRoute("/api/openai/v1/embeddings")->kind, RouteKind::kEmbeddings);
  EXPECT_EQ(FindRoute("/v1/chat/completions/models")->kind, RouteKind::kModels);
  EXPECT_EQ(FindRoute("/api/completions")->kind, RouteKind::kCompletions);
  EXPECT_EQ(FindRoute("/api/chat/completions/extra")->kind, RouteKind::kChatCompletions);
}

TEST(Routes, NameTheNearestOfAnUnknownPath) {
  const auto route = FindRoute("/v1/chat/completion");
  ASSERT_FALSE(route);
  EXPECT_EQ(route.error().code, ErrorCode::kUnknownRoute);
  EXPECT_EQ(route.error().message, "unknown path; the nearest route is /v1/chat/completions");
  EXPECT_FALSE(FindRoute("/"));
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
  for (const char* path : {"/v1/rerank", "/api/chat", "/favicon.ico", "/", "/v1beta/corpora"}) {
    EXPECT_EQ(said(path), "unknown path") << path;
  }
}

TEST(Routes, KeepTheIdBehindAnyPrefix) {
  for (const std::string path : {"/openai/v1/models/m", "/openai/models/m", "/api/v1/models/m",
                                 "/a/b/v1/models/m", "/v1/chat/completions/models/m"}) {
    const auto route = FindRoute(path);
    ASSERT_TRUE(route) << path;
    EXPECT_EQ(route->kind, RouteKind::kModel) << path;
    EXPECT_EQ(route->id, "m") << path;
  }
  EXPECT_EQ(FindRoute("/openai/v1/responses/resp_1")->id, "resp_1");
  EXPECT_EQ(FindRoute("/openai/v1/responses/resp_1/input_items")->kind,
            RouteKind::kResponseInputItems);
  EXPECT_EQ(FindRoute("/proxy/v1beta/models/m:generateContent")->kind, RouteKind::kGeminiMethod);
  EXPECT_EQ(FindRoute("/openai/models/chat/completions")->kind, RouteKind::kChatCompletions);
}

TEST(Routes, TakeTheModelFromAzuresDeployment) {
  const auto route = FindRoute("/openai/deployments/gemini-2.5-pro/chat/completions");
  ASSERT_TRUE(route);
  EXPECT_EQ(route->kind, RouteKind::kChatCompletions);
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
  EXPECT_FALSE(FindRoute("/agm/x/accounts"));
  EXPECT_EQ(FindRoute("/v1/chat/completions/metrics")->kind, RouteKind::kChatCompletions);
}

TEST(Routes, AllowTheirMethodsOnly) {
  EXPECT_TRUE(Allows(RouteKind::kModels, "GET"));
  EXPECT_TRUE(Allows(RouteKind::kModels, "HEAD"));
  EXPECT_FALSE(Allows(RouteKind::kModels, "POST"));
  EXPECT_FALSE(Allows(RouteKind::kModels, "GE"));
  EXPECT_FALSE(Allows(RouteKind::kModels, ""));
  EXPECT_TRUE(Allows(RouteKind::kResponse, "DELETE"));
}

TEST(Routes, ShapeErrorsAsThePathsOwnApiDoes) {
  EXPECT_EQ(SurfaceOf("/v1/messages"), Surface::kAnthropic);
  EXPECT_EQ(FindRoute("/v1/messages/batches/b1/results")->kind, RouteKind::kMessageBatches);
  HttpRequest models;
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
