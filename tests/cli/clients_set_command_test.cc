#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "cli/clients/recipes.h"
#include "cli/clients_command.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

namespace fs = std::filesystem;

/// A home of its own in which no gateway runs.
class ClientsSetTest : public CommandTest, public testing::Test {
 protected:
  explicit ClientsSetTest(std::string in = {}) : CommandTest(std::move(in)) {
    gateway.up = false;
    env["HOME"] = (folder / "home").string();
    fs::create_directories(folder / "home");
  }
  std::string Settings() const { return folder.Read("home/.codex/config.toml"); }
  std::string File() const { return (folder / "home/.codex/config.toml").string(); }
};

class ClientsSetAnswered : public ClientsSetTest {
 protected:
  ClientsSetAnswered() : ClientsSetTest("y\n") { io.in_is_terminal = true; }
};

TEST_F(ClientsSetTest, TellsProgramsWhatItWrote) {
  EXPECT_EQ(Agm({"clients", "set", "codex", "--dry-run", "--json"}), 0) << io.err;
  Json document = Document();
  EXPECT_EQ(document["client"], "codex");
  EXPECT_EQ(document["written"], false);
  EXPECT_EQ(document["files"], Json::array({File()}));
  EXPECT_EQ(document["kept"], Json::array());
  EXPECT_TRUE(Has(document["diff"], "+ model_provider = \"agm\"")) << document;
  EXPECT_EQ(Settings(), "");
  EXPECT_EQ(Agm({"clients", "set", "codex", "--yes", "--json"}), 0) << io.err;
  EXPECT_EQ(Document()["written"], true);
  EXPECT_NE(Settings(), "");
  EXPECT_EQ(Agm({"clients", "set", "codex", "--yes", "--json"}), 0) << io.err;
  EXPECT_EQ(Document()["written"], false) << "it is set up so already";
  EXPECT_EQ(Document()["files"], Json::array());
}

TEST_F(ClientsSetTest, TellsPeopleOnStderrOnly) {
  EXPECT_EQ(Agm({"clients", "set", "codex", "--model", "m", "--yes"}), 0) << io.err;
  EXPECT_EQ(io.out, "");
  EXPECT_TRUE(Has(io.err, "Codex CLI now asks http://127.0.0.1:8045 for m. Try: codex\n"))
      << io.err;
  EXPECT_FALSE(Has(io.err, "Its limits")) << io.err;
  EXPECT_EQ(Agm({"clients", "set", "codex", "--model", "m", "--dry-run"}), 0) << io.err;
  EXPECT_TRUE(Has(io.err, "set up so already")) << io.err;
  EXPECT_EQ(Agm({"clients", "unset", "codex", "--yes"}), 0) << io.err;
  EXPECT_EQ(io.out, "");
  EXPECT_TRUE(Has(io.err, "Codex CLI is as it was.\n")) << io.err;
  EXPECT_FALSE(Has(io.err, "stays")) << io.err;
}

TEST_F(ClientsSetTest, ADryRunSaysNeitherThatItIsDoneNorWhatToTry) {
  EXPECT_EQ(Agm({"clients", "set", "codex", "--dry-run"}), 0) << io.err;
  EXPECT_FALSE(Has(io.err, "now asks")) << io.err;
  EXPECT_FALSE(Has(io.err, "set up so already")) << io.err;
  EXPECT_FALSE(Has(io.err, "Nothing was written")) << io.err;
  EXPECT_EQ(Agm({"clients", "set", "codex", "--yes"}), 0) << io.err;
  const std::string settings = Settings();
  EXPECT_EQ(Agm({"clients", "unset", "codex", "--dry-run"}), 0) << io.err;
  EXPECT_TRUE(Has(io.err, "- model_provider")) << io.err;
  EXPECT_FALSE(Has(io.err, "as it was")) << io.err;
  EXPECT_EQ(Settings(), settings);
}

TEST_F(ClientsSetAnswered, WritesWhatTheUserAgreesTo) {
  EXPECT_EQ(Agm({"clients", "set", "codex"}), 0) << io.err;
  EXPECT_TRUE(Has(io.err, "Write this? [y/N] ")) << io.err;
  EXPECT_TRUE(Has(Settings(), "model_provider = \"agm\""));
  EXPECT_FALSE(Has(io.err, "Nothing was written")) << io.err;
  EXPECT_EQ(Agm({"clients", "unset", "codex"}), 0) << io.err;  // the answer is empty
  EXPECT_TRUE(Has(io.err, "Nothing was written.")) << io.err;
  EXPECT_FALSE(Has(io.err, "as it was")) << io.err;
  EXPECT_TRUE(Has(Settings(), "model_provider = \"agm\""));
}

TEST_F(ClientsSetTest, TellsProgramsWhichValuesStay) {
  EXPECT_EQ(Agm({"clients", "set", "codex", "--model", "m", "--yes"}), 0) << io.err;
  std::string text = Settings();
  text.replace(text.find("\"m\""), 3, "\"mine\"");
  folder.Write("home/.codex/config.toml", text);
  EXPECT_EQ(Agm({"clients", "unset", "codex", "--yes", "--json"}), 0) << io.err;
  EXPECT_EQ(Document()["kept"], Json::array({File() + ": model"}));
  EXPECT_EQ(Document()["written"], true);
  EXPECT_TRUE(Has(io.err, File() + ": model has another value since, and stays")) << io.err;
  EXPECT_EQ(Settings(), "model = \"mine\"\n");
}

TEST_F(ClientsSetTest, NamesEveryKeyThatMayBeTheClients) {
  EXPECT_EQ(Agm({"clients", "set", "codex", "--yes"}), 0) << io.err;
  for (const char* name : {"codex", "codex-2", "codexx", "other"}) {
    EXPECT_EQ(Agm({"keys", "add", name}), 0) << io.err;
  }
  EXPECT_EQ(Agm({"clients", "unset", "codex", "--yes"}), 0) << io.err;
  EXPECT_TRUE(Has(io.err, "The client key codex stays: agm keys remove codex\n")) << io.err;
  EXPECT_TRUE(Has(io.err, "The client key codex-2 stays: agm keys remove codex-2\n")) << io.err;
  EXPECT_FALSE(Has(io.err, "codexx")) << io.err;
  EXPECT_FALSE(Has(io.err, "other")) << io.err;
}

TEST_F(ClientsSetTest, AKeyOfItsOwnMayOnlyAskModels) {
  EXPECT_EQ(Agm({"clients", "set", "codex", "--key", "new", "--yes"}), 0) << io.err;
  EXPECT_TRUE(Has(io.err, "Its limits: agm keys set codex --budget 2/day\n")) << io.err;
  EXPECT_TRUE(Has(ReadConfig(), "scopes = [\"inference\"]\n")) << ReadConfig();
  EXPECT_EQ(Agm({"clients", "set", "codex", "--key", "new", "--yes"}), 0) << io.err;
  EXPECT_EQ(Agm({"clients", "set", "codex", "--key", "new", "--yes"}), 0) << io.err;
  EXPECT_TRUE(Has(ReadConfig(), "name = \"codex-2\"")) << ReadConfig();
  EXPECT_TRUE(Has(ReadConfig(), "name = \"codex-3\"")) << ReadConfig();
}

TEST_F(ClientsSetTest, RefusesWhatItCannotDo) {
  EXPECT_EQ(Agm({"clients", "set", "cursor"}), 1);
  EXPECT_TRUE(Has(io.err,
                  "agm does not write the settings of Cursor; `agm clients show cursor` "
                  "prints what to set"))
      << io.err;
  EXPECT_EQ(Agm({"clients", "unset", "codex"}), 1);
  EXPECT_TRUE(Has(io.err, "agm has set nothing for Codex CLI")) << io.err;
  EXPECT_EQ(Agm({"clients", "set", "codex", "--key", "nobody", "--yes"}), 1);
  EXPECT_TRUE(Has(io.err, "there is no client key \"nobody\"")) << io.err;
  EXPECT_EQ(Agm({"clients", "check", "cursor"}), 1);
  EXPECT_TRUE(Has(io.err, "Cursor has no call that ends by itself; try: agm probe --only "))
      << io.err;
  EXPECT_EQ(Agm({"run", "cursor"}), 1);
  EXPECT_TRUE(Has(io.err, "cannot be started by agm")) << io.err;
  EXPECT_EQ(Settings(), "");
}

TEST_F(ClientsSetTest, CheckSaysWhomItAsks) {
  gateway.up = true;
  gateway.answers["GET /v1/models"] = {200, R"({"data":[]})"};
  io.err_is_terminal = true;
  env["PATH"] = (folder / "bin").string();
  fs::permissions(folder.Write("bin/codex", "#!/bin/sh\necho fine\n"), fs::perms::owner_all);
  EXPECT_EQ(Agm({"clients", "check", "codex", "--model", "m"}), 0) << io.err;
  EXPECT_TRUE(Has(io.err, "Codex CLI is asked to answer ...")) << io.err;
  EXPECT_EQ(io.out, "Codex CLI works with m through http://127.0.0.1:8045.\n");
  EXPECT_FALSE(Has(io.err, "fine")) << io.err;
  EXPECT_EQ(Agm({"clients", "check", "codex", "--json"}), 0) << io.err;
  EXPECT_EQ(Document(),
            (Json{{"client", "codex"}, {"works", true}, {"exit_code", 0}, {"output", "fine\n"}}));
}

TEST_F(ClientsSetTest, FindsAProgramInAnyFolderOfThePath) {
  Recipe recipe;
  recipe.programs = {"first", "second"};
  const fs::path first = folder / "b/first";
  const fs::path second = folder / "a/second";
  fs::permissions(folder.Write("a/second", ""), fs::perms::owner_all);
  const auto found = [&](const std::string& path) {
    Context fresh(io, clock, config::Environment{{"PATH", path}}, {});
    return FindProgram(fresh, recipe).value_or("none").string();
  };
  const std::string a = (folder / "a").string();
  const std::string b = (folder / "b").string();
  EXPECT_EQ(found(a), second);
  EXPECT_EQ(found("x:" + a), second);
  EXPECT_EQ(found("x::" + a + ":y"), second);
  EXPECT_EQ(found(a + ":x"), second);
  EXPECT_EQ(found(""), "none");
  EXPECT_EQ(found("x:y"), "none");
  const fs::path before = fs::current_path();
  fs::current_path(folder / "a");
  EXPECT_EQ(found("x::y"), "none") << "no part of the path is the present folder";
  fs::current_path(before);
  folder.Write("b/first", "");
  fs::permissions(first, fs::perms::owner_read);
  EXPECT_EQ(found(a + ":" + b), second) << "the other one cannot be run";
  fs::permissions(first, fs::perms::owner_all);
  EXPECT_EQ(found(a + ":" + b), first) << "it is the client's first name";
  fs::remove(first);
  fs::create_directories(first);
  EXPECT_EQ(found(a + ":" + b), second) << "the other one is a folder";
}

}  // namespace
}  // namespace agm::cli
