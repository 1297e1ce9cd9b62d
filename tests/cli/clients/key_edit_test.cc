#include "cli/clients/key_edit.h"

#include <gtest/gtest.h>

namespace agm::cli {
namespace {

std::string Set(Format format, std::string_view text, const KeyPath& path, std::string_view raw) {
  const auto edited = SetKey(format, text, path, raw);
  EXPECT_TRUE(edited) << edited.error().message;
  return edited ? *edited : "";
}

std::string Remove(Format format, std::string_view text, const KeyPath& path, std::size_t keep) {
  const auto edited = RemoveKey(format, text, path, keep);
  EXPECT_TRUE(edited) << edited.error().message;
  return edited ? *edited : "";
}

TEST(JsonKey, IsAddedToANewFile) {
  EXPECT_EQ(Set(Format::kJson, "", {"env", "A"}, "\"x\""),
            "{\n  \"env\": {\n    \"A\": \"x\"\n  }\n}\n");
}

TEST(JsonKey, IsAddedBehindTheLastMemberWithItsIndentation) {
  EXPECT_EQ(Set(Format::kJson, "{\n\t\"env\": {\n\t\t\"B\": 1 // one\n\t}\n}", {"env", "A"}, "2"),
            "{\n\t\"env\": {\n\t\t\"B\": 1, // one\n\t\t\"A\": 2\n\t}\n}");
  EXPECT_EQ(Set(Format::kJson, "{\"B\": 1}", {"A"}, "2"), "{\"B\": 1, \"A\": 2}");
  EXPECT_EQ(Set(Format::kJson, "{\r\n  \"B\": 1,\r\n}\r\n", {"A"}, "2"),
            "{\r\n  \"B\": 1,\r\n  \"A\": 2,\r\n}\r\n");
}

TEST(JsonKey, IsReplacedWhereItStands) {
  EXPECT_EQ(Set(Format::kJson, "{ \"A\": \"old\" /* A */, \"B\": 1}", {"A"}, "\"new\""),
            "{ \"A\": \"new\" /* A */, \"B\": 1}");
}

TEST(JsonKey, IsNotTakenFromCommentsAndTexts) {
  const std::string text = "{\n  // \"A\": 1\n  \"B\": \"{ \\\"A\\\": /* 2 */ }\"\n}\n";
  EXPECT_EQ(ReadKey(Format::kJson, text, {"A"}).value(), std::nullopt);
  EXPECT_EQ(Set(Format::kJson, text, {"A"}, "3"),
            "{\n  // \"A\": 1\n  \"B\": \"{ \\\"A\\\": /* 2 */ }\",\n  \"A\": 3\n}\n");
}

TEST(JsonKey, IsRefusedInWhatDoesNotParse) {
  for (const char* text : {"{", "[]", "{\"A\": }", "{\"A\": 1} x", "{'A': 1}"}) {
    EXPECT_FALSE(SetKey(Format::kJson, text, {"A"}, "1")) << text;
  }
  EXPECT_FALSE(SetKey(Format::kJson, "{\"env\": 1}", {"env", "A"}, "1"));
}

TEST(TomlKey, IsAddedAboveTheFirstTable) {
  EXPECT_EQ(Set(Format::kToml, "# mine\n[a]\nb = 1\n", {"model"}, "\"m\""),
            "model = \"m\"\n\n# mine\n[a]\nb = 1\n");
  EXPECT_EQ(Set(Format::kToml, "x = 1 # one\n\n[a]\nb = 1\n", {"model"}, "\"m\""),
            "x = 1 # one\nmodel = \"m\"\n\n[a]\nb = 1\n");
}

TEST(TomlKey, IsAddedToItsTableOrWithIt) {
  EXPECT_EQ(Set(Format::kToml, "x = 1\n", {"p", "agm", "name"}, "\"agm\""),
            "x = 1\n\n[p.agm]\nname = \"agm\"\n");
  EXPECT_EQ(Set(Format::kToml, "[p.agm]\nname = \"agm\"\n\n[z]\n", {"p", "agm", "u"}, "\"v\""),
            "[p.agm]\nname = \"agm\"\nu = \"v\"\n\n[z]\n");
  EXPECT_EQ(KnownTables(Format::kToml, "[p]\n[p.agm]\n", {"p", "agm", "u"}), 2U);
  EXPECT_EQ(KnownTables(Format::kToml, "[p]\n[p.agm]\n", {"p", "agm"}), 1U) << "those above it";
  EXPECT_FALSE(SetKey(Format::kToml, "p = {agm = {a = 1}}\n", {"p", "agm", "u"}, "1"));
}

TEST(AnyKey, IsTheSameWhereItMeansTheSame) {
  EXPECT_TRUE(SameRaw(Format::kJson, "{\"a\": 1, \"b\": [{}]}", "{\"b\":[{}],\"a\":1}"));
  EXPECT_FALSE(SameRaw(Format::kJson, "{}", "[]"));
  EXPECT_FALSE(SameRaw(Format::kJson, "null", "{}"));
  EXPECT_FALSE(SameRaw(Format::kJson, "{}", "null"));
}

TEST(EnvKey, IsReplacedOrAppended) {
  EXPECT_EQ(Set(Format::kEnv, "A=1", {"B"}, "2"), "A=1\nB=2\n");
  EXPECT_EQ(Set(Format::kEnv, "export B=1\r\nA=1\n", {"B"}, "2"), "export B=2\r\nA=1\n");
  EXPECT_EQ(Remove(Format::kEnv, "A=1\nB=2\nC=3\n", {"B"}, 0), "A=1\nC=3\n");
}

// For texts in every notation that people and programs write: what is set is read back, what other
// members said stays, and taking it out again leaves the same text.
TEST(AnyKey, ComesOutAsItWentIn) {
  struct Case {
    Format format;
    const char* text;
  };
  const Case cases[] = {
      {Format::kJson, "{\n  \"z\": [1, 2],\n  \"p\": {\n    \"q\": 1\n  }\n}\n"},
      {Format::kJson, "{\"z\":1}"},
      {Format::kJson, "{ \"z\" : { } }\n"},
      {Format::kJson, "{\n  // c\n  \"z\": 1, // d\n  /* e */ \"y\": 2, // f\n}\n"},
      {Format::kJson, "{\r\n\t\"z\": 1\r\n}"},
      {Format::kToml, "z = 1\n\n[p]\nq = 1\n"},
      {Format::kToml, "z = 1\r\n\r\n# about p\r\n[p]\r\nq = 1\r\n"},
      {Format::kToml, "[p.x]\nq = 1 # c\n"},
      {Format::kEnv, "# c\nZ=1\n"},
  };
  const KeyPath paths[] = {{"p", "agm", "key"}, {"p", "key"}};
  for (const Case& each : cases) {
    for (const KeyPath& path : paths) {
      const std::size_t tables = KnownTables(each.format, each.text, path);
      const std::string raw = each.format == Format::kEnv ? "v" : "\"v\"";
      const std::string edited = Set(each.format, each.text, path, raw);
      EXPECT_EQ(ReadKey(each.format, edited, path).value(), raw) << each.text;
      EXPECT_EQ(Remove(each.format, edited, path, tables), each.text);
    }
  }
}

}  // namespace
}  // namespace agm::cli
