#include "cli/clients/json_edit.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace agm::cli {
namespace {

std::string Set(std::string_view text, const KeyPath& path, std::string_view raw) {
  const auto edited = SetKey(Format::kJson, text, path, raw);
  EXPECT_TRUE(edited) << text << ": " << edited.error().message;
  return edited ? *edited : "";
}

std::string Remove(std::string_view text, const KeyPath& path, std::size_t keep = 9) {
  const auto edited = RemoveKey(Format::kJson, text, path, keep);
  EXPECT_TRUE(edited) << text << ": " << edited.error().message;
  return edited ? *edited : "";
}

std::string Read(std::string_view text, const KeyPath& path) {
  const auto read = ReadKey(Format::kJson, text, path);
  EXPECT_TRUE(read) << text << ": " << read.error().message;
  return read ? read->value_or("(none)") : "";
}

TEST(JsonEdit, BeginsAnObjectThatIsEmptyOrNotThere) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "{\n  \"A\": 1\n}\n"},
      {" \r\n\t", "{\n  \"A\": 1\n}\n"},
      {"{}", "{\n  \"A\": 1\n}"},
      {"{ }", "{\n  \"A\": 1\n}"},
      {"{\n}\n", "{\n  \"A\": 1\n}\n"},
      {"{\n\n}\n", "{\n  \"A\": 1\n\n}\n"},
      {"{\r\n}\r\n", "{\r\n  \"A\": 1\r\n}\r\n"},
      {"{ // c\n}", "{ // c\n  \"A\": 1\n}"},
      {"{ /* c */ }", "{ /* c */\n  \"A\": 1\n}"},
  };
  for (const auto& [before, after] : cases) EXPECT_EQ(Set(before, {"A"}, "1"), after) << before;
}

TEST(JsonEdit, LeavesACommaBeforeABracketInATextAlone) {
  EXPECT_EQ(Read("{\"A\": \"1,]\"}", {"A"}), "\"1,]\"");
  EXPECT_EQ(Read("{\"A, }\": 1}", {"A, }"}), "1");
}

TEST(JsonEdit, BeginsAnObjectWithinAnother) {
  EXPECT_EQ(Set("{\n  \"e\": {}\n}", {"e", "A"}, "1"), "{\n  \"e\": {\n    \"A\": 1\n  }\n}");
  EXPECT_EQ(Set("{\n\t\"e\": {\n\t}\n}", {"e", "A"}, "1"), "{\n\t\"e\": {\n\t\t\"A\": 1\n\t}\n}");
  EXPECT_EQ(Set("{\r\n  \"e\": {}\r\n}", {"e", "A"}, "1"),
            "{\r\n  \"e\": {\r\n    \"A\": 1\r\n  }\r\n}");
}

TEST(JsonEdit, AddsAMemberInTheNotationOfTheOthers) {
  const std::pair<const char*, const char*> cases[] = {
      {"{\"B\": 1}", "{\"B\": 1, \"A\": 2}"},
      {"{\"B\": 1,}", "{\"B\": 1, \"A\": 2}"},
      {"{\n  \"B\": 1\n}", "{\n  \"B\": 1,\n  \"A\": 2\n}"},
      {"{\n  \"B\": 1,\n}", "{\n  \"B\": 1,\n  \"A\": 2,\n}"},
      {"{\n  \"B\": 1 }", "{\n  \"B\": 1,\n  \"A\": 2 }"},
      {"{\n  \"B\": 1, // b\n}", "{\n  \"B\": 1, // b\n  \"A\": 2,\n}"},
      {"{\n  \"B\": 1 /* b */\n}", "{\n  \"B\": 1, /* b */\n  \"A\": 2\n}"},
      {"{\n  \"B\": 1\n  // end\n}", "{\n  \"B\": 1,\n  \"A\": 2\n  // end\n}"},
      {"{\n    \"C\": 1,\n    \"B\": 1\n}", "{\n    \"C\": 1,\n    \"B\": 1,\n    \"A\": 2\n}"},
      {"{\r\n  \"B\": 1 // b\r\n}", "{\r\n  \"B\": 1, // b\r\n  \"A\": 2\r\n}"},
      {"{\"B\": {\n}}", "{\"B\": {\n}, \"A\": 2}"},
      {"{ \"B\": 1\n}", "{ \"B\": 1, \"A\": 2\n}"},
  };
  for (const auto& [before, after] : cases) EXPECT_EQ(Set(before, {"A"}, "2"), after) << before;
}

TEST(JsonEdit, AddsTheObjectsAroundAMember) {
  EXPECT_EQ(Set("{\n  \"B\": 1\n}\n", {"p", "q", "A"}, "2"),
            "{\n  \"B\": 1,\n  \"p\": {\n    \"q\": {\n      \"A\": 2\n    }\n  }\n}\n");
  EXPECT_EQ(Set("{\r\n  \"p\": {\r\n    \"B\": 1\r\n  }\r\n}\r\n", {"p", "q", "A"}, "2"),
            "{\r\n  \"p\": {\r\n    \"B\": 1,\r\n    \"q\": {\r\n      \"A\": 2\r\n    }\r\n  }\r\n"
            "}\r\n");
}

TEST(JsonEdit, IndentsAValueOfSeveralLines) {
  const char* raw = "{\n  \"x\": 1\n}";
  EXPECT_EQ(Set("{\n  \"A\": 1\n}", {"A"}, raw), "{\n  \"A\": {\n    \"x\": 1\n  }\n}");
  EXPECT_EQ(Set("{\n  \"B\": 1\n}", {"A"}, raw),
            "{\n  \"B\": 1,\n  \"A\": {\n    \"x\": 1\n  }\n}");
  EXPECT_EQ(Set("{\r\n\t\"A\": 1\r\n}", {"A"}, raw), "{\r\n\t\"A\": {\r\n\t  \"x\": 1\r\n\t}\r\n}");
}

TEST(JsonEdit, TakesTheLastOfTwoMembersOfAName) {
  EXPECT_EQ(Read("{\"A\": 1, \"A\": 2}", {"A"}), "2");
  EXPECT_EQ(Set("{\"A\": 1, \"A\": 2}", {"A"}, "3"), "{\"A\": 1, \"A\": 3}");
  EXPECT_EQ(Read("{\"\\u0041\": 1}", {"A"}), "1") << "the name is written with an escape";
}

TEST(JsonEdit, ReadsAValueAsItIsWritten) {
  const std::string text =
      "{ // \"A\": 0\n  \"u\": \"http://x/*\", /* , } */ \"e\": {\"A\" : [1, 2, ], },\n"
      "  \"q\": \"\\\"\\\\\", \"n\": null,\n} // end";
  EXPECT_EQ(Read(text, {"u"}), "\"http://x/*\"");
  EXPECT_EQ(Read(text, {"e", "A"}), "[1, 2, ]");
  EXPECT_EQ(Read(text, {"q"}), "\"\\\"\\\\\"");
  EXPECT_EQ(Read(text, {"n"}), "null");
  EXPECT_EQ(Read("{\"A\": [\"x\",],}", {"A"}), "[\"x\",]");
  for (const KeyPath& path : {KeyPath{"A"}, {"e", "B"}, {"u", "A"}, {"x", "A"}}) {
    EXPECT_EQ(Read(text, path), "(none)") << PathText(path);
  }
}

TEST(JsonEdit, RefusesWhatItWouldSpoil) {
  for (const char* text : {"{\"A\": 1 /", "{\"A\": 1} /* open", "{\"A\": 1,, }", "{\"A\" 1}", "1",
                           "\"A\"", "{\"A\": \"open", "{\"A\": 1, \"B\"}"}) {
    EXPECT_FALSE(SetKey(Format::kJson, text, {"A"}, "1")) << text;
    EXPECT_FALSE(ReadKey(Format::kJson, text, {"A"})) << text;
    EXPECT_FALSE(RemoveKey(Format::kJson, text, {"A"}, 0)) << text;
    EXPECT_EQ(KnownTables(Format::kJson, text, {"A", "B"}), 0U) << text;
  }
  const auto set = SetKey(Format::kJson, "{\"p\": {\"q\": [1]}}", {"p", "q", "r", "A"}, "1");
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, ErrorCode::kConfig);
  EXPECT_EQ(set.error().message, "p.q is not an object there");
}

TEST(JsonEdit, RemovesAMemberWithItsLineAndComma) {
  struct Case {
    const char* before;
    const char* name;
    const char* after;
  };
  const Case cases[] = {
      {"{\n  \"A\": 1,\n  \"B\": 2,\n  \"C\": 3\n}\n", "A", "{\n  \"B\": 2,\n  \"C\": 3\n}\n"},
      {"{\n  \"A\": 1,\n  \"B\": 2,\n  \"C\": 3\n}\n", "B", "{\n  \"A\": 1,\n  \"C\": 3\n}\n"},
      {"{\n  \"A\": 1,\n  \"B\": 2,\n  \"C\": 3\n}\n", "C", "{\n  \"A\": 1,\n  \"B\": 2\n}\n"},
      {"{\n  \"A\": 1,\n  \"B\": 2,\n}\n", "B", "{\n  \"A\": 1,\n}\n"},
      {"{\n  \"A\": 1, // a\n  \"B\": 2\n}\n", "B", "{\n  \"A\": 1 // a\n}\n"},
      {"{\n  \"A\": 1, // a\n  \"B\": 2\n}\n", "A", "{\n  \"B\": 2\n}\n"},
      {"{\r\n  \"A\": 1,\r\n  \"B\": 2\r\n}\r\n", "A", "{\r\n  \"B\": 2\r\n}\r\n"},
      {"{\r\n  \"A\": 1,\r\n  \"B\": 2\r\n}\r\n", "B", "{\r\n  \"A\": 1\r\n}\r\n"},
      {"{\n  \"A\": 1\n}\n", "A", "{\n}\n"},
      {"{\n  \"A\": 1, \"B\": 2\n}", "B", "{\n  \"A\": 1\n}"},
      {"{\"A\": 1, \"B\": 2}", "B", "{\"A\": 1}"},
      {"{\"A\": 1, \"B\": 2, \"C\": 3}", "B", "{\"A\": 1,  \"C\": 3}"},
      {"{\"A\": 1}", "A", "{}"},
      {"{\"A\": 1}", "B", "{\"A\": 1}"},
      {"{\n  \"A\": {\n    \"x\": 1\n  },\n  \"B\": 2\n}", "A", "{\n  \"B\": 2\n}"},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(Remove(each.before, {each.name}), each.after) << each.before;
  }
}

TEST(JsonEdit, LeavesValidJsonWhereverAMemberStands) {
  for (const char* text :
       {"{\"A\": 1, \"B\": 2, \"C\": 3}", "{ \"A\": 1,\n  \"B\": 2,\n  \"C\": 3 }",
        "{ \"A\": 1\n, \"B\": 2\n, \"C\": 3\n}", "{\n\"A\": 1, \"B\": 2,\n\"C\": 3, }",
        "{\n  \"A\": 1 // a\n  , \"B\": 2 // b\n  , \"C\": 3 // c\n}"}) {
    for (const std::string name : {"A", "B", "C"}) {
      const std::string left = Remove(text, {name});
      EXPECT_EQ(Read(left, {name}), "(none)") << left;
      for (const std::string other : {"A", "B", "C"}) {
        if (other == name) continue;
        EXPECT_EQ(Read(left, {other}), Read(text, {other})) << left;
      }
    }
  }
}

TEST(JsonEdit, RemovesTheObjectsThatAreEmptyThenButNotThoseThatWereThere) {
  const char* text = "{\n  \"B\": 1,\n  \"p\": {\n    \"q\": {\n      \"A\": 2\n    }\n  }\n}\n";
  EXPECT_EQ(Remove(text, {"p", "q", "A"}, 0), "{\n  \"B\": 1\n}\n");
  EXPECT_EQ(Remove(text, {"p", "q", "A"}, 1), "{\n  \"B\": 1,\n  \"p\": {\n  }\n}\n");
  EXPECT_EQ(Remove(text, {"p", "q", "A"}, 2),
            "{\n  \"B\": 1,\n  \"p\": {\n    \"q\": {\n    }\n  }\n}\n");
  const char* more = "{\"p\": {\"q\": {\"A\": 2}, \"C\": 1}}";
  EXPECT_EQ(Read(Remove(more, {"p", "q", "A"}, 0), {"p", "C"}), "1");
  EXPECT_EQ(Read(Remove(more, {"p", "q", "A"}, 0), {"p", "q"}), "(none)");
  EXPECT_EQ(Remove(more, {"x", "y"}, 0), more);
}

TEST(JsonEdit, CountsTheObjectsOnThePath) {
  const KeyPath path = {"p", "q", "A"};
  const std::pair<const char*, std::size_t> cases[] = {{"{}", 0},
                                                       {"", 0},
                                                       {"{\"p\": 1}", 0},
                                                       {"{\"p\": {}}", 1},
                                                       {"{\"p\": {\"q\": []}}", 1},
                                                       {"{\"p\": {\"q\": {}}}", 2},
                                                       {"{\"p\": {\"q\": {\"A\": {}}}}", 2}};
  for (const auto& [text, count] : cases) {
    EXPECT_EQ(KnownTables(Format::kJson, text, path), count) << text;
  }
}

TEST(JsonEdit, ComparesWhatValuesMean) {
  EXPECT_TRUE(SameRaw(Format::kJson, "{\"a\": 1, \"b\": [2]}", "{\"a\":1,\n\"b\":[2]}"));
  EXPECT_TRUE(SameRaw(Format::kJson, "[{\"a\":1,\"b\":2}]", "[{\"b\":2,\"a\":1}]"));
  EXPECT_FALSE(SameRaw(Format::kJson, "{\"a\":1,\"b\":2}", "{\"a\":1,\"c\":2}"));
  EXPECT_FALSE(SameRaw(Format::kJson, "{\"a\":1}", "{\"a\":1,\"b\":2}"));
  EXPECT_FALSE(SameRaw(Format::kJson, "[1, 2]", "[2, 1]"));
  EXPECT_FALSE(SameRaw(Format::kJson, "broken", "1"));
  EXPECT_FALSE(SameRaw(Format::kJson, "1", "broken"));
  EXPECT_TRUE(SameRaw(Format::kJson, "broken", "broken"));
  EXPECT_FALSE(SameRaw(Format::kToml, "1 ", "1"));
  EXPECT_TRUE(SameRaw(Format::kEnv, "1", "1"));
}

}  // namespace
}  // namespace agm::cli
