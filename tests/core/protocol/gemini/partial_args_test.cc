#include "core/protocol/gemini/partial_args.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/base/json_doc.h"

namespace agm::protocol {
namespace {

struct Written {
  std::vector<std::string> texts;  ///< of each part, and of the end
  std::string whole;
  bool broken = false;
};

// `parts` is an array of partialArgs, one for each part of the call.
Written Write(std::string_view parts) {
  const auto doc = JsonDoc::Parse(parts);
  EXPECT_TRUE(doc) << parts;
  Written written;
  GeminiPartialArgs args;
  for (const JsonView pieces : doc->root().items()) written.texts.push_back(args.Add(pieces));
  written.texts.push_back(args.End());
  for (const std::string& text : written.texts) written.whole += text;
  written.broken = args.broken();
  return written;
}

TEST(GeminiPartialArgs, WritesEachPieceAsItComes) {
  const Written written = Write(R"([
      [{"jsonPath":"$.a.b","stringValue":"x\"","willContinue":true}],
      [{"jsonPath":"$.a.b","stringValue":"y"}],
      [{"jsonPath":"$.a.c[0]","numberValue":9007199254740993},{"jsonPath":"$.a.c[1].d"}],
      [{"jsonPath":"$['odd name'][0][0]","boolValue":false}]])");
  EXPECT_EQ(written.texts, (std::vector<std::string>{R"({"a":{"b":"x\")", R"(y)",
                                                     R"(","c":[9007199254740993,{"d":null)",
                                                     R"(}]},"odd name":[[false)", "]]}"}));
  EXPECT_FALSE(written.broken);
  EXPECT_FALSE(Json::parse(written.whole, nullptr, false).is_discarded());
}

TEST(GeminiPartialArgs, WritesAnObjectWhereNothingCame) {
  EXPECT_EQ(Write("[]").whole, "{}");
  EXPECT_EQ(Write(R"([[],[{"jsonPath":"a","stringValue":"x"}]])").whole, "{}");
}

TEST(GeminiPartialArgs, LeavesOutPiecesWithoutAPlace) {
  for (const char* path :
       {"", "$", "a", "$a", "$.", "$.a..b", "$[0]", "$.l[2]", "$.l.x", "$.l[-1]", "$.l[x]",
        "$.l[1x]", "$.l[99999999999999999999]", "$.n[1]", "$.n[0][1]"}) {
    const std::string piece = std::string(R"({"jsonPath":")") + path + R"(","stringValue":"x"})";
    const Written written = Write(R"([[{"jsonPath":"$.l[0]","numberValue":1}],[)" + piece +
                                  R"(],[{"jsonPath":"$.z","numberValue":2}]])");
    EXPECT_EQ(written.whole, R"({"l":[1],"z":2})") << path;
    EXPECT_FALSE(written.broken) << path;
  }
}

TEST(GeminiPartialArgs, LeavesOutPathsThatAreTooDeep) {
  std::string path = "$";
  for (int i = 0; i < 33; ++i) path += ".a";
  EXPECT_EQ(Write(R"([[{"jsonPath":")" + path + R"(","stringValue":"x"}]])").whole, "{}");
}

TEST(GeminiPartialArgs, BreaksAtAPlaceThatIsComplete) {
  for (const char* path : {"$.a", "$.a.b", "$.c.l[0]", "$.c.d"}) {
    const std::string piece = std::string(R"({"jsonPath":")") + path + R"(","stringValue":"x"})";
    const Written written = Write(
        R"([[{"jsonPath":"$.a","numberValue":1},{"jsonPath":"$.c.d","stringValue":""},
             {"jsonPath":"$.c.l[0]","numberValue":1},{"jsonPath":"$.c.l[1]","numberValue":1}],[)" +
        piece + "]]");
    EXPECT_TRUE(written.broken) << path;
    EXPECT_EQ(written.texts[1], "") << path;
  }
}

}  // namespace
}  // namespace agm::protocol
