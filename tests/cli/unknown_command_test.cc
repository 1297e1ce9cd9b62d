#include "cli/unknown_command.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/nearest.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

std::string Said(const std::vector<std::string>& line) {
  CommandTest t;
  EXPECT_EQ(t.Agm(line), 2);
  return t.io.err;
}

TEST(UnknownCommand, LeadsToWhatOtherProgramsCallIt) {
  const std::pair<const char*, const char*> guesses[] = {{"up", "agm serve"},
                                                         {"server", "agm serve"},
                                                         {"daemon", "agm serve"},
                                                         {"auth", "agm accounts add"},
                                                         {"signin", "agm accounts add"},
                                                         {"add", "agm accounts add"},
                                                         {"key", "agm accounts add"},
                                                         {"ls", "agm accounts list"},
                                                         {"ps", "agm accounts list"},
                                                         {"rm", "agm accounts remove"},
                                                         {"logout", "agm accounts remove"},
                                                         {"test", "agm probe"},
                                                         {"ping", "agm probe"},
                                                         {"doctor", "agm probe"},
                                                         {"validate", "agm config check"},
                                                         {"settings", "agm config show"},
                                                         {"setup", "agm config init"},
                                                         {"alias", "agm map set"},
                                                         {"man", "agm help"}};
  for (const auto& [word, command] : guesses) {
    EXPECT_TRUE(Has(Said({word}), "did you mean \"" + std::string(command) + "\"?")) << word;
  }
}

TEST(UnknownCommand, GuessesWithinItsGroupFirst) {
  EXPECT_TRUE(Has(Said({"accounts", "ad"}), "did you mean \"agm accounts add\"?"));
  EXPECT_TRUE(Has(Said({"accounts", "usage"}), "did you mean \"agm keys usage\"?"));
  EXPECT_TRUE(Has(Said({"clients", "codex"}), "did you mean \"agm clients set codex\"?"));
  EXPECT_FALSE(Has(Said({"accounts", "codex"}), "did you mean"));
  EXPECT_FALSE(Has(Said({"accounts", "start"}), "agm serve")) << "such words are typed first";
  EXPECT_FALSE(Has(Said({"qqqqqq"}), "did you mean"));
}

TEST(UnknownCommand, RepeatsNoWordThatMayBeAKey) {
  EXPECT_EQ(Quotable("word"), "\"word\"");
  EXPECT_EQ(Quotable(std::string(24, 'w')), "\"" + std::string(24, 'w') + "\"");
  EXPECT_EQ(Quotable(std::string(25, 'w')), "\"...\"");
  EXPECT_EQ(Quotable("AIzaSyD-1"), "\"...\"");
  EXPECT_TRUE(Has(Said({"sk-0123456789"}), "unknown command \"...\" for \"agm\""));
}

TEST(Nearest, TakesABeginningForAWord) {
  const std::vector<std::string> words = {"accounts", "config", "completion"};
  EXPECT_EQ(Nearest("acco", words), "accounts");
  EXPECT_EQ(Nearest("com", words), "completion");
  EXPECT_EQ(Nearest("co", words), "config") << "the first of several";
  EXPECT_EQ(Nearest("confgi", words), "config");
  EXPECT_EQ(Nearest("c", words), "") << "one letter says too little";
  EXPECT_EQ(Nearest("zzzz", words), "");
  EXPECT_EQ(Nearest("acco", {}), "");
}

TEST(Run, SaysWhatToTypeWhereAnOptionIsMissingOrUnknown) {
  EXPECT_TRUE(Has(Said({"serve", "--prot", "1"}), "did you mean --port?"));
  EXPECT_TRUE(Has(Said({"serve", "--qqqqqqqq"}), "unknown option --qqqqqqqq for \"agm serve\"\n"));
  EXPECT_TRUE(Has(Said({"serve", "--port"}), "--port needs a value"));
  EXPECT_TRUE(Has(Said({"serve", "--port", "x"}), "--port"));
  EXPECT_TRUE(Has(Said({"accounts", "show"}), "NAME is required"));
  EXPECT_TRUE(Has(Said({"serve", "--log-level", "loud"}), "\"loud\" is not one of debug, info"));
  EXPECT_TRUE(Has(Said({"serve", "--log-level", "inof"}), "did you mean info?"));
  EXPECT_TRUE(Has(Said({"accounts", "list", "--json", "--", "-"}), "unexpected argument \"-\""));
}

TEST(Run, NamesTheHelpOfTheCommandThatIsWrong) {
  EXPECT_TRUE(Has(Said({"serve", "--qq"}), "See \"agm serve --help\"."));
  EXPECT_TRUE(Has(Said({"accounts", "qqqqqq"}), "See \"agm accounts --help\"."));
  EXPECT_TRUE(Has(Said({"qqqqqq"}), "See \"agm --help\"."));
  EXPECT_TRUE(Has(Said({"qqqqqq", "serve"}), "unknown command \"qqqqqq\" for \"agm\""));
}

TEST(Run, TellsAMissingCommandToPrograms) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"accounts", "--json"}), 2);
  EXPECT_EQ(t.Document()["error"]["message"], "no command is given");
  EXPECT_EQ(t.Agm({"accounts"}), 0);
  EXPECT_TRUE(Has(t.io.out, "Usage\n  agm accounts COMMAND ...\n")) << t.io.out;
  for (const char* option : {"-q", "-v", "--quiet"}) EXPECT_EQ(t.Agm({option}), 2) << option;
}

}  // namespace
}  // namespace agm::cli
