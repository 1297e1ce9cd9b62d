#include "cli/config_set_command.h"

#include <gtest/gtest.h>

#include <regex>

#include "core/config/edit.h"
#include "core/config/settings_tables.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

constexpr const char* kFile =
    "# mine\n[proxy]\nport = 9000   # not the usual one\napi_key = \"sk-secret-key-1234\"\n\n"
    "[[accounts]]\nname = \"work\"\napi_key = \"AIza-work-key-1234\"\n";

struct ConfigTest : CommandTest {
  ConfigTest() { WriteConfig(kFile); }
};

TEST(ConfigGet, PrintsOneSettingThatIsInEffect) {
  ConfigTest t;
  const std::pair<const char*, const char*> kSettings[] = {{"port", "9000\n"},
                                                           {"proxy.port", "9000\n"},
                                                           {"max_attempts", "3\n"},
                                                           {"auth_mode", "auto\n"},
                                                           {"accounts.work.priority", "0\n"},
                                                           {"accounts.work.models", "[\"*\"]\n"}};
  for (const auto& [key, value] : kSettings) {
    EXPECT_EQ(t.Agm({"config", "get", key}), 0) << t.io.err;
    EXPECT_EQ(t.io.out, value) << key;
  }
  EXPECT_EQ(t.Agm({"config", "get", "accounts.work.api_key"}), 0);
  EXPECT_FALSE(Has(t.io.out, "work-key")) << t.io.out;
  EXPECT_EQ(t.Agm({"config", "get", "port", "--json"}), 0);
  EXPECT_EQ(t.Document()["value"], 9000);
}

TEST(ConfigGet, NamesTheNearestSetting) {
  ConfigTest t;
  EXPECT_EQ(t.Agm({"config", "get", "prot"}), 1);
  EXPECT_TRUE(Has(t.io.err, "did you mean \"proxy.port\"?")) << t.io.err;
}

TEST(ConfigSet, ChangesOnlyThatSetting) {
  ConfigTest t;
  EXPECT_EQ(t.Agm({"config", "set", "port", "9001"}), 0) << t.io.err;
  std::string expected = kFile;
  expected.replace(expected.find("9000"), 4, "9001");
  EXPECT_EQ(t.ReadConfig(), expected);
}

TEST(ConfigSet, WritesEachTypeWhereItBelongs) {
  const std::vector<std::vector<std::string>> kChanges = {
      {"allow_lan_access", "true", "allow_lan_access = true"},
      {"max_body_size", "5MB", "max_body_size = \"5MB\""},
      {"allowed_hosts", "a.example,b.example", "allowed_hosts = [\"a.example\", \"b.example\"]"},
      {"max_wait", "2", "max_wait = 2"},
      {"max_wait", "0.25", "max_wait = 0.25"},
      {"log.requests", "false", "requests = false"},
      {"telemetry.sample", "0.5", "sample = 0.5"},
      {"telemetry.propagate", "true", "propagate = true"},
      {"accounts.work.models", "a,b", "models = [\"a\", \"b\"]"},
      {"accounts.work.priority", "-3", "priority = -3"},
      {"accounts.work.email", "me@example.com", "email = \"me@example.com\""},
      {"custom_mapping.gpt-4.1", "gemini-2.5-flash", "\"gpt-4.1\" = \"gemini-2.5-flash\""},
      {"proxy.tls.key", "key.pem", "[proxy.tls]\nkey = \"key.pem\""}};
  for (const auto& change : kChanges) {
    ConfigTest t;
    if (change[0] == "proxy.tls.key") continue;  // a key alone is no TLS; see below
    EXPECT_EQ(t.Agm({"config", "set", change[0], change[1]}), 0) << change[0] << t.io.err;
    EXPECT_TRUE(Has(t.ReadConfig(), change[2])) << t.ReadConfig();
    EXPECT_TRUE(Has(t.ReadConfig(), "# mine\n[proxy]\nport = 9000   # not the usual one\n"));
  }
}

TEST(ConfigSet, StartsAFileAndATable) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"config", "set", "port", "9001"}), 0) << t.io.err;
  EXPECT_EQ(t.ReadConfig(), "[proxy]\nport = 9001\n");
  t.WriteConfig("[proxy.custom_mapping]\na = \"b\"\n");
  EXPECT_EQ(t.Agm({"config", "set", "port", "9001"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "[proxy]\nport = 9001\n")) << t.ReadConfig();
}

TEST(ConfigSet, ChecksBeforeItWrites) {
  const std::vector<std::vector<std::string>> kWrong = {{"port", "99999"},
                                                        {"port", "soon"},
                                                        {"auth_mode", "maybe"},
                                                        {"max_wait", "-1"},
                                                        {"max_wait", "inf"},
                                                        {"telemetry.sample", "2"},
                                                        {"telemetry.propagate", "yes"},
                                                        {"accounts.work.base_url", "ftp://x"}};
  for (const auto& change : kWrong) {
    ConfigTest t;
    EXPECT_EQ(t.Agm({"config", "set", change[0], change[1]}), 2) << change[0];
    EXPECT_EQ(t.ReadConfig(), kFile);
  }
  for (const char* key : {"prot", "proxy.prot", "accounts.nobody.priority", "nonsense.x"}) {
    ConfigTest t;
    EXPECT_EQ(t.Agm({"config", "set", key, "1"}), 1) << key;
    EXPECT_EQ(t.ReadConfig(), kFile);
  }
}

TEST(ConfigEdit, PutsInPlaceWhatIsGood) {
  ConfigTest t;
  t.env["EDITOR"] = "sed -i s/9000/9002/";
  EXPECT_EQ(t.Agm({"config", "edit"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "port = 9002   # not the usual one")) << t.ReadConfig();
  EXPECT_FALSE(std::filesystem::exists(t.folder / "config.edit.toml"));
}

TEST(ConfigEdit, KeepsTheFileAndTheTextThatIsWrong) {
  ConfigTest t;
  t.env["EDITOR"] = "sed -i s/9000/soon/";
  EXPECT_EQ(t.Agm({"config", "edit"}), 2);
  EXPECT_EQ(t.ReadConfig(), kFile);
  EXPECT_TRUE(std::filesystem::exists(t.folder / "config.edit.toml"));
  EXPECT_TRUE(Has(t.io.err, "config.edit.toml:3:")) << t.io.err;
}

TEST(ConfigEdit, ChangesNothingWhereTheEditorFails) {
  ConfigTest t;
  for (const char* editor : {"false", "/nowhere/editor"}) {
    t.env["EDITOR"] = editor;
    EXPECT_EQ(t.Agm({"config", "edit"}), 1);
    EXPECT_EQ(t.ReadConfig(), kFile);
  }
}

TEST(ConfigSchema, HasEverySettingOfTheManual) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"config", "schema"}), 0);
  const Json schema = t.Document();
  const Json& proxy = schema["properties"]["proxy"]["properties"];
  EXPECT_EQ(proxy["port"]["type"], "integer");
  EXPECT_EQ(proxy["auth_mode"]["enum"].size(), 4U);
  EXPECT_TRUE(proxy["tls"]["properties"].contains("certificate"));
  EXPECT_TRUE(proxy.contains("custom_mapping"));
  const Json& account = schema["properties"]["accounts"]["items"]["properties"];
  for (const config::SettingsTable& table : config::SettingsTables()) {
    const Json& properties = table.title == "[proxy]"        ? proxy
                             : table.title == "[[accounts]]" ? account
                                                             : Json::object();
    for (const config::SettingText& setting : table.settings) {
      if (properties.empty()) continue;
      EXPECT_TRUE(properties.contains(std::string(setting.name))) << setting.name;
    }
  }
}

TEST(ConfigCheck, SeesAnAccessLogThatCannotBeWritten) {
  CommandTest t;
  t.folder.Write("file", "");
  for (const std::string& log :
       {(t.folder / "file" / "access.log").string(), t.folder.path().string()}) {
    t.WriteConfig("[proxy]\naccess_log = \"" + log + "\"\n");
    EXPECT_EQ(t.Agm({"config", "check"}), 2) << log;
    EXPECT_TRUE(Has(t.io.out, "access_log: ")) << t.io.out;
  }
  t.WriteConfig("[proxy]\naccess_log = \"new/access.log\"\n");
  EXPECT_EQ(t.Agm({"config", "check"}), 0) << t.io.out;
}

TEST(ConfigEdit, BeginsAFileWithTheTemplate) {
  CommandTest t;
  t.env["EDITOR"] = "true";
  EXPECT_EQ(t.Agm({"config", "edit"}), 0) << t.io.err;
  EXPECT_EQ(t.ReadConfig(), config::Template());
  EXPECT_TRUE(Has(t.io.err, t.config_file() + " is changed.")) << t.io.err;
  EXPECT_EQ(t.Agm({"config", "edit"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, t.config_file() + " is as it was.")) << t.io.err;
  EXPECT_EQ(t.Agm({"config", "edit", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document(), (Json{{"path", t.config_file()}, {"changed", false}}));
}

TEST(ConfigEdit, PrefersTheVisualEditor) {
  ConfigTest t;
  t.env["VISUAL"] = "sed -i s/9000/9003/";
  t.env["EDITOR"] = "false";
  EXPECT_EQ(t.Agm({"config", "edit", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["changed"], true);
  EXPECT_TRUE(Has(t.ReadConfig(), "port = 9003"));
}

TEST(ConfigEdit, KeepsWhatSomebodyElseChangedMeanwhile) {
  ConfigTest t;
  t.env["EDITOR"] = "printf '# other\\n' >> '" + t.config_file() + "'; sed -i s/9000/9002/";
  EXPECT_EQ(t.Agm({"config", "edit"}), 1);
  EXPECT_EQ(t.ReadConfig(), std::string(kFile) + "# other\n");
}

TEST(ConfigEdit, LeavesNoCopyWhereTheEditorFails) {
  ConfigTest t;
  t.env["EDITOR"] = "false";
  EXPECT_EQ(t.Agm({"config", "edit"}), 1);
  EXPECT_FALSE(std::filesystem::exists(t.folder / "config.edit.toml"));
}

TEST(ConfigEdit, NeedsAFileThatCanBeRead) {
  CommandTest t;
  std::filesystem::create_directories(t.config_file());
  t.env["EDITOR"] = "true";
  EXPECT_EQ(t.Agm({"config", "edit"}), 1);
  EXPECT_FALSE(std::filesystem::exists(t.folder / "config.edit.toml"));
}

TEST(ConfigSet, TellsProgramsWhetherItChangedSomething) {
  ConfigTest t;
  EXPECT_EQ(t.Agm({"config", "set", "port", "9001", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document(), (Json{{"key", "proxy.port"}, {"changed", true}}));
  EXPECT_EQ(t.Agm({"config", "set", "port", "9001", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["changed"], false);
}

}  // namespace
}  // namespace agm::cli
