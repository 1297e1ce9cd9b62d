#include "cli/config_command.h"

#include <gtest/gtest.h>

#include "core/config/edit.h"
#include "tests/cli/command_fixture.h"
#include "tests/support/tls.h"

namespace agm::cli {
namespace {

TEST(ConfigCommand, ReadsItsOptions) {
  CommandTest t;
  const auto show = t.Parse<ConfigShowOptions>(AddConfigShow, {"show", "--origin"});
  ASSERT_TRUE(show) << t.io.err;
  EXPECT_TRUE(show->origin);
  const auto check = t.Parse<ConfigCheckOptions>(AddConfigCheck, {"check", "x.toml"});
  ASSERT_TRUE(check) << t.io.err;
  EXPECT_EQ(check->file, "x.toml");
}

TEST(ConfigInit, WritesTheTemplateOnceAndSaysWhatIsNext) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"config", "init"}), 0);
  EXPECT_EQ(t.io.out, "");
  EXPECT_EQ(t.io.err, "Wrote " + t.config_file() + ".\nNext: agm accounts add\n");
  EXPECT_EQ(t.ReadConfig(), config::Template());
  EXPECT_EQ(t.Agm({"config", "init"}), 2);
  EXPECT_TRUE(Has(t.io.err, "exists already and is left as it is")) << t.io.err;
  EXPECT_EQ(t.Agm({"config", "check"}), 0) << t.io.err;
}

TEST(ConfigInit, MakesTheFileThatConfigNames) {
  CommandTest t;
  const std::string file = (t.folder / "a/b.toml").string();
  EXPECT_EQ(t.Agm({"config", "init", "--config", file, "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["path"], file);
}

TEST(ConfigPath, PrintsThePathWhetherItExistsOrNot) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"config", "path"}), 0);
  EXPECT_EQ(t.io.out, t.config_file() + "\n");
  EXPECT_TRUE(Has(t.io.err, "agm config init writes one"));
  EXPECT_EQ(t.Agm({"config", "path", "--json"}), 0);
  EXPECT_EQ(t.Document()["exists"], false);
  EXPECT_EQ(t.Document()["found_by"], "AGM_CONFIG");
}

TEST(ConfigPath, SaysWhatToDoWhereNothingTellsThePath) {
  CommandTest t;
  t.env.clear();
  EXPECT_EQ(t.Agm({"config", "path"}), 2);
  EXPECT_TRUE(Has(t.io.err, "give --config FILE")) << t.io.err;
}

const std::string kText =
    "[proxy]\nport = 9000\napi_key = \"sk-0123456789abcdef\"\n"
    "[proxy.custom_mapping]\n\"gpt*\" = [\"a\", \"b\"]\n"
    "[[accounts]]\nname = \"work\"\napi_key = \"AIzaSecretSecretSecret\"\n"
    "[[accounts]]\nname = \"two\"\napi_key_env = \"NOT_SET\"\n";

TEST(ConfigShow, PrintsTheEffectiveSettingsWithSecretsMasked) {
  CommandTest t;
  t.WriteConfig(kText);
  EXPECT_EQ(t.Agm({"config", "show"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, "host = \"127.0.0.1\"\nport = 9000\n")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "api_key = \"sk-0…cdef\"\n")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "# auto means off here")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "\n[proxy.custom_mapping]\n\"gpt*\" = [\"a\", \"b\"]\n")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "\n[[accounts]]\nname = \"work\"\n")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "# cannot be used: NOT_SET is not set")) << t.io.out;
  EXPECT_FALSE(Has(t.io.out, "SecretSecret"));
  EXPECT_FALSE(Has(t.io.err, "SecretSecret"));
}

TEST(ConfigShow, PrintsWhatCanBeReadAgain) {
  CommandTest t;
  t.WriteConfig(kText);
  ASSERT_EQ(t.Agm({"config", "show", "--origin"}), 0);
  const auto again = config::Check({t.io.out, "out.toml"}, {}, {});
  EXPECT_TRUE(std::ranges::all_of(again.problems, [](const config::Problem& problem) {
    // All except the masked keys and the account without a key.
    return Has(problem.message, "printable ASCII") || Has(problem.message, "NOT_SET");
  })) << config::Text(again.problems);
}

TEST(ConfigShow, SaysWhereEachSettingComesFrom) {
  CommandTest t;
  t.WriteConfig(kText);
  t.env["AGM_HOST"] = "0.0.0.0";
  EXPECT_EQ(t.Agm({"config", "show", "--origin"}), 0) << t.io.err;
  const auto line = [&](const std::string& start) {
    const std::size_t at = t.io.out.find("\n" + start) + 1;
    return t.io.out.substr(at, t.io.out.find('\n', at) - at);
  };
  EXPECT_TRUE(line("host").ends_with("# env")) << line("host");
  EXPECT_TRUE(line("port").ends_with("# file")) << line("port");
  EXPECT_TRUE(line("max_wait").ends_with("# default")) << line("max_wait");
  EXPECT_EQ(t.Agm({"config", "show", "--origin", "--json"}), 0) << t.io.err;
  const Json json = t.Document();
  EXPECT_EQ(json["proxy"]["port"], 9000);
  EXPECT_EQ(json["proxy"]["max_wait"], 5);
  EXPECT_EQ(json["proxy"]["api_keys"][0]["key"], "sk-0…cdef");
  EXPECT_EQ(json["proxy"]["effective_auth_mode"], "all_except_health");
  EXPECT_EQ(json["origins"]["host"], "env");
  EXPECT_EQ(json["origins"]["port"], "file");
  EXPECT_EQ(json["origins"]["scheduling"], "default");
  EXPECT_EQ(json["origins"]["log.level"], "default");
  EXPECT_EQ(json["accounts"][1]["unusable"], "NOT_SET is not set");
  EXPECT_EQ(json["custom_mapping"]["gpt*"][1], "b");
}

TEST(ConfigShow, ShowsTheDefaultsWithoutAFile) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"config", "show"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, "(not there)\n[proxy]\nhost = \"127.0.0.1\"\nport = 8045\n"));
}

TEST(ConfigShow, FailsWithEveryProblem) {
  CommandTest t;
  t.WriteConfig("[proxy]\nport = -1\nhost = 1\n");
  EXPECT_EQ(t.Agm({"config", "show"}), 2);
  EXPECT_TRUE(Has(t.io.err, "config.toml:2:8: ")) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "config.toml:3:8: ")) << t.io.err;
}

TEST(ConfigCheck, PrintsEveryProblemWithItsPlace) {
  CommandTest t;
  t.WriteConfig("[proxy]\nprot = 1\nport = -1\nhost = 1\n");
  EXPECT_EQ(t.Agm({"config", "check"}), 2);
  EXPECT_TRUE(Has(t.io.out, "config.toml:2:1: warning: proxy.prot: no such setting")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "config.toml:4:8: proxy.host: expected a string")) << t.io.out;
  EXPECT_TRUE(Has(t.io.err, "2 errors and 1 warning")) << t.io.err;
  EXPECT_EQ(t.Agm({"config", "check", "--json"}), 2);
  const Json json = t.Document();
  EXPECT_EQ(json["good"], false);
  EXPECT_EQ(json["problems"].size(), 3U);
  EXPECT_EQ(json["problems"][1]["line"], 3);
  EXPECT_EQ(json["problems"][1]["column"], 8);
}

TEST(ConfigCheck, ChecksTheFileThatIsNamed) {
  CommandTest t;
  const auto file = t.folder.Write("other.toml", "[proxy]\nprot = 1\n");
  EXPECT_EQ(t.Agm({"config", "check", file.string()}), 0);
  EXPECT_TRUE(Has(t.io.err, "other.toml is good, with 1 warning.")) << t.io.err;
  EXPECT_EQ(t.Agm({"config", "check", (t.folder / "none.toml").string()}), 2);
  EXPECT_TRUE(Has(t.io.out, "none.toml: no such file")) << t.io.out;
}

TEST(ConfigCheck, LooksIntoTheCertificateAndKey) {
  CommandTest t;
  const test::Certificate made = test::MakeCertificate();
  const auto certificate = t.folder.Write("cert.pem", made.certificate);
  const auto key = t.folder.Write("key.pem", made.key);
  t.WriteConfig("[proxy.tls]\ncertificate = \"" + certificate.string() + "\"\nkey = \"" +
                key.string() + "\"\n");
  EXPECT_EQ(t.Agm({"config", "check"}), 0) << t.io.out;
  t.folder.Write("key.pem", test::MakeCertificate().key);
  EXPECT_EQ(t.Agm({"config", "check"}), 2);
  EXPECT_TRUE(Has(t.io.out, "it does not belong to the certificate")) << t.io.out;
}

TEST(ConfigCheck, SaysNothingWhenQuietAndGood) {
  CommandTest t;
  t.WriteConfig("[proxy]\nport = 1\n");
  EXPECT_EQ(t.Agm({"config", "check", "-q"}), 0);
  EXPECT_EQ(t.io.out + t.io.err, "");
  EXPECT_EQ(t.Agm({"config", "check", "--json"}), 0);
  EXPECT_EQ(t.Document()["good"], true);
}

TEST(ConfigShow, PrintsEachTableThatIsUsed) {
  CommandTest t;
  const test::Certificate made = test::MakeCertificate();
  const std::string certificate = t.folder.Write("cert.pem", made.certificate).string();
  const std::string key = t.folder.Write("key.pem", made.key).string();
  t.WriteConfig("[proxy.tls]\ncertificate = \"" + certificate + "\"\nkey = \"" + key +
                "\"\n[log]\nlevel = \"debug\"\n[telemetry]\nendpoint = "
                "\"http://127.0.0.1:4318\"\n[cluster]\nurl = \"redis://127.0.0.1:6379/0\"\n");
  EXPECT_EQ(t.Agm({"config", "show"}), 0) << t.io.err;
  for (const std::string& part :
       {"\n[proxy.tls]\ncertificate = \"" + certificate + "\"\nkey = \"" + key + "\"\n",
        std::string("\n[log]\nlevel = \"debug\"\n"),
        std::string("\n[telemetry]\nendpoint = \"http://127.0.0.1:4318\"\n"),
        std::string("\n[cluster]\nurl = ")}) {
    EXPECT_TRUE(Has(t.io.out, part)) << part << t.io.out;
  }
  EXPECT_EQ(t.Agm({"config", "show", "--json"}), 0) << t.io.err;
  const Json json = t.Document();
  EXPECT_EQ(json["proxy"]["tls"]["key"], key);
  EXPECT_EQ(json["telemetry"]["endpoint"], "http://127.0.0.1:4318");
  EXPECT_EQ(json["cluster"]["prefix"], "agm:");
  t.WriteConfig("");
  EXPECT_EQ(t.Agm({"config", "show"}), 0) << t.io.err;
  for (const char* table : {"[proxy.tls]", "[telemetry]", "[cluster]", "custom_mapping"}) {
    EXPECT_FALSE(Has(t.io.out, table)) << t.io.out;
  }
}

TEST(ConfigShow, AlignsTheCommentsOfATableThatIsNotTooWide) {
  CommandTest t;
  const auto lines = [&](const std::string& name) {
    t.WriteConfig("[[accounts]]\nname = \"" + name + "\"\nkind = \"mock\"\n");
    EXPECT_EQ(t.Agm({"config", "show", "--origin"}), 0) << t.io.err;
    return t.io.out.substr(t.io.out.find("[[accounts]]"));
  };
  const std::string widest(51, 'x');  // the line of the name has 60 columns
  const std::string kind = "kind = \"mock\"";
  EXPECT_TRUE(Has(lines(widest), "\"" + widest + "\"  # file\n")) << t.io.out;
  EXPECT_TRUE(Has(lines(widest), "\n" + kind + std::string(60 - kind.size(), ' ') + "  # file\n"))
      << t.io.out;
  EXPECT_TRUE(Has(lines(widest + "x"), "\n" + kind + "  # file\n")) << t.io.out;
}

}  // namespace
}  // namespace agm::cli
