#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/config_command.h"
#include "cli/config_set_command.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

constexpr const char* kText =
    "[proxy]\nport = 9000\nallowed_hosts = [\"a.example\"]\n\n"
    "[proxy.custom_mapping]\n\"gpt-4.1\" = \"a\"\n\"gpt-4\" = \"b\"\n\"x\" = [\"c\", \"d\"]\n\n"
    "[[accounts]]\nname = \"my.work\"\napi_key = \"AIza-work-key-1234\"\n\n"
    "[[accounts]]\nname = \"home\"\napi_key = \"AIza-home-key-5678\"\npriority = 4\n";

struct KeysTest : CommandTest {
  KeysTest() { WriteConfig(kText); }
  std::string Get(const std::string& key) {
    return Agm({"config", "get", key}) == 0 ? io.out : "(none) " + io.err;
  }
  int Set(const std::string& key, const std::string& value) {
    WriteConfig(kText);
    return Agm({"config", "set", key, value});
  }
};

TEST(ConfigGet, FindsNamesThatHoldDots) {
  KeysTest t;
  EXPECT_EQ(t.Get("custom_mapping.gpt-4.1"), "[\"a\"]\n");
  EXPECT_EQ(t.Get("custom_mapping.gpt-4"), "[\"b\"]\n");
  EXPECT_EQ(t.Get("proxy.custom_mapping.x"), "[\"c\",\"d\"]\n");
  EXPECT_EQ(t.Get("accounts.my.work.priority"), "0\n");
  EXPECT_EQ(t.Get("accounts.home.priority"), "4\n");
  EXPECT_EQ(t.Get("allowed_hosts"), "[\"a.example\"]\n");
  EXPECT_EQ(t.Get("proxy.allowed_hosts"), "[\"a.example\"]\n");
  EXPECT_EQ(t.Get("log.level"), "info\n");
}

TEST(ConfigGet, KnowsSettingsOnly) {
  KeysTest t;
  for (const char* key :
       {"path", "found", "proxy.effective_auth_mode", "effective_auth_mode", "accounts.my.priority",
        "accounts.nobody.priority", "custom_mapping.gpt-5", "port.x", "accounts.home.port", ".",
        "proxy..port"}) {
    EXPECT_TRUE(Has(t.Get(key), "there is no setting \"" + std::string(key) + "\"")) << key;
    EXPECT_EQ(t.code, 1) << key;
  }
  EXPECT_TRUE(Has(t.Get("zzzzzzzz"), "; `agm config show` lists them")) << t.io.err;
  EXPECT_TRUE(Has(t.Get("proxy.prot"), "did you mean \"proxy.port\"?")) << t.io.err;
  EXPECT_TRUE(Has(t.Get("accounts.home.priorty"), "did you mean \"accounts.home.priority\"?"))
      << t.io.err;
  EXPECT_TRUE(Has(t.Get("acconts"), "did you mean \"accounts\"?")) << t.io.err;
}

TEST(ConfigGet, PrintsAWholeTable) {
  KeysTest t;
  const std::string mapping = t.Get("custom_mapping");
  EXPECT_EQ(mapping, "{\"gpt-4.1\":[\"a\"],\"gpt-4\":[\"b\"],\"x\":[\"c\",\"d\"]}\n");
  EXPECT_EQ(t.Agm({"config", "get", "port", "--json"}), 0);
  EXPECT_EQ(t.Document(), (Json{{"key", "proxy.port"}, {"value", 9000}}));
  t.WriteConfig("[proxy.tls]\ncertificate = \"/c.pem\"\nkey = \"/k.pem\"\n");
  EXPECT_EQ(t.Get("tls"), t.Get("proxy.tls"));
  EXPECT_EQ(t.code, 0) << t.io.err;
}

TEST(ConfigSet, ReadsAValueAsItsSettingTakesIt) {
  struct Case {
    const char* key;
    const char* value;
    const char* line;
  };
  const Case cases[] = {
      {"allowed_hosts", "b.example", "allowed_hosts = [\"b.example\"]"},
      {"allowed_hosts", "[\"b.example\", \"c.example\"]",
       "allowed_hosts = [\"b.example\", \"c.example\"]"},
      {"custom_mapping.gpt-5", "a,b,c", "\"gpt-5\" = [\"a\", \"b\", \"c\"]"},
      {"proxy.custom_mapping.gpt-4.1", "z", "\"gpt-4.1\" = \"z\""},
      {"accounts.home.models", "gemini-*", "models = [\"gemini-*\"]"},
      {"accounts.my.work.priority", "2", "priority = 2"},
      {"accounts.home.enabled", "false", "enabled = false"},
      {"accounts.home.project", "p-1", "project = \"p-1\""},
      {"accounts.home.project", "123", "project = \"123\""},
      {"log.level", "debug", "[log]\nlevel = \"debug\""},
      {"telemetry.endpoint", "http://127.0.0.1:4318", "[telemetry]\nendpoint = \"http://"},
      {"max_wait", "1500ms", "max_wait = \"1500ms\""},
      {"allow_lan_access", "false", "allow_lan_access = false"},
      {"allowed_origins", "https://a.example", "allowed_origins = [\"https://a.example\"]"},
  };
  for (const Case& each : cases) {
    KeysTest t;
    EXPECT_EQ(t.Set(each.key, each.value), 0) << each.key << t.io.err;
    EXPECT_TRUE(Has(t.ReadConfig(), each.line)) << t.ReadConfig();
    EXPECT_EQ(t.io.out, "");
  }
}

TEST(ConfigSet, RefusesAValueOfAnotherType) {
  const std::pair<const char*, const char*> cases[] = {{"allow_lan_access", "yes"},
                                                       {"accounts.home.enabled", "1"},
                                                       {"port", "90 00"},
                                                       {"port", "9000x"},
                                                       {"accounts.home.priority", ""}};
  for (const auto& [key, value] : cases) {
    KeysTest t;
    EXPECT_EQ(t.Set(key, value), 2) << key;
    EXPECT_EQ(t.ReadConfig(), kText);
  }
}

TEST(ConfigSet, KnowsTheSettingsOfTheProxyByTheirShortNames) {
  KeysTest t;
  EXPECT_EQ(t.Set("tls.certificate", "cert.pem"), 2) << "a certificate needs its key";
  EXPECT_EQ(t.Set("tls.nonsense", "cert.pem"), 1);
  EXPECT_EQ(t.ReadConfig(), kText);
}

TEST(ConfigSet, ChangesSettingsOnly) {
  for (const char* key : {"proxy", "accounts", "accounts.home", "path", "found", "proxy.api_keys.x",
                          "effective_auth_mode", "proxy.effective_auth_mode"}) {
    KeysTest t;
    EXPECT_EQ(t.Set(key, "1"), 1) << key << t.io.err;
    EXPECT_EQ(t.ReadConfig(), kText);
  }
}

TEST(ConfigSet, SaysTheWholeName) {
  KeysTest t;
  EXPECT_EQ(t.Set("port", "9001"), 0);
  EXPECT_EQ(t.io.err.substr(0, t.io.err.find('\n') + 1), "proxy.port is changed.\n");
  EXPECT_EQ(t.Set("port", "9000"), 0);
  EXPECT_EQ(t.io.err.substr(0, t.io.err.find('\n') + 1), "proxy.port is so already.\n");
}

TEST(ConfigCheck, TellsProgramsEachProblem) {
  CommandTest t;
  t.WriteConfig("[proxy]\nprot = 1\nport = -1\n");
  EXPECT_EQ(t.Agm({"config", "check", "--json"}), 2);
  const Json problems = t.Document()["problems"];
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0]["severity"], "warning");
  EXPECT_EQ(problems[0]["file"], t.config_file());
  EXPECT_EQ(problems[0]["line"], 2);
  EXPECT_EQ(problems[0]["column"], 1);
  EXPECT_TRUE(Has(problems[0]["message"], "proxy.prot: no such setting")) << problems;
  EXPECT_EQ(problems[1]["severity"], "error");
  t.WriteConfig("[proxy]\naccess_log = \"" + t.folder.path().string() + "\"\n");
  EXPECT_EQ(t.Agm({"config", "check", "--json"}), 2);
  ASSERT_EQ(t.Document()["problems"].size(), 1U);
  EXPECT_FALSE(t.Document()["problems"][0].contains("line")) << "it is not about a line";
  EXPECT_TRUE(Has(t.Document()["problems"][0]["message"], "is a folder"));
  t.WriteConfig("[proxy]\nport = 1\n");
  EXPECT_EQ(t.Agm({"config", "check", "--json"}), 0);
  EXPECT_EQ(t.Document(),
            (Json{{"file", t.config_file()}, {"good", true}, {"problems", Json::array()}}));
}

TEST(ConfigCheck, ColoursErrorsAndWarnings) {
  CommandTest t;
  t.io.colour = t.io.out_is_terminal = true;
  t.WriteConfig("[proxy]\nprot = 1\nport = -1\n");
  EXPECT_EQ(t.Agm({"config", "check"}), 2);
  const auto begin = [&](Colour colour) {
    const std::string painted = t.io.Paint("|", colour);
    return painted.substr(0, painted.find('|')) + t.config_file();
  };
  EXPECT_TRUE(Has(t.io.out, begin(Colour::kYellow) + ":2:1")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, begin(Colour::kRed) + ":3:")) << t.io.out;
  EXPECT_TRUE(Has(t.io.err, "1 error and 1 warning")) << t.io.err;
}

TEST(ConfigCheck, SeesWhetherTheAccessLogCanBeWritten) {
  CommandTest t;
  const auto check = [&](const std::string& log) {
    t.WriteConfig("[proxy]\naccess_log = \"" + log + "\"\n");
    t.Agm({"config", "check"});
    return t.io.out;
  };
  EXPECT_EQ(check((t.folder / "access.log").string()), "");
  EXPECT_EQ(check((t.folder / "new/folders/access.log").string()), "");
  t.folder.Write("file", "");
  EXPECT_EQ(check((t.folder / "file").string()), "");
  EXPECT_TRUE(Has(check((t.folder / "file/access.log").string()),
                  "access_log: " + (t.folder / "file").string() + " is not a folder"));
}

TEST(ConfigSchema, DescribesEverySettingOnOneLine) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"config", "schema"}), 0) << t.io.err;
  const Json schema = t.Document();
  const auto check = [](const auto& self, const Json& node) -> void {
    for (const auto& [name, value] : node.items()) {
      if (name == "description" && value.is_string()) {
        EXPECT_FALSE(Has(DumpJson(value), "\\n")) << value;
      }
      if (value.is_structured()) self(self, value);
    }
  };
  check(check, schema);
}

}  // namespace
}  // namespace agm::cli
