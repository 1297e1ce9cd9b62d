#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "core/config/edit.h"

namespace agm::config {
namespace {

using testing::HasSubstr;

std::string Edit(std::string_view text, const Change& change) {
  auto edited = EditText(text, change, "f.toml");
  if (edited) return *edited;
  return std::string(CodeName(edited.error().code)) + ": " + edited.error().message;
}

// Sets one rule as a setting of a table in a table.
std::string WithRule(std::string_view text) {
  return Edit(text, SetSetting{{"proxy", "custom_mapping"}, {"a", "b"}});
}

std::string WithoutRule(std::string_view text) {
  return Edit(text, SetSetting{{"proxy", "custom_mapping"}, {"a", std::nullopt}});
}

std::string WithPort(std::string_view text) {
  return Edit(text, SetSetting{{"proxy"}, {"port", 80}});
}

std::string WithoutPort(std::string_view text) {
  return Edit(text, SetSetting{{"proxy"}, {"port", std::nullopt}});
}

TEST(SetSetting, SetsAMemberOfATable) {
  EXPECT_EQ(WithPort(""), "[proxy]\nport = 80\n");
  EXPECT_EQ(WithPort("[proxy]\nport = 1 # mine\n"), "[proxy]\nport = 80 # mine\n");
  EXPECT_EQ(WithPort("[proxy]\nhost = \"a\"\n"), "[proxy]\nhost = \"a\"\nport = 80\n");
  EXPECT_EQ(WithPort("proxy = { host = \"a\" }\n"), "proxy = { host = \"a\", port = 80 }\n");
  EXPECT_EQ(WithPort("proxy.host = \"a\"\n"), "proxy.host = \"a\"\nproxy.port = 80\n");
  EXPECT_EQ(WithPort("[proxy.custom_mapping]\na = \"b\"\n"),
            "[proxy.custom_mapping]\na = \"b\"\n\n[proxy]\nport = 80\n");
}

TEST(SetSetting, RemovesAMemberOfATable) {
  EXPECT_EQ(WithoutPort("[proxy]\nport = 1\nhost = \"a\"\n"), "[proxy]\nhost = \"a\"\n");
  EXPECT_EQ(WithoutPort("proxy = { host = \"a\", port = 80 }\n"), "proxy = { host = \"a\" }\n");
  for (const char* text : {"", "[proxy]\nhost = \"a\"\n", "[log]\nlevel = \"debug\"\n"}) {
    EXPECT_EQ(WithoutPort(text), text);
  }
}

TEST(SetSetting, StartsATableInATable) {
  EXPECT_EQ(WithRule(""), "[proxy.custom_mapping]\na = \"b\"\n");
  EXPECT_EQ(WithRule("[proxy]\nport = 1\n\n[log]\nlevel = \"debug\"\n"),
            "[proxy]\nport = 1\n\n[proxy.custom_mapping]\na = \"b\"\n\n[log]\nlevel = \"debug\"\n");
  EXPECT_EQ(WithRule("proxy = { port = 1 }\n"),
            "proxy = { port = 1, custom_mapping = { a = \"b\" } }\n");
  EXPECT_EQ(WithRule("proxy.port = 1\n\n[log]\nlevel = \"debug\"\n"),
            "proxy.port = 1\n\n[log]\nlevel = \"debug\"\n\n[proxy.custom_mapping]\na = \"b\"\n");
}

TEST(SetSetting, ChangesATableInATable) {
  EXPECT_EQ(WithRule("[proxy.custom_mapping]\na = \"x\"\n"), "[proxy.custom_mapping]\na = \"b\"\n");
  EXPECT_EQ(WithRule("proxy = { custom_mapping = { c = \"d\" } }\n"),
            "proxy = { custom_mapping = { c = \"d\", a = \"b\" } }\n");
  EXPECT_EQ(WithoutRule("[proxy.custom_mapping]\na = \"x\"\nc = \"d\"\n"),
            "[proxy.custom_mapping]\nc = \"d\"\n");
  for (const char* text : {"", "[proxy]\nport = 1\n", "[proxy.custom_mapping]\nc = \"d\"\n"}) {
    EXPECT_EQ(WithoutRule(text), text);
  }
}

TEST(RemoveEntry, TakesTheDottedKeysOfItsTables) {
  EXPECT_EQ(Edit("[[accounts]]\nname = \"a\"\nkind = \"mock\"\nmore.x = 1\nmore.y = 2\n\n[log]\n"
                 "level = \"debug\"\n",
                 RemoveEntry{"a"}),
            "[log]\nlevel = \"debug\"\n");
  EXPECT_EQ(Edit("[[accounts]]\nname = \"a\"\nkind = \"mock\"\nmore = { x = 1 }\n\n[log]\n"
                 "level = \"debug\"\n",
                 RemoveEntry{"a"}),
            "[log]\nlevel = \"debug\"\n");
}

TEST(SetMapping, AddsADottedKeyAmongOthersOfAnInlineTable) {
  EXPECT_EQ(Edit("proxy = { custom_mapping.a = \"b\", port = 1, host = \"h\" }\n",
                 SetMapping{"c", {"d"}}),
            "proxy = { custom_mapping.a = \"b\", port = 1, host = \"h\", custom_mapping.\"c\" = "
            "\"d\" }\n");
  EXPECT_EQ(Edit("proxy = { port = 1, custom_mapping.a = \"b\" }\n", SetMapping{"c", {"d"}}),
            "proxy = { port = 1, custom_mapping.a = \"b\", custom_mapping.\"c\" = \"d\" }\n");
}

TEST(EditText, KeepsValuesOfEveryKindBesideTheChange) {
  const std::string others =
      "[more]\na = nan\nb = 1.5\nc = 2027-01-01\nd = [1, 2.5, true, \"x\", { e = -inf }]\n";
  EXPECT_EQ(WithPort(others), others + "\n[proxy]\nport = 80\n");
}

TEST(EditText, WritesAVerbatimNumber) {
  const auto with = [](const std::string& text, const std::string& value) {
    return Edit(text, SetSetting{{"telemetry"}, {"sample", Verbatim{value}}});
  };
  EXPECT_EQ(with("[telemetry]\nsample = 0.5\n", "0.25"), "[telemetry]\nsample = 0.25\n");
  EXPECT_EQ(with("[telemetry]\nsample = 0.5 # half\n", "5e-1"),
            "[telemetry]\nsample = 0.5 # half\n");
  EXPECT_THAT(with("[telemetry]\nsample = 0.5\n", "nan"), HasSubstr("a number from 0 to 1"));
}

}  // namespace
}  // namespace agm::config
