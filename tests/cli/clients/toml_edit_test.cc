#include "cli/clients/toml_edit.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace agm::cli {
namespace {

std::string Set(std::string_view text, const KeyPath& path, std::string_view raw) {
  const auto edited = SetToml(text, path, raw);
  EXPECT_TRUE(edited) << text << ": " << edited.error().message;
  return edited ? *edited : "";
}

std::string Remove(std::string_view text, const KeyPath& path, std::size_t keep = 9) {
  const auto edited = RemoveToml(text, path, keep);
  EXPECT_TRUE(edited) << text << ": " << edited.error().message;
  return edited ? *edited : "";
}

std::string Read(std::string_view text, const KeyPath& path) {
  const auto read = ReadToml(text, path);
  EXPECT_TRUE(read) << text << ": " << read.error().message;
  return read ? read->value_or("(none)") : "";
}

TEST(TomlEdit, AddsAKeyOfTheTopBehindTheOthersOrAboveEverything) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "k = 1\n"},
      {"\n[a]\nb = 1\n", "k = 1\n\n[a]\nb = 1\n"},
      {"[a]\nb = 1\n", "k = 1\n\n[a]\nb = 1\n"},
      {"x = 1\ny = 2\n\n[a]\nb = 1\n", "x = 1\ny = 2\nk = 1\n\n[a]\nb = 1\n"},
      {"x = {y = 1}\n[a]\n", "x = {y = 1}\nk = 1\n[a]\n"},
      {"x = [\n  1,\n]\n[a]\n", "x = [\n  1,\n]\nk = 1\n[a]\n"},
      {"[[a]]\nb = 1\n", "k = 1\n\n[[a]]\nb = 1\n"},
  };
  for (const auto& [before, after] : cases) EXPECT_EQ(Set(before, {"k"}, "1"), after) << before;
}

TEST(TomlEdit, AddsAKeyToItsTable) {
  const std::pair<const char*, const char*> cases[] = {
      {"[p]\n\n[z]\n", "[p]\nk = 1\n\n[z]\n"},
      {"[p]\na = 1 # a\nb = 2\n\n[p.sub]\nc = 3\n",
       "[p]\na = 1 # a\nb = 2\nk = 1\n\n[p.sub]\nc = 3\n"},
      {"[p]\na = {b = 1}\n", "[p]\na = {b = 1}\nk = 1\n"},
      {"x = 1\n", "x = 1\n\n[p]\nk = 1\n"},
      {"[p.sub]\nc = 3\n", "[p.sub]\nc = 3\n\n[p]\nk = 1\n"},
  };
  for (const auto& [before, after] : cases) {
    EXPECT_EQ(Set(before, {"p", "k"}, "1"), after) << before;
  }
  EXPECT_EQ(Set("", {"p", "a b", "k"}, "1"), "[p.\"a b\"]\nk = 1\n");
  EXPECT_EQ(Set("[p]\n", {"p", "a b"}, "1"), "[p]\n\"a b\" = 1\n");
}

TEST(TomlEdit, ReplacesAValueWhereverItStands) {
  EXPECT_EQ(Set("k = [1,\n 2] # k\n", {"k"}, "3"), "k = 3 # k\n");
  EXPECT_EQ(Set("p = {k = \"a\", l = 2}\n", {"p", "k"}, "3"), "p = {k = 3, l = 2}\n");
  EXPECT_EQ(Set("p.k = 1\n", {"p", "k"}, "3"), "p.k = 3\n");
}

TEST(TomlEdit, RefusesWhatItWouldSpoil) {
  for (const char* text : {"p = {l = 1}\n", "p = 1\n", "[[p]]\nl = 1\n", "p = \n"}) {
    EXPECT_FALSE(SetToml(text, {"p", "k"}, "1")) << text;
  }
  EXPECT_FALSE(SetToml("", {"k"}, "not a value"));
  const auto broken = SetToml("x = 1\ny = \n", {"k"}, "1");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::kConfig);
  EXPECT_TRUE(broken.error().message.starts_with("it is not valid TOML: line 2: "))
      << broken.error().message;
  EXPECT_FALSE(ReadToml("y = \n", {"k"}));
  EXPECT_FALSE(RemoveToml("y = \n", {"k"}, 0));
  EXPECT_EQ(TomlTables("y = \n", {"p", "k"}), 0U);
  const auto inlined = SetToml("p = {l = 1}\n", {"p", "k"}, "1");
  ASSERT_FALSE(inlined);
  EXPECT_EQ(inlined.error().message, "p is written in a way that agm cannot edit");
}

TEST(TomlEdit, ReadsAValueAsItIsWritten) {
  const char* text = "k = 'a' # k\n[p]\nl = [1,\n 2]\n[p.q]\nm = {n = 1.50}\n";
  EXPECT_EQ(Read(text, {"k"}), "'a'");
  EXPECT_EQ(Read(text, {"p", "l"}), "[1,\n 2]");
  EXPECT_EQ(Read(text, {"p", "q", "m", "n"}), "1.50");
  for (const KeyPath& path : {KeyPath{"x"}, {"p", "x"}, {"k", "x"}, {"x", "y"}}) {
    EXPECT_EQ(Read(text, path), "(none)") << PathText(path);
  }
}

TEST(TomlEdit, RemovesAKeyAndTheTableThatWasMadeForIt) {
  EXPECT_EQ(Remove("a = 1\nk = 2 # k\nb = 3\n", {"k"}), "a = 1\nb = 3\n");
  EXPECT_EQ(Remove("k = [\n  1,\n]\nb = 3\n", {"k"}), "b = 3\n");
  const char* text = "[a]\nx = 1\n\n[p]\nk = 1\n";
  EXPECT_EQ(Remove(text, {"p", "k"}, 0), "[a]\nx = 1\n");
  EXPECT_EQ(Remove(text, {"p", "k"}, 1), "[a]\nx = 1\n\n[p]\n");
  EXPECT_EQ(Remove("[p]\nk = 1\nl = 2\n", {"p", "k"}, 0), "[p]\nl = 2\n");
  EXPECT_EQ(Remove("[p.agm]\nk = 1\n", {"p", "agm", "k"}, 1), "");
  EXPECT_EQ(Remove("[p.agm]\nk = 1\n", {"p", "agm", "k"}, 2), "[p.agm]\n");
  for (const KeyPath& path : {KeyPath{"x"}, {"p", "x"}, {"x", "k"}, {"a", "x", "y"}}) {
    EXPECT_EQ(Remove(text, path, 0), text) << PathText(path);
  }
}

TEST(TomlEdit, CountsTheTablesThatAreWritten) {
  const KeyPath path = {"p", "q", "k"};
  const std::pair<const char*, std::size_t> cases[] = {{"", 0},
                                                       {"p = 1\n", 0},
                                                       {"[p]\n", 1},
                                                       {"[p.q]\n", 0},
                                                       {"[p]\nq = 1\n", 1},
                                                       {"[p]\n\n[p.q]\n", 2},
                                                       {"[p]\nq = {k = 1}\n", 2}};
  for (const auto& [text, count] : cases) EXPECT_EQ(TomlTables(text, path), count) << text;
}

TEST(EnvEdit, FindsTheLineOfTheWholeName) {
  const char* text = "# K=0\nKEY=1\nMY_K=2\n  K=3\nexport E=4\nlast=5";
  const auto read = [&](const char* name) {
    const auto value = ReadKey(Format::kEnv, text, {name});
    return value ? value->value_or("(none)") : "(error)";
  };
  EXPECT_EQ(read("K"), "3");
  EXPECT_EQ(read("E"), "4");
  EXPECT_EQ(read("KEY"), "1");
  EXPECT_EQ(read("last"), "5");
  EXPECT_EQ(read("M"), "(none)");
  EXPECT_EQ(ReadKey(Format::kEnv, "K=\r\n", {"K"}).value(), "");
  EXPECT_EQ(ReadKey(Format::kEnv, "\n\nK=a=b\r\n", {"K"}).value(), "a=b");
  EXPECT_EQ(ReadKey(Format::kEnv, "", {"K"}).value(), std::nullopt);
}

TEST(EnvEdit, ChangesOneLineOnly) {
  const auto set = [](const char* text) { return SetKey(Format::kEnv, text, {"K"}, "v").value(); };
  EXPECT_EQ(set(""), "K=v\n");
  EXPECT_EQ(set("A=1\n"), "A=1\nK=v\n");
  EXPECT_EQ(set("A=1\n  export K=\nB=2\n"), "A=1\n  export K=v\nB=2\n");
  EXPECT_EQ(set("K=1"), "K=v");
  const auto remove = [](const char* text) {
    return RemoveKey(Format::kEnv, text, {"K"}, 0).value();
  };
  EXPECT_EQ(remove("A=1\nexport K=2\r\nB=3\n"), "A=1\nB=3\n");
  EXPECT_EQ(remove("A=1\nK=2"), "A=1\n");
  EXPECT_EQ(remove("K=2\nA=1"), "A=1");
  EXPECT_EQ(remove("A=1\n"), "A=1\n");
  EXPECT_EQ(KnownTables(Format::kEnv, "K=1\n", {"p", "K"}), 0U);
}

TEST(WriteRaw, HasTheNotationOfTheFormat) {
  EXPECT_EQ(WriteRaw(Format::kJson, Json{{"a", 1}}), "{\n  \"a\": 1\n}");
  EXPECT_EQ(WriteRaw(Format::kJson, Json("x")), "\"x\"");
  EXPECT_EQ(WriteRaw(Format::kToml, Json("x")), "\"x\"");
  EXPECT_EQ(WriteRaw(Format::kToml, Json(true)), "true");
  EXPECT_EQ(WriteRaw(Format::kEnv, Json("x")), "x");
  EXPECT_EQ(WriteRaw(Format::kEnv, Json(true)), "true");
}

}  // namespace
}  // namespace agm::cli
