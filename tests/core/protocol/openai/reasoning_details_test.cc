#include "core/protocol/openai/reasoning_details.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/json_doc.h"

namespace agm::protocol {
namespace {

std::string Joined(const std::vector<std::string>& chunks) {
  ReasoningDetails details;
  for (const std::string& chunk : chunks) {
    const auto doc = JsonDoc::Parse(chunk);
    EXPECT_TRUE(doc) << chunk;
    if (doc) details.Add(doc->root());
  }
  return details.Json();
}

TEST(ReasoningDetails, KeepEntriesAsTheyCame) {
  EXPECT_EQ(Joined({}), "");
  EXPECT_EQ(Joined({"[]", "null"}), "");
  const std::string two =
      R"([{"type":"reasoning.encrypted","data":"QQ==","index":0},{"type":"reasoning.text","text":"t","index":1}])";
  EXPECT_EQ(Joined({two}), two);
}

TEST(ReasoningDetails, JoinThePiecesOfOneText) {
  EXPECT_EQ(Joined({R"([{"type":"reasoning.text","text":"one \"","signature":null,"index":0}])",
                    R"([{"type":"reasoning.text","text":" two","index":0}])",
                    R"([{"type":"reasoning.text","text":"","signature":"sig","index":0}])",
                    R"([{"type":"reasoning.summary","summary":"s","index":0}])"}),
            R"([{"type":"reasoning.text","text":"one \" two","signature":"sig","index":0},)"
            R"({"type":"reasoning.summary","summary":"s","index":0}])");
}

TEST(ReasoningDetails, JoinNoPiecesWithoutAnIndex) {
  const std::string piece = R"([{"type":"reasoning.text","text":"a"}])";
  EXPECT_EQ(Joined({piece, piece}),
            R"([{"type":"reasoning.text","text":"a"},{"type":"reasoning.text","text":"a"}])");
}

TEST(ReasoningDetails, ForgetWhatIsFarTooLarge) {
  const std::string piece =
      R"([{"type":"reasoning.text","index":0,"text":")" + std::string(200'000, 'x') + "\"}]";
  EXPECT_NE(Joined({piece}), "");
  EXPECT_EQ(Joined({piece, piece}), "");
}

}  // namespace
}  // namespace agm::protocol
