// Requests that name a model, count or embed, as the mock's rules see them.

#include "core/mock/checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/core/mock/served_mock.h"

namespace agm::mock {
namespace {

using testing::HasSubstr;

using RequestChecks = ServedMock;

TEST_F(RequestChecks, AModelInTheBodyIsThatOfTheUrl) {
  const auto naming = [&](const std::string& model) {
    return Generate(Asking("x", R"("model":")" + model + "\""));
  };
  EXPECT_EQ(naming("models/gemini-3.8-flash").status, 200);
  EXPECT_EQ(naming("gemini-3.8-flash").status, 200);
  EXPECT_EQ(naming("publishers/google/models/gemini-3.8-flash").status, 200);
  EXPECT_EQ(naming("").status, 200);
  EXPECT_EQ(naming("models/gemini-2.5-flash").status, 400);
  EXPECT_THAT(naming("models/gemini-2.5-flash").message(),
              HasSubstr("is another model than that of the URL"));
}

TEST_F(RequestChecks, CountsEitherContentsOrAWholeRequest) {
  const auto count = [&](const std::string& body) {
    return Call("gemini-3.8-flash", "countTokens", body);
  };
  const std::string contents = R"("contents":[{"parts":[{"text":"x"}]}])";
  const std::string whole =
      R"("generateContentRequest":{"model":"models/gemini-3.8-flash",)" + contents + "}";
  EXPECT_EQ(count("{" + contents + "}").status, 200);
  EXPECT_EQ(count("{" + whole + "}").status, 200);
  EXPECT_EQ(count("{" + whole + R"(,"contents":[]})").status, 200);
  EXPECT_THAT(count("{" + whole + "," + contents + "}").message(),
              HasSubstr("are mutually exclusive"));
  EXPECT_THAT(count(R"({"generateContentRequest":{)" + contents + "}}").message(),
              HasSubstr("must be set to the model of the request"));
}

TEST_F(RequestChecks, AnEmbeddingNeedsContent) {
  const auto embed = [&](const std::string& body) {
    return Call("gemini-embedding-001", "embedContent", body);
  };
  EXPECT_EQ(embed(R"({"content":{"parts":[{"text":"x"}]}})").status, 200);
  EXPECT_THAT(embed("{}").message(), HasSubstr("content is not specified"));
  EXPECT_THAT(embed(R"({"content":{"parts":[]}})").message(),
              HasSubstr("EmbedContentRequest.content: content is not specified"));
  EXPECT_THAT(embed(R"({"content":{"parts":[{"text":""}]}})").message(),
              HasSubstr("content contains an empty Part"));
}

TEST_F(RequestChecks, OnlyADocumentThatIsSearchedForHasATitle) {
  const auto titled = [&](const std::string& task) {
    return Call("gemini-embedding-001", "embedContent",
                R"({"content":{"parts":[{"text":"x"}]},"title":"T")" + task + "}");
  };
  EXPECT_EQ(titled(R"(,"taskType":"RETRIEVAL_DOCUMENT")").status, 200);
  EXPECT_THAT(titled("").message(), HasSubstr("is only allowed with task_type"));
  EXPECT_THAT(titled(R"(,"taskType":"RETRIEVAL_QUERY")").message(),
              HasSubstr("is only allowed with task_type"));
}

TEST_F(RequestChecks, AnEmbeddingHasAtMost3072Dimensions) {
  const auto embed = [&](int size) {
    return Call("gemini-embedding-001", "embedContent",
                fmt::format(R"({{"content":{{"parts":[{{"text":"x"}}]}},)"
                            R"("outputDimensionality":{}}})",
                            size));
  };
  EXPECT_EQ(embed(3072).status, 200);
  EXPECT_THAT(embed(3073).message(), HasSubstr("must be in the range"));
  EXPECT_EQ(embed(1).status, 200);
  EXPECT_THAT(embed(0).message(), HasSubstr("must be in the range"));
}

}  // namespace
}  // namespace agm::mock
