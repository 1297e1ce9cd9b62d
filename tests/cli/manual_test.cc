#include "cli/manual.h"

#include <gtest/gtest.h>

#include "cli/completions.h"
#include "core/base/file.h"
#include "core/config/settings_tables.h"
#include "tests/cli/command_fixture.h"
#include "tests/support/source_dir.h"

namespace agm::cli {
namespace {

std::string Committed(const char* file) {
  auto text = ReadFile(test::SourceDir() / file);
  return text ? *text : std::string();
}

/// The committed file must equal the program's output; a difference would be too long to print.
void ExpectUpToDate(const char* file, const std::string& written, const char* how) {
  EXPECT_TRUE(Committed(file) == written)
      << file << " is out of date: agm manual " << how << " > " << file;
}

TEST(Manual, IsWhatTheCommandTreeSays) {
  ExpectUpToDate("man/agm.1", CommandManual(WholeTree()), "man");
  ExpectUpToDate("man/agm.toml.5", SettingsManual(), "toml");
}

TEST(Manual, HasASectionForEveryCommandAndOption) {
  const std::string page = CommandManual(WholeTree());
  const TreeCommand root = WholeTree();
  for (const TreeCommand* command : Flatten(root)) {
    const bool runs = command->commands.empty() || (!command->root() && !command->options.empty());
    if (!runs) continue;
    EXPECT_TRUE(Has(page, ".Ss " + command->Name() + "\n")) << command->Name();
    EXPECT_FALSE(command->examples.empty()) << command->Name();
  }
}

TEST(Manual, ExplainsEverySetting) {
  const std::string page = SettingsManual();
  for (const config::SettingsTable& table : config::SettingsTables()) {
    EXPECT_TRUE(Has(page, ".Sh " + std::string(table.title)));
    for (const config::SettingText& setting : table.settings) {
      EXPECT_TRUE(Has(page, ".It Ic " + std::string(setting.name))) << setting.name;
      EXPECT_FALSE(setting.doc.text.empty()) << setting.name << " has no text";
    }
  }
}

TEST(Roff, KeepsTextFromBeingRead) { EXPECT_EQ(Roff(".Sh\n'x\\n"), "\\&.Sh\n\\&'x\\en"); }

TEST(Completions, AreWhatTheCommandTreeSays) {
  const TreeCommand root = WholeTree();
  ExpectUpToDate("completions/agm.bash", BashCompletion(root), "bash");
  ExpectUpToDate("completions/_agm", ZshCompletion(root), "zsh");
  ExpectUpToDate("completions/agm.fish", FishCompletion(root), "fish");
}

TEST(Complete, OffersAccountsWithoutANetwork) {
  CommandTest t;
  t.WriteConfig(
      "[[accounts]]\nname = \"work\"\napi_key = \"AIza-1\"\n"
      "[[accounts]]\nname = \"home\"\napi_key = \"AIza-2\"\n");
  EXPECT_EQ(t.Agm({"complete", "accounts"}), 0);
  EXPECT_EQ(t.io.out, "home\nwork\n");
  EXPECT_TRUE(t.gateway.asked.empty());
}

TEST(Complete, OffersTheGatewaysModelsOrThoseOfTheMapping) {
  CommandTest t;
  t.WriteConfig("[proxy.custom_mapping]\n\"my-model\" = \"gemini-2.5-pro\"\n\"x-*\" = \"m\"\n");
  t.gateway.answers["GET /v1/models"] = {200, R"({"data":[{"id":"gpt-4o"}]})"};
  EXPECT_EQ(t.Agm({"complete", "models"}), 0);
  EXPECT_EQ(t.io.out, "gemini-2.5-pro\ngpt-4o\nm\nmy-model\n");
  for (const char* other : {"{}", "[]"}) {
    t.gateway.answers["GET /v1/models"].body = other;
    EXPECT_EQ(t.Agm({"complete", "models"}), 0);
    EXPECT_TRUE(Has(t.io.out, "whisper-1\n")) << other << t.io.out;
  }
  t.gateway.up = false;
  EXPECT_EQ(t.Agm({"complete", "models"}), 0);
  for (const char* name : {"gemini-2.5-pro\n", "m\n", "my-model\n", "whisper-1\n"}) {
    EXPECT_TRUE(Has(t.io.out, name)) << t.io.out;
  }
  EXPECT_FALSE(Has(t.io.out, "*")) << t.io.out;
  t.WriteConfig("");
  EXPECT_EQ(t.Agm({"complete", "models"}), 0);
  EXPECT_TRUE(Has(t.io.out, "gemini-flash-latest\n")) << "what the built-in rules lead to";
}

TEST(Complete, OffersTheRulesPatternsToo) {
  CommandTest t;
  t.WriteConfig("[proxy.custom_mapping]\n\"my-model\" = \"m\"\n\"x-*\" = \"m\"\n\"$x\" = \"m\"\n");
  EXPECT_EQ(t.Agm({"complete", "rules"}), 0);
  EXPECT_EQ(t.io.out, "my-model\nx-*\n");
  EXPECT_TRUE(t.gateway.asked.empty());
}

TEST(Complete, NeverFailsAndPrintsNoMessages) {
  CommandTest t;
  t.WriteConfig("not toml at all");
  for (const char* what : {"accounts", "models", "rules"}) {
    EXPECT_EQ(t.Agm({"complete", what}), 0);
    EXPECT_EQ(t.io.err, "");
    if (what != std::string("models")) {
      EXPECT_EQ(t.io.out, "");
    }
  }
}

TEST(Complete, LeavesOutWhatAShellCouldMisread) {
  CommandTest t;
  t.gateway.answers["GET /v1/models"] = {
      200, R"json({"data":[{"id":"ok-1"},{"id":"$(reboot)"},{"id":"a b"},{"id":"-x"}]})json"};
  EXPECT_EQ(t.Agm({"complete", "models"}), 0);
  EXPECT_EQ(t.io.out, "ok-1\n");
}

TEST(Manual, WritesTheScriptOfEachShellAndTheManual) {
  const std::pair<const char*, const char*> begins[] = {{"bash", "# bash completion for agm."},
                                                        {"zsh", "#compdef agm\n"},
                                                        {"fish", "# fish completion for agm."}};
  CommandTest t;
  for (const auto& [what, begin] : begins) {
    EXPECT_EQ(t.Agm({"manual", what}), 0) << t.io.err;
    EXPECT_TRUE(t.io.out.starts_with(begin)) << what << ": " << t.io.out.substr(0, 80);
  }
  EXPECT_EQ(t.Agm({"manual", "man"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, ".Sh COMMANDS\n")) << t.io.out.substr(0, 2000);
}

}  // namespace
}  // namespace agm::cli
