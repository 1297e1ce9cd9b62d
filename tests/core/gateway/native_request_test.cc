#include "core/gateway/native_request.h"

#include <gtest/gtest.h>

#include <string>

#include "core/gateway/routes.h"

namespace agm::gateway {
namespace {

http::Request Post(const std::string& path, const std::string& query = {}) {
  http::Request request;
  request.method = "POST";
  request.path = path;
  request.query = query;
  return request;
}

Result<NativeRequest> Read(const http::Request& http) {
  const auto route = FindRoute(http);
  if (!route) return route.error();
  EXPECT_EQ(route->row->name, "gemini_method") << http.path;
  return ReadNativeRequest(http, route->id);
}

TEST(NativeRequest, ReadsEverySpellingOfAPath) {
  struct Case {
    const char* path;
    const char* version;
  };
  const Case cases[] = {
      {"/v1/models/m:countTokens", "v1"},
      {"/v1beta/models/m:countTokens", "v1beta"},
      {"/v1alpha/models/m:countTokens", "v1alpha"},
      {"/models/m:countTokens", "v1beta"},
      {"/v1beta/models/models/m:countTokens", "v1beta"},
      {"/v1/models/google/m:countTokens", "v1"},
      {"/v1/models/publishers/google/models/m:countTokens", "v1"},
      {"/v1beta1/publishers/google/models/m:countTokens", "v1beta1"},
      {"/v1/projects/p/locations/l/publishers/google/models/m:countTokens", "v1"},
      {"/v1beta1/projects/p/locations/l/publishers/google/models/m:countTokens", "v1beta1"},
      {"/v1/v1beta/models/m:countTokens", "v1beta"},
      {"/proxy/v1beta/models/m:countTokens", "v1beta"},
  };
  for (const Case& each : cases) {
    const auto native = Read(Post(each.path));
    ASSERT_TRUE(native) << each.path << ": " << native.error().message;
    EXPECT_EQ(native->version, each.version) << each.path;
    EXPECT_EQ(native->model, "m") << each.path;
    EXPECT_EQ(native->method, "countTokens") << each.path;
  }
}

TEST(NativeRequest, RefusesOtherMethodsAndNames) {
  const auto code = [](const std::string& id) {
    return ReadNativeRequest(Post("/v1beta/models/" + id), id).error().code;
  };
  EXPECT_EQ(code("m:deleteEverything"), ErrorCode::kUnknownRoute);
  EXPECT_EQ(code("m:"), ErrorCode::kUnknownRoute);
  EXPECT_EQ(code(":generateContent"), ErrorCode::kUnknownModel);
  for (const char* name : {"a?b", "a&b", "a#b", "a%2fb", "a..b", "a b", "a\nb"}) {
    EXPECT_EQ(code(std::string(name) + ":generateContent"), ErrorCode::kUnknownModel) << name;
  }
}

TEST(NativeRequest, ChoosesTheFormByTheMethodAndAlt) {
  const auto form = [](const std::string& method, const std::string& query) {
    const auto native = ReadNativeRequest(Post("/v1beta/models/m", query), "m:" + method);
    return native ? native->form : NativeForm::kWhole;
  };
  EXPECT_EQ(form("streamGenerateContent", "alt=sse"), NativeForm::kEvents);
  EXPECT_EQ(form("streamGenerateContent", "key=k&$alt=sse"), NativeForm::kEvents);
  EXPECT_EQ(form("streamGenerateContent", ""), NativeForm::kArray);
  EXPECT_EQ(form("streamGenerateContent", "alt=json"), NativeForm::kArray);
  EXPECT_EQ(form("generateContent", "alt=json"), NativeForm::kWhole);
  EXPECT_EQ(
      ReadNativeRequest(Post("/v1beta/models/m", "alt=proto"), "m:generateContent").error().code,
      ErrorCode::kInvalidRequest);
}

TEST(NativeRequest, DropsTheCredentialsOfAQueryAndKeepsTheRest) {
  EXPECT_EQ(WithoutCredentials("alt=sse&key=k&fields=a%2Cb&access_token=t"),
            "alt=sse&fields=a%2Cb");
  EXPECT_EQ(WithoutCredentials("key=k"), "");
  EXPECT_EQ(WithoutCredentials("k%65y=k&x"), "x");
}

TEST(NativeRequest, RenamesAMappedModelWhereABodyRepeatsIt) {
  EXPECT_EQ(
      *WithNativeModel(R"({ "requests":[ {"model":"models/old","x":1.0}, {"model": "other"}]})",
                       "old", "new"),
      R"({ "requests":[ {"model":"models/new","x":1.0}, {"model": "other"}]})");
  EXPECT_EQ(*WithNativeModel(R"({"generateContentRequest":{"model":"models/old"}})", "old", "new"),
            R"({"generateContentRequest":{"model":"models/new"}})");
  EXPECT_EQ(*WithNativeModel(R"({"contents":[{"model":"old"}]})", "old", "new"),
            R"({"contents":[{"model":"old"}]})");
  EXPECT_FALSE(WithNativeModel("{", "old", "new"));
}

TEST(NativeRequest, TakesTheHeadOfAConversation) {
  const std::string system = R"({"systemInstruction":{"parts":[{"text":"s"}]},"contents":[)";
  const std::string first = R"({"role":"user","parts":[{"text":"a"}]})";
  const auto one = NativeHead(system + first + "]}");
  const auto more = NativeHead(system + first + R"(,{"role":"model","parts":[{"text":"b"}]}]})");
  ASSERT_TRUE(one && more);
  EXPECT_EQ(*one, *more);
  EXPECT_NE(*one, *NativeHead(R"({"contents":[)" + first + "]}"));
  const auto other = NativeHead(system + R"({"role":"user","parts":[{"text":"other"}]}]})");
  ASSERT_TRUE(other);
  EXPECT_NE(*one, *other);
  EXPECT_FALSE(NativeHead("[]"));
  EXPECT_FALSE(NativeHead("no json"));
}

}  // namespace
}  // namespace agm::gateway
