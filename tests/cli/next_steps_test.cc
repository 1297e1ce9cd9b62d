#include "cli/next_steps.h"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/tree.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

/// The commands that run something, without "agm".
std::vector<std::string> RunningCommands() {
  std::vector<std::string> names;
  const TreeCommand tree = WholeTree();
  for (const TreeCommand* command : Flatten(tree)) {
    const bool group = !command->commands.empty() && command->Name() != "agm clients" &&
                       command->Name() != "agm logs";
    if (!command->root() && !group) names.push_back(command->Name().substr(4));
  }
  return names;
}

TEST(NextSteps, EveryCommandHasARow) {
  for (const std::string& name : RunningCommands()) {
    EXPECT_NE(FindNextStep(name), nullptr) << name;
  }
}

TEST(NextSteps, EveryStepIsACommandThatExists) {
  for (const std::string& name : RunningCommands()) {
    const NextStep* row = FindNextStep(name);
    if (row == nullptr || !row->step.starts_with("agm ")) continue;
    std::vector<std::string> words{"help"};
    std::istringstream step{std::string(row->step)};
    std::string word;
    step >> word;
    while (step >> word && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == word.npos) {
      words.push_back(word);
    }
    CommandTest t;
    EXPECT_EQ(t.Agm(words), 0) << name << ": " << row->step << "\n" << t.io.err;
  }
}

TEST(NextSteps, ASuccessNamesTheNextStepOnStderr) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"map", "set", "gpt-4o", "gemini-2.5-flash"}), 0);
  EXPECT_TRUE(Has(t.io.err, "\nNext: agm map resolve NAME")) << t.io.err;
  EXPECT_EQ(t.Agm({"config", "init"}), 2);
  EXPECT_FALSE(Has(t.io.err, "Next:")) << t.io.err;
  EXPECT_EQ(t.Agm({"accounts", "list"}), 0);
  EXPECT_TRUE(Has(t.io.err, "\nNext: agm accounts add NAME")) << t.io.err;
}

TEST(NextSteps, QuietJsonAndOtherProgramsReadNone) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"map", "set", "gpt-4o", "gemini-2.5-flash", "--quiet"}), 0);
  EXPECT_EQ(t.io.err, "");
  EXPECT_EQ(t.Agm({"map", "list", "--json"}), 0);
  EXPECT_FALSE(Has(t.io.err, "Next:")) << t.io.err;
  EXPECT_EQ(t.Agm({"config", "path"}), 0);
  EXPECT_FALSE(Has(t.io.err, "Next:")) << t.io.err;
  t.io.out_is_terminal = true;
  EXPECT_EQ(t.Agm({"config", "path"}), 0);
  EXPECT_TRUE(Has(t.io.err, "Next: agm config edit")) << t.io.err;
}

}  // namespace
}  // namespace agm::cli
