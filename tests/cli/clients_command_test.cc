#include "cli/clients_command.h"

#include <sys/stat.h>

#include <filesystem>

#include "cli/clients/recipes.h"
#include "cli/run_file.h"
#include "core/base/file.h"
#include "core/keys/key_text.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

namespace fs = std::filesystem;

/// A home of its own in which no gateway runs.
class ClientsTest : public CommandTest, public testing::Test {
 protected:
  ClientsTest() {
    env["HOME"] = home().string();
    env["PATH"] = (folder / "bin").string();
    fs::create_directories(home());
  }
  fs::path home() { return folder / "home"; }
  void Write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(home() / name, text, 0644));
  }
  std::string Read(const std::string& name) {
    const auto text = ReadFile(home() / name);
    return text ? *text : "(none)";
  }
  /// Every file and folder of the home, with the files' texts and modes.
  std::string Everything() {
    std::string all;
    for (const auto& entry : fs::recursive_directory_iterator(home())) {
      struct stat status {};
      ::lstat(entry.path().c_str(), &status);
      all += entry.path().string() + fmt::format(" {:o}\n", status.st_mode);
      if (entry.is_regular_file()) all += ReadFile(entry.path()).value();
    }
    return all;
  }
};

TEST_F(ClientsTest, EveryRecipeFillsItsPlaceholders) {
  for (const Recipe& recipe : Recipes()) {
    for (const SettingsFile& file : recipe.settings) {
      for (const SettingsKey& key : file.keys) {
        const Json value = FilledJson(key.value, {"http://h:1", "k", "m", false});
        EXPECT_EQ(DumpJson(value).find("{base}"), std::string::npos) << recipe.name;
      }
    }
    EXPECT_TRUE(recipe.runs() || !recipe.steps.empty()) << recipe.name;
    EXPECT_EQ(Agm({"clients", "show", std::string(recipe.name)}), 0) << io.err;
    EXPECT_FALSE(Has(io.out, "{base}") || Has(io.out, "{model}")) << io.out;
  }
}

TEST_F(ClientsTest, SetAndUnsetLeaveEveryByteAsItWas) {
  Write(".codex/config.toml", "# mine\nmodel = \"o\" # keep\n[x]\ny = 1\n");
  Write(".claude/settings.json", "{\"env\": {\"A\": \"1\"},\n \"b\": 2}");
  Write(".qwen/settings.json", "");
  Write(".config/opencode/opencode.jsonc", "{\n  // c\n  \"theme\": \"x\",\n}\n");
  const std::string before = Everything();
  for (const Recipe& recipe : Recipes()) {
    if (recipe.settings.empty()) continue;
    const std::string name(recipe.name);
    EXPECT_EQ(Agm({"clients", "set", name, "--yes"}), 0) << io.err;
    EXPECT_NE(Everything(), before) << name;
    EXPECT_EQ(Agm({"clients", "set", name, "--yes", "--model", "gemini-x"}), 0) << io.err;
    EXPECT_TRUE(Has(Everything(), "gemini-x")) << name;
    EXPECT_EQ(Agm({"clients", "unset", name, "--yes"}), 0) << io.err;
    EXPECT_EQ(Everything(), before) << name;
    EXPECT_EQ(Agm({"clients", "unset", name, "--yes"}), 1);
  }
}

TEST_F(ClientsTest, NothingIsWrittenThatWasNotShownAndAgreedTo) {
  const std::string before = Everything();
  EXPECT_EQ(Agm({"clients", "set", "codex"}), 1);
  EXPECT_TRUE(Has(io.err, "+ model_provider = \"agm\"")) << io.err;
  EXPECT_EQ(Agm({"clients", "set", "codex", "--dry-run"}), 0);
  EXPECT_TRUE(Has(io.err, "+ model_provider = \"agm\"")) << io.err;
  io.in_is_terminal = true;  // the answer is empty, which means no
  EXPECT_EQ(Agm({"clients", "set", "codex"}), 0);
  EXPECT_TRUE(Has(io.err, "Nothing was written.")) << io.err;
  EXPECT_EQ(Everything(), before);
}

TEST_F(ClientsTest, UnsetKeepsWhatTheUserChangedSince) {
  Write(".claude/settings.json", "{\n  \"env\": {\n    \"ANTHROPIC_MODEL\": \"opus\"\n  }\n}\n");
  EXPECT_EQ(Agm({"clients", "set", "claude-code", "--yes"}), 0) << io.err;
  std::string text = Read(".claude/settings.json");
  text.replace(text.find("http://127.0.0.1:8045"), 21, "http://elsewhere");
  text.insert(text.find('{') + 1, "\n  \"theme\": \"dark\",");
  Write(".claude/settings.json", text);
  EXPECT_EQ(Agm({"clients", "unset", "claude-code", "--yes"}), 0) << io.err;
  EXPECT_TRUE(Has(io.err, "env.ANTHROPIC_BASE_URL has another value since")) << io.err;
  EXPECT_TRUE(Has(io.err, "Claude Code keeps what changed since.")) << io.err;
  EXPECT_EQ(Read(".claude/settings.json"),
            "{\n  \"theme\": \"dark\",\n  \"env\": {\n    \"ANTHROPIC_MODEL\": \"opus\",\n"
            "    \"ANTHROPIC_BASE_URL\": \"http://elsewhere\"\n  }\n}\n");
}

TEST_F(ClientsTest, UnsetTakesOutWhatClineStampedSince) {
  const std::string file = ".cline/data/settings/providers.json";
  Write(file, "{\n  \"version\": 1,\n  \"providers\": {\n    \"x\": {}\n  }\n}\n");
  const std::string before = Read(file);
  EXPECT_EQ(Agm({"clients", "set", "cline", "--yes"}), 0) << io.err;
  std::string text = Read(file);
  text.replace(text.find("2026-01-01"), 10, "2027-02-03");
  Write(file, text);
  EXPECT_EQ(Agm({"clients", "unset", "cline", "--yes"}), 0) << io.err;
  EXPECT_EQ(Read(file), before);
  EXPECT_TRUE(Has(io.err, "is as it was")) << io.err;
}

TEST_F(ClientsTest, AFileThatDoesNotParseIsLeftAlone) {
  Write(".claude/settings.json", "{ broken");
  EXPECT_EQ(Agm({"clients", "set", "claude-code", "--yes"}), 2);
  EXPECT_TRUE(Has(io.err, "nothing was changed")) << io.err;
  EXPECT_EQ(Read(".claude/settings.json"), "{ broken");
}

TEST_F(ClientsTest, ALinkStaysALink) {
  Write("dotfiles/claude.json", "{}\n");
  fs::create_directories(home() / ".claude");
  fs::create_symlink("../dotfiles/claude.json", home() / ".claude/settings.json");
  EXPECT_EQ(Agm({"clients", "set", "claude-code", "--yes"}), 0) << io.err;
  EXPECT_TRUE(fs::is_symlink(home() / ".claude/settings.json"));
  EXPECT_TRUE(Has(Read("dotfiles/claude.json"), "ANTHROPIC_BASE_URL"));
}

TEST_F(ClientsTest, ARealKeyIsWrittenPrivatelyAndNeverShown) {
  WriteConfig("[proxy]\nauth_mode = \"strict\"\napi_key = \"sk-of-this-test\"\n");
  Write(".claude/settings.json", "{\"env\": {\"ANTHROPIC_AUTH_TOKEN\": \"sk-of-old\"}}\n");
  EXPECT_EQ(Agm({"clients", "set", "claude-code", "--yes"}), 0) << io.err;
  EXPECT_FALSE(Has(io.err + io.out, "sk-of-")) << io.err;
  EXPECT_TRUE(Has(Read(".claude/settings.json"), "sk-of-this-test"));
  struct stat status {};
  ::stat((home() / ".claude/settings.json").c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(Agm({"clients", "show", "claude-code"}), 0);
  EXPECT_FALSE(Has(io.err + io.out, "sk-of-")) << io.out;
}

TEST_F(ClientsTest, NoClientsKeyIsShownWhenItIsReplacedOrTakenOut) {
  for (const Recipe& recipe : Recipes()) {
    if (recipe.settings.empty()) continue;
    const std::string name(recipe.name);
    for (const char* key : {"sk-of-the-first", "sk-of-the-second"}) {
      WriteConfig("[proxy]\nauth_mode = \"strict\"\napi_key = \"" + std::string(key) + "\"\n");
      EXPECT_EQ(Agm({"clients", "set", name, "--yes"}), 0) << name << io.err;
      EXPECT_FALSE(Has(io.err + io.out, "sk-of-")) << io.err << io.out;
    }
    for (const char* how : {"--dry-run", "--yes"}) {
      EXPECT_EQ(Agm({"clients", "unset", name, how}), 0) << name << io.err;
      EXPECT_FALSE(Has(io.err + io.out, "sk-of-")) << io.err << io.out;
    }
  }
}

TEST_F(ClientsTest, AKeyThatAnEarlierVersionSetIsNotShownEither) {
  WriteConfig("[proxy]\nauth_mode = \"strict\"\napi_key = \"sk-of-the-first\"\n");
  EXPECT_EQ(Agm({"clients", "set", "claude-code", "--yes"}), 0) << io.err;
  const fs::path journal = folder / "state/clients/claude-code.json";
  auto json = ParseJson(ReadFile(journal).value());
  ASSERT_TRUE(json);
  for (Json& file : (*json)["files"]) EXPECT_EQ(file.erase("secrets"), 1U);
  ASSERT_TRUE(WriteFileAtomically(journal, DumpJson(*json), 0600));
  WriteConfig("[proxy]\nauth_mode = \"strict\"\napi_key = \"sk-of-the-second\"\n");
  for (const char* command : {"set", "unset"}) {
    EXPECT_EQ(Agm({"clients", command, "claude-code", "--dry-run"}), 0) << io.err;
    EXPECT_TRUE(Has(io.err + io.out, "****")) << io.err << io.out;
    EXPECT_FALSE(Has(io.err + io.out, "sk-of-")) << io.err << io.out;
  }
}

TEST_F(ClientsTest, AnOldKeyOfAFewCharactersIsNoSecret) {
  for (const char* old : {"", "*", "****", "E"}) {
    Write(".gemini/.env", std::string("GEMINI_API_KEY=") + old + "\nEDITOR=vi\n");
    EXPECT_EQ(Agm({"clients", "set", "gemini-cli", "--dry-run"}), 0) << io.err;
    EXPECT_TRUE(Has(io.err + io.out, " EDITOR=vi")) << io.err << io.out;
  }
}

TEST_F(ClientsTest, ANewKeyIsMadeOnlyOnceTheUserAgreed) {
  EXPECT_EQ(Agm({"clients", "set", "codex", "--key", "new"}), 1);
  EXPECT_EQ(Agm({"clients", "set", "codex", "--key", "new", "--dry-run"}), 0) << io.err;
  EXPECT_FALSE(fs::exists(config_file()));
  EXPECT_EQ(Agm({"clients", "set", "codex", "--key", "new", "--yes"}), 0) << io.err;
  EXPECT_FALSE(Has(io.err + io.out, "sk-agm-")) << io.err;
  const std::string settings = Read(".codex/config.toml");
  const std::size_t begin = settings.find("sk-agm-");
  ASSERT_NE(begin, std::string::npos) << settings;
  const std::string key = settings.substr(begin, settings.find('"', begin) - begin);
  const auto parts = keys::ReadKeyText(key);
  ASSERT_TRUE(parts);
  const std::string config = ReadFile(config_file()).value();
  EXPECT_TRUE(Has(config, keys::HashOf(parts->secret)) && Has(config, "name = \"codex\""))
      << config;
  struct stat status {};
  ::stat((home() / ".codex/config.toml").c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(ClientsTest, TheKeyThatEndsWithTheGatewayIsNeverStored) {
  WriteConfig("[proxy]\nauth_mode = \"strict\"\n");
  gateway.answers["GET /v1/models"] = {200, R"({"data":[]})"};
  const auto run = RunFile::Write(*context().StateFolder(), "http://127.0.0.1:8045",
                                  Secret("sk-operator-of-this-test"));
  ASSERT_TRUE(run);
  EXPECT_EQ(Agm({"clients", "set", "codex", "--yes"}), 1);
  EXPECT_TRUE(Has(io.err, "--key new makes one for the client")) << io.err;
  EXPECT_EQ(Read(".codex/config.toml"), "(none)");
  EXPECT_EQ(Agm({"clients", "set", "codex", "--key", "new", "--yes"}), 0) << io.err;
  EXPECT_TRUE(Has(Read(".codex/config.toml"), "sk-agm-"));
}

TEST_F(ClientsTest, AClientWithoutTheKeyThatTheGatewayAsksForIsNotStarted) {
  WriteConfig("[proxy]\nauth_mode = \"strict\"\n");
  gateway.answers["GET /v1/models"] = {401, R"({"error":{"message":"no key"}})"};
  fs::create_directories(folder / "bin");
  ASSERT_TRUE(WriteFileAtomically(folder / "bin/codex", "#!/bin/sh\n", 0755));
  EXPECT_EQ(Agm({"clients", "check", "codex"}), 1);
  EXPECT_TRUE(Has(io.err, "set AGM_API_KEY to a key")) << io.err;
  const auto run = RunFile::Write(*context().StateFolder(), "http://127.0.0.1:8045",
                                  Secret("sk-operator-of-this-test"));
  ASSERT_TRUE(run);
  EXPECT_EQ(Agm({"clients", "check", "codex"}), 0) << io.err;
  EXPECT_EQ(Agm({"clients", "show", "codex"}), 0) << io.err;
  EXPECT_TRUE(Has(io.out, "YOUR_CLIENT_KEY")) << io.out;
}

TEST_F(ClientsTest, TheKeyIsOfTheGatewayThatAnswers) {
  WriteConfig("[proxy]\nauth_mode = \"strict\"\n");
  const auto run = RunFile::Write(*context().StateFolder(), "http://127.0.0.1:9002",
                                  Secret("sk-operator-of-this-test"));
  ASSERT_TRUE(run);
  gateway.host = "127.0.0.1:9002";
  gateway.answers["GET /v1/models"] = {200, R"({"data":[]})"};
  fs::create_directories(folder / "bin");
  ASSERT_TRUE(WriteFileAtomically(
      folder / "bin/codex", "#!/bin/sh\ntest \"$AGM_CLIENT_KEY\" = sk-operator-of-this-test\n",
      0755));
  EXPECT_EQ(Agm({"clients", "check", "codex"}), 0) << io.err;
}

TEST_F(ClientsTest, SetSaysIfNoGatewayAnswers) {
  gateway.up = false;
  EXPECT_EQ(Agm({"clients", "set", "codex", "--yes"}), 0);
  EXPECT_TRUE(Has(io.err, "No gateway answers there yet")) << io.err;
  gateway.up = true;
  gateway.answers["GET /v1/models"] = {200, R"({"data":[]})"};
  EXPECT_EQ(Agm({"clients", "set", "codex", "--model", "m", "--yes"}), 0);
  EXPECT_FALSE(Has(io.err, "No gateway answers")) << io.err;
}

TEST_F(ClientsTest, UnsetNamesTheKeyThatSetMade) {
  EXPECT_EQ(Agm({"clients", "set", "codex", "--key", "new", "--yes"}), 0) << io.err;
  EXPECT_EQ(Agm({"clients", "unset", "codex", "--yes"}), 0) << io.err;
  EXPECT_TRUE(Has(io.err, "The client key codex stays: agm keys remove codex")) << io.err;
}

TEST_F(ClientsTest, TheWordThatStandsForNoKeyIsNotMasked) {
  EXPECT_EQ(Agm({"clients", "set", "codex", "--yes"}), 0) << io.err;
  EXPECT_EQ(Agm({"clients", "unset", "codex", "--dry-run"}), 0) << io.err;
  EXPECT_TRUE(Has(io.err, "- model_provider = \"agm\"\n")) << io.err;
}

TEST_F(ClientsTest, ASecondNewKeyHasAnotherName) {
  EXPECT_EQ(Agm({"clients", "set", "pi", "--key", "new", "--yes"}), 0) << io.err;
  EXPECT_EQ(Agm({"clients", "set", "pi", "--key", "new", "--yes"}), 0) << io.err;
  EXPECT_TRUE(Has(ReadFile(config_file()).value(), "name = \"pi-2\""));
  EXPECT_EQ(Agm({"clients", "set", "pi", "--key", "pi", "--yes"}), 1);
  EXPECT_TRUE(Has(io.err, "only a digest is stored")) << io.err;
}

TEST_F(ClientsTest, TheTableTellsWhoIsInstalledAndPointsHere) {
  fs::create_directories(folder / "bin");
  ASSERT_TRUE(WriteFileAtomically(folder / "bin/codex", "#!/bin/sh\n", 0755));
  EXPECT_EQ(Agm({"clients", "set", "codex", "--yes"}), 0);
  EXPECT_EQ(Agm({"clients", "--json"}), 0) << io.err;
  const Json codex = Document()["clients"][0];
  EXPECT_EQ(codex["client"], "codex");
  EXPECT_TRUE(codex["installed"].is_string());
  EXPECT_EQ(codex["points_here"], true);
  EXPECT_EQ(Document()["clients"][1]["installed"], Json());
  const std::string base = Document()["base_url"];
  EXPECT_EQ(Agm({"clients"}), 0) << io.err;
  for (const char* part : {"CLIENT", "POINTS HERE", "codex", "yes", "no"}) {
    EXPECT_TRUE(Has(io.out, part)) << io.out;
  }
  EXPECT_TRUE(Has(io.err, "Any other client takes the base URL " + base + "/v1.")) << io.err;
}

TEST_F(ClientsTest, TheFilesOfRunDoNotStandInTheWayOfSet) {
  gateway.answers["GET /v1/models"] = {200, R"({"data":[]})"};
  fs::create_directories(folder / "bin");
  for (const Recipe& recipe : Recipes()) {
    if (recipe.check.empty()) continue;
    const auto program = folder / "bin" / recipe.programs.front();
    ASSERT_TRUE(WriteFileAtomically(program, "#!/bin/sh\n", 0755));
    const std::string name(recipe.name);
    EXPECT_EQ(Agm({"clients", "check", name}), 0) << io.err;
    if (recipe.settings.empty()) continue;
    EXPECT_EQ(Agm({"clients", "set", name, "--yes"}), 0) << io.err;
    EXPECT_EQ(Agm({"clients", "check", name}), 0) << io.err;
    EXPECT_EQ(Agm({"clients", "unset", name, "--yes"}), 0) << io.err;
  }
}

TEST_F(ClientsTest, AnUnknownClientNamesTheNearest) {
  EXPECT_EQ(Agm({"clients", "show", "codx"}), 1);
  EXPECT_TRUE(Has(io.err, "did you mean \"codex\"?")) << io.err;
  EXPECT_EQ(Agm({"clients", "codex", "--write"}), 2);
  EXPECT_TRUE(Has(io.err, "did you mean \"agm clients set codex\"?")) << io.err;
  EXPECT_EQ(Agm({"run"}), 2);
  EXPECT_TRUE(Has(io.err, "agm serve")) << io.err;
  EXPECT_EQ(Agm({"run", "codex"}), 1);
  EXPECT_TRUE(Has(io.err, "not installed")) << io.err;
}

TEST_F(ClientsTest, SetSaysThatNothingIsToBeDone) {
  EXPECT_EQ(Agm({"clients", "set", "codex", "--yes"}), 0) << io.err;
  EXPECT_FALSE(Has(io.err, "set up so already")) << io.err;
  EXPECT_EQ(Agm({"clients", "set", "codex", "--yes"}), 0) << io.err;
  EXPECT_TRUE(Has(io.err, "Codex CLI is set up so already.")) << io.err;
}

TEST_F(ClientsTest, CheckShowsWhatAFailedClientWrote) {
  gateway.answers["GET /v1/models"] = {200, R"({"data":[]})"};
  fs::create_directories(folder / "bin");
  ASSERT_TRUE(WriteFileAtomically(folder / "bin/codex", "#!/bin/sh\necho broken\nexit 3\n", 0755));
  EXPECT_EQ(Agm({"clients", "check", "codex"}), 1);
  EXPECT_TRUE(Has(io.err, "broken\n")) << io.err;
  EXPECT_TRUE(Has(io.err, "did not answer (exit code 3)")) << io.err;
  EXPECT_EQ(Agm({"clients", "check", "codex", "--json"}), 1);
  EXPECT_EQ(Document()["output"], "broken\n");
  EXPECT_EQ(Document()["works"], false);
}

TEST_F(ClientsTest, AFileOfAnotherGatewayDoesNotPointHere) {
  const auto points = [&] {
    EXPECT_EQ(Agm({"clients", "--json"}), 0) << io.err;
    const Json clients = Document()["clients"];
    for (const Json& client : clients) {
      if (client["client"] == "claude-code") return client["points_here"].get<bool>();
    }
    return true;
  };
  EXPECT_FALSE(points());
  Write(".claude/settings.json", "{\"env\": {}}\n");
  EXPECT_FALSE(points());
  Write(".claude/settings.json", "{\"env\": {\"ANTHROPIC_BASE_URL\": \"http://elsewhere\"}}\n");
  EXPECT_FALSE(points());
  Write(".claude/settings.json", "{ broken");
  EXPECT_FALSE(points());
  Write(".claude/settings.json", "{}\n");
  EXPECT_EQ(Agm({"clients", "set", "claude-code", "--yes"}), 0) << io.err;
  EXPECT_TRUE(points());
}

TEST_F(ClientsTest, ShowNamesTheAddressForOtherMachines) {
  EXPECT_EQ(Agm({"clients", "show", "codex", "--lan"}), 0) << io.err;
}

}  // namespace
}  // namespace agm::cli
