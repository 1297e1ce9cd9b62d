#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/mock/checks.h"
#include "core/mock/signature.h"

namespace agm::mock {
namespace {

std::string Refusal(const std::string& contents) {
  const auto model = FindModel("gemini-2.5-flash", false);
  const std::string request = "{\"contents\":[" + contents + "]}";
  const auto doc = JsonDoc::Parse(request);
  EXPECT_TRUE(model && doc) << contents;
  if (!model || !doc) return "not checked";
  Complaints complaints;
  CheckContents({*model}, doc->root(), complaints);
  return complaints.any() ? complaints.error()->message : "";
}

/// Why a user's turn with that part is refused; empty if it is taken.
std::string OfPart(const std::string& part) {
  return Refusal(R"({"role":"user","parts":[{"text":"x"},)" + part + "]}");
}

std::string OfBlob(std::string_view mime, std::string_view data) {
  return OfPart(fmt::format(R"({{"inlineData":{{"mimeType":"{}","data":"{}"}}}})", mime, data));
}

TEST(CheckContents, WantsARoleAndParts) {
  EXPECT_EQ(Refusal(R"({"role":"user","parts":[{"text":"x"}]})"), "");
  EXPECT_EQ(Refusal(R"({"parts":[{"text":"x"}]})"), "");
  EXPECT_NE(Refusal(R"({"role":"system","parts":[{"text":"x"}]})").find("valid role"),
            std::string::npos);
  EXPECT_NE(Refusal(R"({"role":"user","parts":[]})").find("parts must not be empty"),
            std::string::npos);
}

TEST(CheckContents, WantsDataInEachPart) {
  EXPECT_NE(OfPart("{}").find("contents[0].parts[1].data"), std::string::npos);
  EXPECT_NE(OfPart(R"({"text":null})").find("required oneof field"), std::string::npos);
  EXPECT_NE(OfPart(R"({"thought":true})").find("required oneof field"), std::string::npos);
}

TEST(CheckContents, WantsANameInACall) {
  const auto of_call = [](const std::string& call) {
    return Refusal(R"({"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[)"
                   R"({"functionCall":)" +
                   call + "}]}");
  };
  EXPECT_EQ(of_call(R"({"name":"f","args":{}})").find("function_call.name"), std::string::npos);
  EXPECT_NE(of_call(R"({"args":{}})").find("function_call.name"), std::string::npos);
}

TEST(CheckContents, WantsAFileWithAnAddress) {
  EXPECT_EQ(OfPart(R"({"fileData":{"fileUri":"https://g/v1beta/files/a"}})"), "");
  EXPECT_NE(OfPart(R"({"fileData":{}})").find("file_uri"), std::string::npos);
  EXPECT_NE(OfPart(R"({"fileData":{"fileUri":"files/a"}})").find("file uri: files/a"),
            std::string::npos);
}

TEST(CheckContents, WantsBytesOfTheTypeThatIsNamed) {
  EXPECT_EQ(OfBlob("image/png", "iVBORw0KGgo="), "");
  EXPECT_NE(OfBlob("image/png", "AAAAAAAA").find("Unable to process input image"),
            std::string::npos);
  EXPECT_NE(OfBlob("application/pdf", "AAAAAAAA").find("no pages"), std::string::npos);
  EXPECT_EQ(OfBlob("audio/wav", "AAAAAAAA"), "");
  EXPECT_EQ(OfBlob("text/plain;charset=utf-8", "AAAAAAAA"), "");
  for (const char* mime : {"audio/", "image/tiff", "application/zip"}) {
    EXPECT_NE(OfBlob(mime, "AAAAAAAA").find("Unsupported MIME type"), std::string::npos) << mime;
  }
  EXPECT_NE(OfBlob("", "AAAA").find("inline_data.mime_type"), std::string::npos);
  EXPECT_NE(OfBlob("image/png", "").find("inline_data.data"), std::string::npos);
}

TEST(CheckContents, WantsCallsFromTheModel) {
  EXPECT_NE(OfPart(R"({"functionCall":{"name":"f"}})").find("role \"model\""), std::string::npos);
  EXPECT_NE(OfPart(R"({"functionResponse":{"name":"","response":{}}})").find("cannot be empty"),
            std::string::npos);
  EXPECT_NE(
      OfPart(R"({"functionResponse":{"name":"1f","response":{}}})").find("Invalid function name"),
      std::string::npos);
  EXPECT_NE(OfPart(R"({"functionResponse":{"name":"f"}})").find("function_response.response"),
            std::string::npos);
}

TEST(CheckContents, TakesStreamedCallsWithoutResponsesOnVertexOnly) {
  const auto model = FindModel("gemini-2.5-flash", false);
  ASSERT_TRUE(model);
  const auto refused = [&](const std::string& more, bool vertex) {
    const std::string request =
        R"({"contents":[{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":)"
        R"([{"functionCall":{"name":"f")" +
        more + R"(}}]},{"role":"user","parts":[{"text":"y"}]}]})";
    const auto doc = JsonDoc::Parse(request);
    Complaints complaints;
    CheckContents({*model, vertex}, doc->root(), complaints);
    return complaints.any() ? complaints.error()->message : "";
  };
  for (const char* streamed : {R"(,"partialArgs":[])", R"(,"willContinue":true)"}) {
    EXPECT_EQ(refused(streamed, true), "") << streamed;
    EXPECT_NE(refused(streamed, false), "") << streamed;
  }
  EXPECT_NE(refused("", true), "");
}

TEST(CheckContents, KnowsASignatureOfTheServiceByItsForm) {
  EXPECT_TRUE(IsForeignSignature(std::string(400, 'A')));
  EXPECT_FALSE(IsForeignSignature("AAAA")) << "it is too short";
  EXPECT_FALSE(IsForeignSignature(std::string(400, '!'))) << "it is not Base64";
}

}  // namespace
}  // namespace agm::mock
