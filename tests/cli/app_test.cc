#include <gtest/gtest.h>

#include "cli/models_command.h"
#include "cli/tree.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

/// A tree with one command, "do", whose result the test sets.
struct OneCommand {
  struct Options {
    std::string name;
    int number = 0;
    std::vector<std::string> list;
  };

  int Run(std::vector<std::string> arguments) {
    App app;
    auto options = std::make_shared<Options>();
    CommandHandle command = app.root().Command<Options>(
        "do", "Do it", options, [this](const Context&, const Options& given) {
          seen = given;
          return outcome;
        });
    command.Option("--name", options->name, "A name").Type("TEXT");
    command.Option("--number", options->number, "A number").Type("N");
    command.Option("--list", options->list, "A list").Delimiter(',').Type("A,...");
    return app.Run(arguments, t.context());
  }

  CommandTest t;
  std::optional<Options> seen;
  Result<void> outcome;
};

TEST(App, ParsesWithoutRunning) {
  CommandTest t;
  auto options = t.Parse<ModelsOptions>(AddModels, {"models", "--upstream"});
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->upstream);
  EXPECT_TRUE(t.gateway.asked.empty());
}

TEST(App, TakesGlobalOptionsBeforeAndBehindTheCommand) {
  for (std::vector<std::string> arguments : {std::vector<std::string>{"--json", "-q", "do"},
                                             {"do", "--json", "--quiet"},
                                             {"--json", "do", "-q"}}) {
    OneCommand one;
    EXPECT_EQ(one.Run(arguments), 0);
    EXPECT_TRUE(one.t.context().globals.json);
    EXPECT_TRUE(one.t.io.quiet);
  }
}

TEST(App, LetsTheLastOfRepeatedOptionsCount) {
  OneCommand one;
  EXPECT_EQ(one.Run({"do", "--name", "a", "--config", "x", "--name=b", "--config", "y"}), 0);
  EXPECT_EQ(one.seen->name, "b");
  EXPECT_EQ(one.t.context().globals.config, "y");
}

TEST(App, CollectsListsOverRepeatedOptions) {
  OneCommand one;
  EXPECT_EQ(one.Run({"do", "--list", "a,b", "--list", "c"}), 0);
  EXPECT_EQ(one.seen->list, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(App, TurnsErrorsIntoExitCodesInOnePlace) {
  const std::pair<ErrorCode, int> kCases[] = {{ErrorCode::kInvalidRequest, 2},
                                              {ErrorCode::kConfig, 2},
                                              {ErrorCode::kUpstreamUnavailable, 3},
                                              {ErrorCode::kTimeout, 3},
                                              {ErrorCode::kNotFound, 1},
                                              {ErrorCode::kUpstreamRejected, 1},
                                              {ErrorCode::kUnauthenticated, 1},
                                              {ErrorCode::kIo, 1}};
  for (const auto& [error, code] : kCases) {
    OneCommand one;
    one.outcome = Fail(error, "it broke");
    EXPECT_EQ(one.Run({"do"}), code) << CodeName(error);
    EXPECT_TRUE(Has(one.t.io.err, "agm: it broke\n"));
    EXPECT_EQ(one.t.io.out, "");
  }
}

TEST(App, SaysWhatToDoNextBehindAnError) {
  OneCommand one;
  one.outcome = Fail(ErrorCode::kUpstreamUnavailable, "no gateway answers");
  one.outcome.error().reason = "gateway_unreachable";
  one.Run({"do"});
  EXPECT_TRUE(Has(one.t.io.err, "agm serve")) << one.t.io.err;
}

TEST(App, PrintsErrorsEvenWhenQuiet) {
  OneCommand one;
  one.outcome = Fail(ErrorCode::kIo, "it broke");
  EXPECT_EQ(one.Run({"-q", "do"}), 1);
  EXPECT_TRUE(Has(one.t.io.err, "it broke"));
}

TEST(App, PrintsAnErrorAsTheOneDocumentOfJson) {
  OneCommand one;
  one.outcome = Fail(ErrorCode::kNotFound, "no such thing");
  EXPECT_EQ(one.Run({"do", "--json"}), 1);
  const Json document = one.t.Document();
  EXPECT_EQ(document["error"]["code"], "not_found");
  EXPECT_EQ(document["error"]["message"], "no such thing");
}

TEST(App, RefusesUnknownCommandsAndNamesTheNearest) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"modles"}), 2);
  EXPECT_TRUE(Has(t.io.err, "did you mean \"agm models\"?")) << t.io.err;
  EXPECT_EQ(t.io.out, "");
  EXPECT_EQ(t.Agm({"prob", "--json"}), 2);
  EXPECT_TRUE(Has(t.Document()["error"]["message"], "agm probe"));
}

TEST(App, AnUnknownCommandHasTheSameErrorWithHelpAndVersion) {
  const std::vector<std::vector<std::string>> kLines = {{"nonsense"},
                                                        {"accounts", "nonsense"},
                                                        {"serve", "nonsense"},
                                                        {"map", "lst"},
                                                        {"--nonsense"}};
  for (const auto& line : kLines) {
    CommandTest t;
    EXPECT_EQ(t.Agm(line), 2);
    const std::string error = t.io.err;
    for (const char* option : {"--help", "-h", "--version"}) {
      auto with = line;
      with.emplace_back(option);
      EXPECT_EQ(t.Agm(with), 2) << option;
      EXPECT_EQ(t.io.err, error) << option;
      EXPECT_EQ(t.io.out, "") << option;
    }
  }
}

TEST(App, RefusesUnknownOptionsAndNamesTheNearest) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"models", "--upsteam"}), 2);
  EXPECT_TRUE(Has(t.io.err, "did you mean --upstream?")) << t.io.err;
  EXPECT_EQ(t.Agm({"models", "--jsn"}), 2);
  EXPECT_TRUE(Has(t.io.err, "did you mean --json?")) << t.io.err;
}

TEST(App, KeepsTheValueOfAnUnknownOptionToItself) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"models", "--api-keey=sk-secret"}), 2);
  EXPECT_FALSE(Has(t.io.err, "sk-secret")) << t.io.err;
}

TEST(App, RefusesSurplusArguments) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"models", "extra"}), 2);
  EXPECT_TRUE(Has(t.io.err, "unexpected argument \"extra\" for \"agm models\"")) << t.io.err;
}

TEST(App, BlamesAnUnknownWordBeforeTheCommand) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"extra", "models"}), 2);
  EXPECT_TRUE(Has(t.io.err, "unknown command \"extra\"")) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "\"agm --help\"")) << t.io.err;
}

TEST(App, RefusesAMissingOrWrongValue) {
  OneCommand one;
  EXPECT_EQ(one.Run({"do", "--number"}), 2);
  EXPECT_TRUE(Has(one.t.io.err, "--number needs a value")) << one.t.io.err;
  EXPECT_EQ(one.Run({"do", "--number", "many"}), 2);
  EXPECT_TRUE(Has(one.t.io.err, "\"many\" is not a number")) << one.t.io.err;
  EXPECT_FALSE(one.seen);
}

TEST(App, PrintsHelpWithExamplesForEveryCommand) {
  CommandTest t;
  const TreeCommand tree = WholeTree();
  ASSERT_GT(tree.commands.size(), 10U);
  for (const TreeCommand& command : tree.commands) {
    const std::string& name = command.path.back();
    EXPECT_EQ(t.Agm({name, "--help"}), 0);
    EXPECT_TRUE(Has(t.io.out, "Examples\n")) << name;
    EXPECT_TRUE(Has(t.io.out, "  agm " + name)) << name;
    EXPECT_EQ(t.io.err, "");
  }
}

TEST(App, ReportsTheStateWhereNoCommandIsGiven) {
  CommandTest t;
  EXPECT_EQ(t.Agm({}), 0);
  EXPECT_TRUE(Has(t.io.out, "agm help")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "agm accounts add")) << t.io.out;
  EXPECT_EQ(t.Agm({"--json"}), 0);
  EXPECT_EQ(t.Document()["accounts"], 0);
  t.WriteConfig("[proxy]\nport = 0\n[[accounts]]\nname = \"a\"\nkind = \"mock\"\n");
  EXPECT_EQ(t.Agm({}), 0);
  EXPECT_TRUE(Has(t.io.out, "1 account, no gateway runs")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "agm serve")) << t.io.out;
}

TEST(App, NamesVersionCommitAndLibraries) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"--version"}), 0);
  for (const char* part : {"agm ", "(", "cpp-httplib ", "CLI11 ", "toml++ "}) {
    EXPECT_TRUE(Has(t.io.out, part)) << t.io.out;
  }
  EXPECT_EQ(t.Agm({"--version", "--json"}), 0);
  EXPECT_TRUE(t.Document()["libraries"].contains("cpp-httplib"));
}

TEST(App, UsesColourOnATerminalOnlyAndNotWithNoColor) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"nope"}), 2);
  EXPECT_FALSE(Has(t.io.err, "\033["));
  t.io.err_is_terminal = t.io.colour = true;
  EXPECT_EQ(t.Agm({"nope"}), 2);
  EXPECT_TRUE(Has(t.io.err, "\033["));
  EXPECT_EQ(t.Agm({"nope", "--no-color"}), 2);
  EXPECT_FALSE(Has(t.io.err, "\033["));
}

}  // namespace
}  // namespace agm::cli
