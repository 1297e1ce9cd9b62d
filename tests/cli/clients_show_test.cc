#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "cli/clients_command.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

namespace fs = std::filesystem;

/// A home of its own in which no gateway runs.
class ClientFilesTest : public CommandTest, public testing::Test {
 protected:
  ClientFilesTest() {
    gateway.up = false;
    env["HOME"] = (folder / "home").string();
    fs::create_directories(folder / "home");
  }
  unsigned Mode(const std::string& name) const {
    struct stat status {};
    return ::stat((folder / name).c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
  }
};

TEST_F(ClientFilesTest, ShowTellsTheCommandAndTheSettings) {
  EXPECT_EQ(Agm({"clients", "show", "codex", "--model", "it's"}), 0) << io.err;
  EXPECT_TRUE(io.out.starts_with("Codex CLI (codex)\nGive a Gemini model: ")) << io.out;
  EXPECT_TRUE(Has(io.out,
                  "\n\nOnce, settings untouched:\n\n"
                  "AGM_CLIENT_KEY=agm codex -c 'model_provider=\"agm\"' -c "
                  "'model=\"it'\\''s\"' -c "))
      << io.out;
  EXPECT_TRUE(Has(io.out,
                  "\n\n~/.codex/config.toml:\n\nmodel = \"it's\"\nmodel_provider = \"agm\"\n\n"
                  "[model_providers.agm]\nname = \"agm\"\n"))
      << io.out;
  EXPECT_TRUE(Has(io.err, "Or: agm run codex")) << io.err;
}

TEST_F(ClientFilesTest, ShowTellsEverySettingsFile) {
  EXPECT_EQ(Agm({"clients", "show", "gemini-cli"}), 0) << io.err;
  EXPECT_FALSE(Has(io.out, "Once, settings untouched")) << io.out;
  EXPECT_TRUE(
      io.out.ends_with("\n\n~/.gemini/settings.json:\n\n"
                       "{\n  \"security\": {\n    \"auth\": {\n"
                       "      \"selectedType\": \"gemini-api-key\"\n    }\n  },\n"
                       "  \"model\": {\n    \"name\": \"gemini-2.5-flash\"\n  }\n}\n\n"
                       "~/.gemini/.env:\n\n"
                       "GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:8045\n"
                       "GEMINI_API_KEY=agm\n"))
      << io.out;
}

TEST_F(ClientFilesTest, ShowTellsTheStepsThatNoProgramCanDo) {
  EXPECT_EQ(Agm({"clients", "show", "cursor"}), 0) << io.err;
  const std::string text = io.out;
  EXPECT_EQ(Agm({"clients", "show", "cursor", "--json"}), 0) << io.err;
  const std::string steps = Document()["steps"];
  EXPECT_FALSE(steps.empty());
  EXPECT_TRUE(text.ends_with("\n\n" + steps)) << text;
  EXPECT_EQ(Document()["command"], "");
  EXPECT_EQ(Document()["settings"], "");
}

TEST_F(ClientFilesTest, TheTableNamesTheNextCommand) {
  env["PATH"] = (folder / "bin").string();
  fs::permissions(folder.Write("bin/codex", "#!/bin/sh\n"), fs::perms::owner_all);
  EXPECT_EQ(Agm({"clients"}), 0) << io.err;
  EXPECT_TRUE(Has(io.out, "codex        yes        no           -     agm run codex\n")) << io.out;
  EXPECT_TRUE(
      Has(io.out, "claude-code  no         no           -     agm clients show claude-code\n"))
      << io.out;
  EXPECT_TRUE(Has(io.out, "cursor       ?          ?            -     agm clients show cursor\n"))
      << io.out;
}

TEST_F(ClientFilesTest, SetTakesTheFileThatExists) {
  env["CODEX_HOME"] = (folder / "codex").string();
  folder.Write("home/.codex/config.toml", "# mine\n");
  EXPECT_EQ(Agm({"clients", "set", "codex", "--yes"}), 0) << io.err;
  EXPECT_TRUE(Has(folder.Read("home/.codex/config.toml"), "model_provider = \"agm\""));
  EXPECT_FALSE(fs::exists(folder / "codex/config.toml"));
  EXPECT_EQ(Agm({"clients", "unset", "codex", "--yes"}), 0) << io.err;
  folder.Write("codex/config.toml", "# theirs\n");
  EXPECT_EQ(Agm({"clients", "set", "codex", "--yes"}), 0) << io.err;
  EXPECT_TRUE(Has(folder.Read("codex/config.toml"), "model_provider = \"agm\""));
  EXPECT_EQ(folder.Read("home/.codex/config.toml"), "# mine\n");
}

TEST_F(ClientFilesTest, SetMakesTheFileOfTheFirstVariableThatIsSet) {
  env["CODEX_HOME"] = (folder / "codex").string();
  EXPECT_EQ(Agm({"clients", "set", "codex", "--yes"}), 0) << io.err;
  EXPECT_TRUE(fs::exists(folder / "codex/config.toml"));
  EXPECT_FALSE(fs::exists(folder / "home/.codex"));
}

TEST_F(ClientFilesTest, ASecondSetLeavesNothingOfTheFirst) {
  EXPECT_EQ(Agm({"clients", "set", "opencode", "--model", "first-model", "--yes"}), 0) << io.err;
  EXPECT_EQ(Agm({"clients", "set", "opencode", "--model", "second-model", "--yes"}), 0) << io.err;
  const std::string text = folder.Read("home/.config/opencode/opencode.jsonc");
  EXPECT_TRUE(Has(text, "second-model")) << text;
  EXPECT_FALSE(Has(text, "first-model")) << text;
}

TEST_F(ClientFilesTest, UnsetRestoresTheModeThatTheFileHad) {
  WriteConfig("[proxy]\nauth_mode = \"strict\"\napi_key = \"sk-of-this-test\"\n");
  const std::string file = "home/.claude/settings.json";
  folder.Write(file, "{}\n");
  fs::permissions(folder / file, static_cast<fs::perms>(0644));
  EXPECT_EQ(Agm({"clients", "set", "claude-code", "--yes"}), 0) << io.err;
  EXPECT_EQ(Agm({"clients", "set", "claude-code", "--model", "other", "--yes"}), 0) << io.err;
  EXPECT_EQ(Mode(file), 0600U);
  EXPECT_EQ(Agm({"clients", "unset", "claude-code", "--yes"}), 0) << io.err;
  EXPECT_EQ(Mode(file), 0644U);
}

TEST_F(ClientFilesTest, UnsetKeepsATableThatWasEmpty) {
  const std::string file = "home/.claude/settings.json";
  folder.Write(file, "{\n  \"env\": {}\n}\n");
  EXPECT_EQ(Agm({"clients", "set", "claude-code", "--yes"}), 0) << io.err;
  std::string text = folder.Read(file);
  folder.Write(file, text.insert(1, "\n  \"theme\": \"dark\","));
  EXPECT_EQ(Agm({"clients", "unset", "claude-code", "--yes"}), 0) << io.err;
  EXPECT_TRUE(Has(folder.Read(file), "\"env\"")) << folder.Read(file);
  EXPECT_FALSE(Has(folder.Read(file), "ANTHROPIC")) << folder.Read(file);
}

TEST_F(ClientFilesTest, UnsetShowsNoKey) {
  WriteConfig("[proxy]\nauth_mode = \"strict\"\napi_key = \"sk-of-this-test\"\n");
  for (const std::string name : {"codex", "claude-code", "gemini-cli", "qwen-code"}) {
    EXPECT_EQ(Agm({"clients", "set", name, "--yes"}), 0) << io.err;
    EXPECT_EQ(Agm({"clients", "unset", name, "--dry-run"}), 0) << io.err;
    EXPECT_FALSE(Has(io.err + io.out, "sk-of-")) << name << io.err;
    EXPECT_TRUE(Has(io.err, "****")) << name << io.err;
    EXPECT_TRUE(Has(io.err, "gemini-2.5-flash")) << name << io.err;
  }
}

TEST_F(ClientFilesTest, SetNamesTheKeyThatItMakes) {
  EXPECT_EQ(Agm({"clients", "set", "codex", "--key", "new", "--yes"}), 0) << io.err;
  EXPECT_TRUE(Has(io.err, "The client key codex is made for it.")) << io.err;
}

}  // namespace
}  // namespace agm::cli
