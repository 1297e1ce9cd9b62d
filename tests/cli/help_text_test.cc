#include "cli/help.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

std::string HelpOf(const std::vector<std::string>& words, int width = 80) {
  CommandTest t;
  t.io.width = width;
  std::vector<std::string> line = {"help"};
  line.insert(line.end(), words.begin(), words.end());
  EXPECT_EQ(t.Agm(line), 0) << t.io.err;
  return t.io.out;
}

TEST(HelpText, OfAGroupListsItsCommands) {
  const std::string text = HelpOf({"accounts"});
  EXPECT_TRUE(
      text.starts_with("Manage the accounts that the gateway draws on\n\n"
                       "Usage\n  agm accounts COMMAND ...\n\n"
                       "Commands\n  add      Add an account, or update the one of that name\n"))
      << text;
  EXPECT_TRUE(Has(text, "\n  disable  Leave accounts unused, but keep their settings\n")) << text;
  EXPECT_TRUE(Has(text, "\n\nOptions\n  -h, --help  Show help\n\nExamples\n  # ")) << text;
  EXPECT_FALSE(Has(text, "Arguments")) << text;
  EXPECT_FALSE(Has(text, "Global options")) << text;
}

TEST(HelpText, OfTheProgramListsTheGlobalOptionsAndHidesWhatScriptsCall) {
  const std::string text = HelpOf({});
  EXPECT_TRUE(Has(text, "\nUsage\n  agm COMMAND ...\n\nCommands\n  serve ")) << text;
  EXPECT_TRUE(Has(text, "\n\nGlobal options\n  --config FILE  Read this configuration file\n"))
      << text;
  EXPECT_TRUE(Has(text, "\n  -h, --help     Show help\n\nExamples\n"))
      << "help is the last: " << text;
  EXPECT_TRUE(
      text.ends_with("Global options may come before or after the command. `agm help "
                     "COMMAND` tells\nmore.\n"))
      << text;
  EXPECT_FALSE(Has(text, "\n  complete ")) << text;
  EXPECT_FALSE(Has(text, "\n  manual ")) << text;
}

TEST(HelpText, TellsWhichArgumentsAreNeededAndRepeat) {
  EXPECT_TRUE(Has(HelpOf({"accounts", "show"}), "  agm accounts show NAME [OPTIONS]\n"));
  EXPECT_TRUE(Has(HelpOf({"accounts", "add"}), "  agm accounts add [NAME] [OPTIONS]\n"));
  EXPECT_TRUE(Has(HelpOf({"accounts", "enable"}), "  agm accounts enable NAME... [OPTIONS]\n"));
  EXPECT_TRUE(Has(HelpOf({"accounts", "check"}), "  agm accounts check [NAME...] [OPTIONS]\n"));
  EXPECT_TRUE(Has(HelpOf({"serve"}), "  agm serve [OPTIONS]\n"));
  EXPECT_TRUE(Has(HelpOf({"logs"}), "  agm logs [COMMAND ...] [OPTIONS]\n"));
  EXPECT_TRUE(
      Has(HelpOf({"accounts", "add"}),
          "\nArguments\n  NAME  What to call it; made up where it is missing\n\nOptions\n"));
}

TEST(HelpText, PutsTheTextOfALongOptionOnTheNextLine) {
  const std::string text = HelpOf({"accounts", "add"});
  EXPECT_TRUE(Has(text,
                  "\n  --kind gemini|vertex|mock|openai\n"
                  "                                  What kind of account it is (default gemini)\n"
                  "  --email EMAIL                   What X-Account-Email shows\n"))
      << text;
}

TEST(HelpText, FitsTheTerminalBetweenSixtyAndAHundredColumns) {
  for (const int width : {60, 70, 80, 99, 100}) {
    const std::string text = HelpOf({"accounts", "add"}, width);
    const std::size_t end = text.find("\nExamples");
    EXPECT_TRUE(FitsIn(text.substr(0, end), static_cast<std::size_t>(width))) << text;
  }
  EXPECT_EQ(HelpOf({"accounts", "add"}, 20), HelpOf({"accounts", "add"}, 60));
  EXPECT_NE(HelpOf({"accounts", "add"}, 60), HelpOf({"accounts", "add"}, 61));
  EXPECT_EQ(HelpOf({"accounts", "add"}, 300), HelpOf({"accounts", "add"}, 100));
  EXPECT_TRUE(Has(HelpOf({"accounts", "add"}, 100),
                  "  Use the key in this environment variable, now and later\n"));
}

TEST(HelpText, HasItsTitlesInBold) {
  CommandTest t;
  t.io.colour = t.io.out_is_terminal = true;
  EXPECT_EQ(t.Agm({"help", "accounts", "add"}), 0);
  for (const char* title : {"Usage", "Arguments", "Options", "Examples"}) {
    EXPECT_TRUE(Has(t.io.out, "\n" + t.io.Paint(title, Colour::kBold) + "\n")) << t.io.out;
  }
}

TEST(Verbose, TellsWhyNoGatewayAnswers) {
  CommandTest t;
  t.gateway.up = false;
  EXPECT_EQ(t.Agm({"models", "-v"}), 3);
  EXPECT_TRUE(
      t.io.err.starts_with("no gateway answers at http://127.0.0.1:8045: connection refused\n"))
      << t.io.err;
  EXPECT_EQ(t.Agm({"models"}), 3);
  EXPECT_EQ(t.io.err,
            "agm: no gateway answers at http://127.0.0.1:8045: connection refused\n"
            "Is it running? Start it with: agm serve\n");
  t.WriteConfig("[proxy]\nport = 0\n");
  EXPECT_EQ(t.Agm({"models"}), 3);
  EXPECT_TRUE(Has(t.io.err, "no gateway is known: port is 0 and none has left a run file"));
}

TEST(Verbose, TellsWhatTheGatewayRefuses) {
  CommandTest t;
  t.gateway.answers["GET /v1/models"] = {403, R"({"error":{"message":"no rights"}})"};
  EXPECT_EQ(t.Agm({"models"}), 1);
  EXPECT_TRUE(Has(t.io.err,
                  "the gateway at http://127.0.0.1:8045 refuses the key: 403: no rights\n"
                  "Set proxy.api_key in " +
                      t.config_file() + " or AGM_API_KEY."))
      << t.io.err;
  t.gateway.answers["GET /v1/models"] = {500, R"({"error":{"message":"broken"}})"};
  EXPECT_EQ(t.Agm({"models"}), 1);
  EXPECT_TRUE(Has(t.io.err, "GET http://127.0.0.1:8045/v1/models answered 500: broken"))
      << t.io.err;
  t.gateway.answers["GET /v1/models"] = {301, "{}"};
  EXPECT_EQ(t.Agm({"models"}), 1);
  EXPECT_TRUE(Has(t.io.err, "answered status 301")) << t.io.err;
}

}  // namespace
}  // namespace agm::cli
