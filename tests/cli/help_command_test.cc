#include "cli/help_command.h"

#include <gtest/gtest.h>

#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

TEST(Help, PrintsWhatTheOptionPrints) {
  for (std::vector<std::string> command :
       {std::vector<std::string>{}, {"serve"}, {"accounts"}, {"accounts", "add"}}) {
    CommandTest t;
    std::vector<std::string> with_option = command;
    with_option.emplace_back("--help");
    EXPECT_EQ(t.Agm(with_option), 0);
    const std::string expected = t.io.out;
    command.insert(command.begin(), "help");
    EXPECT_EQ(t.Agm(command), 0) << t.io.err;
    EXPECT_EQ(t.io.out, expected);
  }
}

TEST(Help, NamesTheNearestCommand) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"help", "accounts", "lst"}), 2);
  EXPECT_TRUE(Has(t.io.err, "did you mean \"agm accounts list\"?")) << t.io.err;
}

TEST(Help, ShowsNoExamplesOfAnotherCommand) {
  CommandTest t;
  for (const char* command : {"schema", "manual", "complete"}) {
    EXPECT_EQ(t.Agm({command, "--help"}), 0);
    EXPECT_FALSE(Has(t.io.out, "agm accounts add work")) << t.io.out;
  }
}

TEST(Version, PrintsWhatTheOptionPrints) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"--version"}), 0);
  const std::string expected = t.io.out;
  EXPECT_EQ(t.Agm({"version"}), 0);
  EXPECT_EQ(t.io.out, expected);
  EXPECT_EQ(t.Agm({"version", "--json"}), 0);
  EXPECT_TRUE(t.Document().contains("libraries"));
}

TEST(Completion, WritesAScriptForEachShell) {
  CommandTest t;
  for (const char* shell : {"bash", "zsh", "fish"}) {
    EXPECT_EQ(t.Agm({"completion", shell}), 0);
    EXPECT_TRUE(Has(t.io.out, "accounts")) << shell;
  }
  EXPECT_EQ(t.Agm({"completion", "tcsh"}), 2);
  EXPECT_EQ(t.Agm({"completion"}), 2);
}

TEST(Guesses, LeadToTheRightCommand) {
  const std::pair<const char*, const char*> kGuesses[] = {{"start", "agm serve"},
                                                          {"run", "agm serve"},
                                                          {"login", "agm accounts add"},
                                                          {"status", "agm accounts list"},
                                                          {"list", "agm accounts list"},
                                                          {"chat", "agm probe"},
                                                          {"resolve", "agm map resolve"},
                                                          {"unset", "agm map unset"},
                                                          {"serv", "agm serve"},
                                                          {"completions", "agm completion"},
                                                          {"import", "agm accounts import"}};
  for (const auto& [word, command] : kGuesses) {
    CommandTest t;
    EXPECT_EQ(t.Agm({word}), 2);
    EXPECT_TRUE(Has(t.io.err, std::string("did you mean \"") + command + "\"?")) << t.io.err;
  }
}

TEST(NoCommand, IsWrongUsageWithAnOptionThatBelongsToOne) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"-v"}), 2);
  EXPECT_TRUE(Has(t.io.err, "--version")) << t.io.err;
  EXPECT_EQ(t.Agm({}), 0);
}

TEST(Help, IsADocumentForPrograms) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"help", "accounts", "add"}), 0);
  const std::string text = t.io.out;
  EXPECT_EQ(t.Agm({"help", "accounts", "add", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document(), (Json{{"command", "agm accounts add"}, {"help", text}}));
}

TEST(Complete, IsADocumentForPrograms) {
  CommandTest t;
  t.WriteConfig(
      "[[accounts]]\nname = \"work\"\nkind = \"mock\"\n"
      "[[accounts]]\nname = \"home\"\nkind = \"mock\"\n");
  EXPECT_EQ(t.Agm({"complete", "accounts", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document(), Json({"home", "work"}));
}

}  // namespace
}  // namespace agm::cli
