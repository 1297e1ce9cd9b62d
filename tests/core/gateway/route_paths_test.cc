// Paths off the beaten track: what they lead to, or what their refusal looks like.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/gateway/routes.h"

namespace agm::gateway {
namespace {

/// "NAME ID" of the route that a path leads to, or "none".
std::string Found(const std::string& path, const std::string& method = {}) {
  http::Request request;
  request.method = method;
  request.path = path;
  const auto route = method.empty() ? FindRoute(path) : FindRoute(request);
  if (!route) return "none";
  return std::string(route->row->name) + (route->id.empty() ? "" : " " + route->id);
}

TEST(RoutePaths, AreNoneOfOursWithStepsInThem) {
  for (const char* path :
       {"/v1/./models", "/v1/models/../files", "/./v1/models", "/agm/../v1/models", "/v1/models/.",
        "/v1/files/..", "/v1beta/models/../../agm/keys", "/.", "/.."}) {
    const auto route = FindRoute(path);
    ASSERT_FALSE(route) << path;
    EXPECT_EQ(route.error().message, "the path has a segment . or .., which no route has") << path;
    EXPECT_EQ(route.error().reason, "unknown_url") << path;
  }
  EXPECT_EQ(Found("/v1/models/..."), "model ...");
  EXPECT_EQ(Found("/v1/models/gpt-4.1"), "model gpt-4.1");
}

TEST(RoutePaths, ThatAreUnknownHaveTheReasonThatClientsKnow) {
  for (const char* path :
       {"/v1/rerank", "/v1/chat/completion", "/agm/nothing", "/v1beta/corpora"}) {
    EXPECT_EQ(FindRoute(path).error().reason, "unknown_url") << path;
  }
}

TEST(RoutePaths, EndInTheShorterRouteWhereTheirTailIsUnknown) {
  EXPECT_EQ(Found("/api/completions/extra"), "completions");
  EXPECT_EQ(Found("/api/text/completions/extra"), "completions");
  EXPECT_EQ(Found("/api/chat/completions/extra"), "chat_completions");
  EXPECT_EQ(Found("/api/chat/completions/extra/more"), "chat_completions");
  EXPECT_EQ(Found("/v1/images/generations/extra"), "image_generations");
  EXPECT_EQ(Found("/x/generations/extra"), "image_generations");
  EXPECT_EQ(Found("/v1/embeddings/chat/completions/extra"), "chat_completions");
  EXPECT_EQ(Found("/x/messages/count_tokens/extra"), "count_tokens");
  EXPECT_EQ(Found("/x/responses/compact/extra"), "compact_response");
}

TEST(RoutePaths, WithoutANearRouteNameNone) {
  const auto said = [](const std::string& path) { return FindRoute(path).error().message; };
  for (const char* path :
       {"/x", "/a", "/v1/x", "/v1beta", "/v1", "/v1beta/x/y/z", "/v2", "/v2/x", "/v", "/vx/y"}) {
    EXPECT_EQ(said(path), "unknown path") << path;
  }
}

TEST(RoutePaths, NearARouteNameItAsTheDocumentationWritesIt) {
  const auto said = [](const std::string& path) {
    const std::string message = FindRoute(path).error().message;
    const std::string before = "unknown path; the nearest route is ";
    return message.starts_with(before) ? message.substr(before.size()) : message;
  };
  EXPECT_EQ(said("/heatlh"), "/health");
  EXPECT_EQ(said("/healthzz"), "/healthz");
  EXPECT_EQ(said("/reedyz"), "/readyz");
  EXPECT_EQ(said("/metric"), "/metrics");
  EXPECT_EQ(said("/embedding"), "/v1/embeddings");
  EXPECT_EQ(said("/v1/audio/speach"), "/v1/audio/speech");
  EXPECT_EQ(said("/v2/embedding"), "/v1/embeddings");
  EXPECT_EQ(said("/v1/audio"), "/v1/audio/transcriptions");
  EXPECT_EQ(said("/v1beta/cachedContent"), "/v1beta/cachedContents");
  EXPECT_EQ(said("/v1beta1/cachedContent"), "/v1beta/cachedContents");
  EXPECT_EQ(said("/agm/acounts"), "/agm/accounts");
  EXPECT_EQ(said("/agm/keys/a/b").find('*'), std::string::npos);
  EXPECT_EQ(said("/agm/assets/a/b").find('*'), std::string::npos);
  EXPECT_EQ(said("/agm/request/req_1").find('*'), std::string::npos);
}

TEST(RoutePaths, OfUploadsNameTheirVersionAnywhere) {
  for (const char* path : {"/upload/v1beta/files", "/upload/v1/files", "/upload/files",
                           "/v1/upload/files", "/upload/v1beta/files/"}) {
    EXPECT_EQ(Found(path, "POST"), "gemini_upload") << path;
  }
  EXPECT_NE(Found("/upload/v1beta", "POST"), "gemini_upload");
}

TEST(RoutePaths, OfVertexLeaveOutProjectAndPublisher) {
  const std::string project = "/projects/p/locations/us-central1";
  for (const std::string version : {"/v1", "/v1beta1", "/v1beta", ""}) {
    for (const std::string& place : {project, std::string()}) {
      const std::string models = version + place + "/publishers/google/models";
      EXPECT_EQ(Found(models + "/m:generateContent", "POST"), "gemini_method m:generateContent")
          << models;
      EXPECT_EQ(Found(models + "/m", "GET"), "gemini_model m") << models;
      EXPECT_EQ(Found(models, "GET"), "gemini_models") << models;
    }
  }
  // Names of models may look like parts of a path.
  EXPECT_EQ(Found("/v1/publishers/google/models/speech", "GET"), "gemini_model speech");
  EXPECT_EQ(Found("/v1" + project + "/publishers/google/models/speech", "GET"),
            "gemini_model speech");
  EXPECT_EQ(Found("/projects/p/models/speech", "POST"), "speech");
  EXPECT_EQ(Found("/v1/models/publishers"), "model publishers");
  EXPECT_EQ(Found("/v1/models/projects/p/models/m"), "model projects/p/models/m");
}

TEST(RoutePaths, TakeAzuresModelOnlyForCallsOfAModel) {
  const auto deployment = [](const std::string& path) { return FindRoute(path)->deployment; };
  EXPECT_EQ(deployment("/openai/deployments/m/chat/completions"), "m");
  EXPECT_EQ(deployment("/deployments/m/v1/responses"), "m");
  EXPECT_EQ(deployment("/openai/deployments/m/audio/speech"), "m");
  EXPECT_EQ(deployment("/openai/deployments/m/files"), "");
  EXPECT_EQ(deployment("/openai/deployments/m/models"), "");
  EXPECT_EQ(deployment("/openai/deployments/embeddings"), "");
  EXPECT_EQ(Found("/openai/deployments/embeddings"), "embeddings");
  EXPECT_EQ(Found("/openai/deployments/m"), "none");
  EXPECT_EQ(Found("/openai/deployments"), "none");
}

TEST(RoutePaths, OfTheGatewayTakeOneSegmentAsAnId) {
  EXPECT_EQ(Found("/agm/assets/app.js"), "page_asset app.js");
  EXPECT_EQ(Found("/agm/keys/laptop"), "keys laptop");
  EXPECT_EQ(Found("/agm/keys/"), "none");
  EXPECT_EQ(Found("/agm/keys/laptop/"), "none");
  EXPECT_EQ(Found("/agm//keys/laptop"), "none");
  EXPECT_EQ(Found("//agm/keys/laptop"), "none");
  EXPECT_EQ(Found("/v1/agm/keys"), "none");
}

TEST(RoutePaths, KeepAnIdWithSlashesWhereTheRouteHasOne) {
  EXPECT_EQ(Found("/v1/models/vendor/name"), "model vendor/name");
  EXPECT_EQ(Found("/v1/models/vendor//name/"), "model vendor/name");
  EXPECT_EQ(Found("/v1/files/file_1"), "file file_1");
  EXPECT_EQ(Found("/v1/files/file_1/content"), "file_content file_1");
  EXPECT_EQ(Found("/v1beta/operations/a/b", "GET"), "gemini_operations a/b");
  EXPECT_EQ(Found("/v1beta/models/tunedModels/m:generateContent", "POST"),
            "gemini_method tunedModels/m:generateContent");
  EXPECT_EQ(Found("/v1/messages/batches/b/results", "GET"), "message_batches b/results");
  EXPECT_EQ(Found("/v1/responses/r/cancel", "POST"), "cancel_response r");
}

TEST(RoutePaths, BehindAPrefixEndInTheRouteThatIsNamedLast) {
  EXPECT_EQ(Found("/api/v1/files/file_1"), "file file_1");
  EXPECT_EQ(Found("/api/files/chat/completions"), "chat_completions");
  EXPECT_EQ(Found("/x/models/responses"), "responses");
  EXPECT_EQ(Found("/x/y/models/vendor/name"), "model vendor/name");
}

bool Streams(const std::string& path, std::uint64_t length, bool chunked = false) {
  http::Head head;
  head.method = "POST";
  head.path = path;
  head.content_length = length;
  head.framing = chunked ? http::BodyFraming::kChunked : http::BodyFraming::kLength;
  return StreamsFile(head);
}

TEST(RoutePaths, OfUploadsPassLargeFilesOnWhileTheyArrive) {
  constexpr std::uint64_t kMebibyte = 1'048'576;
  EXPECT_FALSE(Streams("/upload/v1beta/files", 0));
  EXPECT_FALSE(Streams("/upload/v1beta/files", kMebibyte));
  EXPECT_TRUE(Streams("/upload/v1beta/files", kMebibyte + 1));
  EXPECT_TRUE(Streams("/upload/v1beta/files", 0, true)) << "its size is not known";
  for (const char* path :
       {"/v1/files", "/v1/chat/completions", "/v1/nothing", "/v1/images/edits"}) {
    EXPECT_FALSE(Streams(path, 100 * kMebibyte)) << path;
    EXPECT_FALSE(Streams(path, 0, true)) << path;
  }
}

TEST(RoutePaths, AllowWholeNamesOfMethods) {
  const RouteRow& file = *FindRoute("/v1/files/f")->row;
  for (const char* method : {"GET", "HEAD", "DELETE"}) EXPECT_TRUE(file.Allows(method)) << method;
  for (const char* method : {"ET", "EAD", "HEA", "DELET", "ELETE", "get", "G", ",", " ", "POST"}) {
    EXPECT_FALSE(file.Allows(method)) << method;
  }
}

Surface Errors(const std::string& path, std::vector<http::Header> headers = {},
               const std::string& query = {}) {
  http::Request request;
  request.method = "POST";
  request.path = path;
  request.query = query;
  request.headers = std::move(headers);
  return SurfaceOf(FindRoute(request), request);
}

TEST(RoutePaths, ThatAreUnknownAreRefusedInTheApiThatTheClientSpeaks) {
  for (const char* path : {"/v1beta", "/v1alpha/x", "/v1beta1/x", "/upload/x", "/ws/x", "/ws",
                           "/x/publishers/y", "/v1/publishers"}) {
    EXPECT_EQ(Errors(path), Surface::kGemini) << path;
  }
  for (const char* path : {"/x", "/x/upload", "/x/ws", "/v1beta/openai", "/v1beta/openai/x",
                           "/v1/x/v1beta", "/v1/rerank"}) {
    EXPECT_EQ(Errors(path), Surface::kOpenAi) << path;
  }
  EXPECT_EQ(Errors("/x", {{"x-goog-api-key", "k"}}), Surface::kGemini);
  EXPECT_EQ(Errors("/x", {}, "key=k"), Surface::kGemini);
  EXPECT_EQ(Errors("/x", {}, "keys=k"), Surface::kOpenAi);
  EXPECT_EQ(Errors("/x", {{"anthropic-version", "2023-06-01"}}), Surface::kAnthropic);
  EXPECT_EQ(Errors("/x", {{"anthropic-version", "1"}, {"x-goog-api-key", "k"}}), Surface::kGemini);
  EXPECT_EQ(Errors("/v1beta/openai/x", {{"x-goog-api-key", "k"}}), Surface::kOpenAi);
}

}  // namespace
}  // namespace agm::gateway
