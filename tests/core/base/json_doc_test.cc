#include "core/base/json_doc.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"

namespace agm {
namespace {

// Converts a view into an nlohmann tree, so that both parsers can be compared.
Json Tree(JsonView view) {
  switch (view.kind()) {
    case JsonKind::kAbsent:
    case JsonKind::kNull:
      return nullptr;
    case JsonKind::kBool:
      return view.boolean();
    case JsonKind::kNumber:
      return Json::parse(view.raw());
    case JsonKind::kString:
      return view.text();
    case JsonKind::kArray: {
      Json array = Json::array();
      for (const JsonView item : view.items()) array.push_back(Tree(item));
      return array;
    }
    case JsonKind::kObject: {
      Json object = Json::object();
      for (const JsonMember member : view.members()) object[member.key.text()] = Tree(member.value);
      return object;
    }
  }
  return nullptr;
}

TEST(JsonDoc, ReadsWhatAnIndependentParserReads) {
  const std::vector<std::string> texts = {
      "null",
      "true",
      "-0",
      "12.5e-3",
      "\"\"",
      "[]",
      "{}",
      " [ 1 , 2 ] ",
      R"({"a":{"b":[1,{"c":null}]},"d":"x\u00e9\ud83d\ude00\n","e":[[],{}]})",
      "\"Gr\xC3\xBC\xC3\x9F"
      "e \xF0\x9F\x8C\x8D\"",
      R"(["a","b\"c","\\","\/"])",
      R"({"long":"0123456789012345678901234567890123456789","n":[0.1,1e9,-7]})"};
  for (const std::string& text : texts) {
    const auto doc = JsonDoc::Parse(text);
    ASSERT_TRUE(doc) << text << ": " << doc.error().message;
    EXPECT_EQ(Tree(doc->root()), Json::parse(text)) << text;
  }
}

TEST(JsonDoc, RefusesWhatAnIndependentParserRefuses) {
  const std::vector<std::string> texts = {
      "",         " ",          "nul",   "tru",     "01",        "-01",  "1.",       ".5",
      "1e",       "+1",         "\"",    "\"\\x\"", "\"\\u12\"", "[1,]", "[1 2]",    "{\"a\"}",
      "{\"a\":}", "{\"a\":1,}", "{a:1}", "[",       "{",         "]",    "1 2",      "\"a\nb\"",
      "\"\x01\"", "\xEF\xBB",   "'a'",   "[1}",     "{\"a\":1]", "NaN",  "Infinity", "--1"};
  for (const std::string& text : texts) {
    EXPECT_FALSE(JsonDoc::Parse(text)) << text;
    EXPECT_FALSE(Json::accept(text)) << text;
  }
}

TEST(JsonDoc, RefusesIllFormedUtf8AndBrokenEscapes) {
  for (const std::string text : {"\"\xFF\"", "\"\xC0\xAF\"", "\"\xED\xA0\"", "\"\xF4\x90\x80\x80\"",
                                 "\"\xE2\x82\"", R"("\ud80")", R"("\ud80g")", R"("\u")"}) {
    const auto doc = JsonDoc::Parse(text);
    ASSERT_FALSE(doc) << text;
    EXPECT_EQ(doc.error().code, ErrorCode::kInvalidRequest);
  }
}

TEST(JsonDoc, RefusesABrokenName) {
  for (const std::string text :
       {"{\"a", "{\"\xFF\":1}", "{\"a\\q\":1}", "{\"a\n\":1}", "{\"a\\u12\":1}", "{\"a\":1,\"b"}) {
    EXPECT_FALSE(JsonDoc::Parse(text)) << text;
  }
}

TEST(JsonDoc, ReadsHalfOfASurrogatePairAsAReplacementCharacter) {
  const std::string half = "\xEF\xBF\xBD";
  struct Case {
    std::string inside;
    std::string text;
  };
  const std::vector<Case> cases = {
      {R"(\ud800)", half},
      {R"(cut \uD83D off)", "cut " + half + " off"},
      {R"(\udc00\ud800)", half + half},
      {R"(\ud83d\ud83d\ude00)", half + "\xF0\x9F\x98\x80"},
      {R"(\ud800\u0041)", half + "A"},
      {R"(\\ud800)", R"(\ud800)"},
      {"a\xED\xA0\xBD"
       "b",
       "a" + half + "b"},
      {"\xED\xA0\x80\xED\xBF\xBF\xED\xAF\xBF\xED\xB0\x80", half + half + half + half},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.inside);
    const std::string json = "{\"a\":[\"" + c.inside + "\",7]}";
    auto doc = JsonDoc::Parse(json);
    ASSERT_TRUE(doc);
    const JsonDoc moved = *std::move(doc);
    std::string seen;
    for (const JsonView item : moved.root()["a"].items()) seen += item.text();
    EXPECT_EQ(seen, c.text);
    // Raw slices hold no half either: what is passed on as it stands is clean.
    EXPECT_TRUE(IsUtf8(moved.text()));
    const auto again = JsonDoc::Parse(moved.root().raw());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->text().data(), moved.root().raw().data());
  }
}

TEST(JsonDoc, SaysWhereItStopped) {
  const auto doc = JsonDoc::Parse("{\n  \"a\": 1,\n  \"b\": oops\n}");
  ASSERT_FALSE(doc);
  EXPECT_EQ(doc.error().message, "not valid JSON at line 3, column 8: expected a value, found 'o'");
}

TEST(JsonDoc, SaysWhatItExpected) {
  struct Case {
    const char* text;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"", "line 1, column 1: expected a value, found the end of the text"},
      {"1 2", "line 1, column 3: expected the end of the text, found '2'"},
      {"[1 2]", "line 1, column 4: expected ',' or ']', found '2'"},
      {"[\n\n1", "line 3, column 2: expected ',' or ']', found the end of the text"},
      {R"({"a":1 "b"})", "line 1, column 8: expected ',' or '}', found '\"'"},
      {"{1:2}", "line 1, column 2: expected a member name in quotes, found '1'"},
      {R"({"a" 1})", "line 1, column 6: expected ':', found '1'"},
      {"01", "line 1, column 1: expected a number without leading zeros, found '0'"},
      {"-00", "line 1, column 1: expected a number without leading zeros, found '-'"},
      {"1.x", "line 1, column 3: expected digits after the decimal point, found 'x'"},
      {"1e+", "line 1, column 4: expected digits in the exponent, found the end of the text"},
      {"[\"ab",
       "line 1, column 5: expected the closing quote of a string, found the end of the text"},
      {R"("a\q")", "line 1, column 3: expected a valid escape in a string, found '\\'"},
      {"\"a\tb\"",
       "line 1, column 3: expected no control character in a string, found something else"},
      {"\"a\xFF\"", "line 1, column 3: expected UTF-8, found something else"},
      {"[\x7F]", "line 1, column 2: expected a value, found something else"},
  };
  for (const Case& c : cases) {
    const auto doc = JsonDoc::Parse(c.text);
    ASSERT_FALSE(doc) << c.text;
    EXPECT_EQ(doc.error().message, std::string("not valid JSON at ") + c.message) << c.text;
  }
  EXPECT_EQ(JsonDoc::Parse("[[1]]", {.depth = 1}).error().message,
            "not valid JSON at line 1, column 2: expected at most 1 arrays and objects inside each "
            "other, found '['");
  EXPECT_EQ(JsonDoc::Parse("[1]", {.nodes = 1}).error().message,
            "not valid JSON at line 1, column 2: expected fewer values in one text, found '1'");
}

TEST(JsonDoc, RefusesDeepNestingWithoutRecursion) {
  EXPECT_TRUE(JsonDoc::Parse(std::string(128, '[') + std::string(128, ']')));
  EXPECT_FALSE(JsonDoc::Parse(std::string(129, '[') + std::string(129, ']')));
  EXPECT_FALSE(JsonDoc::Parse(std::string(5'000'000, '[')));
}

TEST(JsonDoc, RefusesMoreValuesThanItsLimit) {
  EXPECT_TRUE(JsonDoc::Parse("[1,2,3]", {.nodes = 4}));
  EXPECT_FALSE(JsonDoc::Parse("[1,2,3,4]", {.nodes = 4}));
}

TEST(JsonDoc, SkipsAByteOrderMark) {
  const auto doc = JsonDoc::Parse("\xEF\xBB\xBF{\"a\":1}");
  ASSERT_TRUE(doc);
  EXPECT_EQ(doc->root()["a"].integer(), 1);
}

TEST(JsonDoc, GivesTheLastOfRepeatedMembers) {
  const auto doc = JsonDoc::Parse(R"({"a":1,"b":2,"a":3})");
  ASSERT_TRUE(doc);
  EXPECT_EQ(doc->root()["a"].integer(), 3);
}

TEST(JsonDoc, CountsANullAsNotGiven) {
  const auto doc = JsonDoc::Parse(R"({"a":null})");
  ASSERT_TRUE(doc);
  EXPECT_FALSE(doc->root()["a"]);
  EXPECT_TRUE(doc->root().Find("a").is(JsonKind::kNull));
  EXPECT_FALSE(doc->root().Find("b"));
}

TEST(JsonDoc, GivesTheContentOfArraysAndObjectsOnly) {
  const auto doc = JsonDoc::Parse(R"([[1,[2,3]],{"a":1,"b":{"c":2}},"text",7,true,null])");
  ASSERT_TRUE(doc);
  EXPECT_EQ(doc->root().size(), 6U);
  std::vector<std::size_t> sizes;
  std::vector<std::string> names;
  for (const JsonView item : doc->root().items()) {
    sizes.push_back(item.size());
    for (const JsonMember member : item.members()) names.push_back(member.key.text());
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{2, 2, 0, 0, 0, 0}));
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(JsonView().size(), 0U);
  EXPECT_EQ(JsonView().raw(), "");
  EXPECT_FALSE(JsonView()["a"]);
}

TEST(JsonDoc, FindsANameHoweverItIsWritten) {
  const auto doc = JsonDoc::Parse(R"({"ab":1,"\u0061bc":2,"a":{"abcd":3},"x\"y":4})");
  ASSERT_TRUE(doc);
  EXPECT_EQ(doc->root()["ab"].integer(), 1);
  EXPECT_EQ(doc->root()["abc"].integer(), 2);
  EXPECT_EQ(doc->root()["x\"y"].integer(), 4);
  EXPECT_FALSE(doc->root()["abcd"]);  // a member of a member
  EXPECT_FALSE(doc->root()["b"]);
  EXPECT_FALSE(doc->root()["ab"]["ab"]);
}

TEST(JsonDoc, FindsEachOfManyNamesAndNoOther) {
  std::string text;
  JsonWriter json(text);
  json.Object();
  for (int i = 0; i < 200; ++i) json.Key("n" + std::to_string(i)).Int(i);
  json.Key("").Int(200).EndObject();
  const auto doc = JsonDoc::Parse(text);
  ASSERT_TRUE(doc);
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(doc->root()["n" + std::to_string(i)].integer(), i);
    EXPECT_FALSE(doc->root()["m" + std::to_string(i)]);
  }
  EXPECT_EQ(doc->root()[""].integer(), 200);
}

TEST(JsonDoc, GivesTheLastOfRepeatedMembersHoweverItIsWritten) {
  for (const char* text : {R"({"ab":1,"b":0,"\u0061b":2})", R"({"\u0061b":1,"b":0,"ab":2})"}) {
    const auto doc = JsonDoc::Parse(text);
    ASSERT_TRUE(doc);
    EXPECT_EQ(doc->root()["ab"].integer(), 2) << text;
    EXPECT_EQ(doc->root()["b"].integer(), 0) << text;
    EXPECT_FALSE(doc->root()["u0061b"]);
  }
}

TEST(JsonDoc, ComparesTheDecodedTextOfStringsOnly) {
  const auto doc = JsonDoc::Parse(R"(["ab","\u0061b","a\\b",true,1])");
  ASSERT_TRUE(doc);
  std::string same;
  std::vector<std::optional<std::string_view>> plain;
  for (const JsonView item : doc->root().items()) {
    same += item.equals("ab") ? 'y' : 'n';
    plain.push_back(item.plain());
    EXPECT_FALSE(item.equals("a"));
    EXPECT_FALSE(item.equals("abc"));
    EXPECT_FALSE(item.equals("true"));
  }
  EXPECT_EQ(same, "yynnn");
  EXPECT_EQ(plain, (std::vector<std::optional<std::string_view>>{"ab", std::nullopt, std::nullopt,
                                                                 std::nullopt, std::nullopt}));
}

TEST(JsonDoc, NamesEachKindInWords) {
  const auto doc = JsonDoc::Parse(R"([null,true,1,"a",[],{}])");
  ASSERT_TRUE(doc);
  std::vector<std::string_view> names = {KindName(JsonView().kind())};
  for (const JsonView item : doc->root().items()) names.push_back(KindName(item.kind()));
  EXPECT_EQ(names, (std::vector<std::string_view>{"nothing", "null", "a boolean", "a number",
                                                  "a string", "an array", "an object"}));
}

TEST(JsonDoc, KeepsTheTextOfNumbers) {
  const auto doc =
      JsonDoc::Parse(R"({"x":[9007199254740993, 0.70, -0, 123456789012345678901234567890]})");
  ASSERT_TRUE(doc);
  EXPECT_EQ(doc->root()["x"].raw(), "[9007199254740993, 0.70, -0, 123456789012345678901234567890]");
}

TEST(JsonDoc, TakesWholeNumbersInEveryForm) {
  const auto doc = JsonDoc::Parse("[1, 1.0, 1e2, 1.5, \"1\", 1e30, -9223372036854775808]");
  ASSERT_TRUE(doc);
  std::vector<std::optional<std::int64_t>> found;
  for (const JsonView item : doc->root().items()) found.push_back(item.integer());
  EXPECT_EQ(found, (std::vector<std::optional<std::int64_t>>{1, 1, 100, std::nullopt, std::nullopt,
                                                             std::nullopt, INT64_MIN}));
}

TEST(JsonDoc, TakesNoWholeNumberThatADoubleCannotHold) {
  const auto doc = JsonDoc::Parse(
      "[9223372036854775807, 9223372036854775808, 9007199254740992.0, -9007199254740992.0,"
      " 9007199254740994.0, 1e400]");
  ASSERT_TRUE(doc);
  std::vector<std::optional<std::int64_t>> found;
  for (const JsonView item : doc->root().items()) found.push_back(item.integer());
  EXPECT_EQ(found, (std::vector<std::optional<std::int64_t>>{INT64_MAX, std::nullopt,
                                                             9007199254740992, -9007199254740992,
                                                             std::nullopt, std::nullopt}));
}

TEST(JsonDoc, TellsTooLargeNumbersFromTinyOnes) {
  const auto doc = JsonDoc::Parse("[1e400, 1e-400, 2.5]");
  ASSERT_TRUE(doc);
  std::vector<std::optional<double>> found;
  for (const JsonView item : doc->root().items()) found.push_back(item.number());
  EXPECT_EQ(found, (std::vector<std::optional<double>>{std::nullopt, 0.0, 2.5}));
}

TEST(JsonDoc, DecodesEveryEscape) {
  const auto doc = JsonDoc::Parse(R"("\"\\\/\b\f\n\r\tA\u00e4\u20ac\ud83d\ude00z")");
  ASSERT_TRUE(doc);
  EXPECT_EQ(doc->root().text(), "\"\\/\b\f\n\r\tAä€😀z");
  EXPECT_FALSE(doc->root().plain());
}

TEST(ParseJson, IsAsStrictAsJsonDoc) {
  EXPECT_TRUE(ParseJson(R"({"a":[1]})"));
  EXPECT_FALSE(ParseJson(std::string(200, '[') + std::string(200, ']')));
  EXPECT_FALSE(ParseJson("\"\xFF\""));
}

}  // namespace
}  // namespace agm
