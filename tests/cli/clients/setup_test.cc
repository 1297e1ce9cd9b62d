#include "cli/clients/setup.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

namespace fs = std::filesystem;

/// A client with one file in each of the formats, below a home of its own.
class SetupTest : public CommandTest, public testing::Test {
 protected:
  SetupTest() {
    env["HOME"] = (folder / "home").string();
    fs::create_directories(folder / "home");
    recipe_.name = "client";
    recipe_.settings = {
        {{"$CLIENT_HOME/c.json", "~/.client/deep/c.json"},
         Format::kJson,
         {{"env/URL", "\"{base}/v1\""}, {"env/KEY", "\"{key}\""}, {"model", "\"{model}\""}}}};
  }
  Result<SetupPlan> Plan(const Journal& earlier = {}) {
    return PlanSet(context(), recipe_, connection_, earlier);
  }
  unsigned Mode(const std::string& name) const {
    struct stat status {};
    return ::stat((folder / name).c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
  }
  fs::path State() const { return folder / "state"; }

  static constexpr const char* kFile = "home/.client/deep/c.json";
  Recipe recipe_;
  Connection connection_{"http://127.0.0.1:8045", "sk-secret-1", "m", true, true};
};

TEST_F(SetupTest, MakesAPrivateFileAndTakesItsFoldersAwayAgain) {
  const auto plan = Plan();
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_TRUE(ShowPlan(*plan).starts_with((folder / kFile).string() + " (new)\n+ {\n"))
      << ShowPlan(*plan);
  EXPECT_FALSE(Has(ShowPlan(*plan), "sk-secret-1"));
  EXPECT_TRUE(Has(ShowPlan(*plan), "\"KEY\": \"****\"")) << ShowPlan(*plan);
  EXPECT_FALSE(fs::exists(folder / kFile)) << "it is only planned";
  ASSERT_TRUE(Carry(*plan, State(), "client"));
  EXPECT_EQ(folder.Read(kFile),
            "{\n  \"env\": {\n    \"URL\": \"http://127.0.0.1:8045/v1\",\n"
            "    \"KEY\": \"sk-secret-1\"\n  },\n  \"model\": \"m\"\n}\n");
  EXPECT_EQ(Mode(kFile), 0600U);
  const auto journal = LoadJournal(State(), "client");
  ASSERT_TRUE(journal && *journal);
  const auto undo = PlanUnset(**journal);
  ASSERT_TRUE(undo);
  EXPECT_TRUE(Has(ShowPlan(*undo), "c.json (removed)\n- {")) << ShowPlan(*undo);
  EXPECT_FALSE(Has(ShowPlan(*undo), "sk-secret-1"));
  ASSERT_TRUE(Carry(*undo, State(), "client"));
  EXPECT_FALSE(fs::exists(folder / "home/.client"));
  EXPECT_TRUE(fs::exists(folder / "home"));
  EXPECT_FALSE(*LoadJournal(State(), "client"));
}

TEST_F(SetupTest, KeepsAFolderThatHoldsMore) {
  const auto plan = Plan();
  ASSERT_TRUE(plan);
  ASSERT_TRUE(Carry(*plan, State(), "client"));
  folder.Write("home/.client/other", "x");
  const auto undo = PlanUnset(plan->journal);
  ASSERT_TRUE(undo);
  ASSERT_TRUE(Carry(*undo, State(), "client"));
  EXPECT_FALSE(fs::exists(folder / "home/.client/deep"));
  EXPECT_TRUE(fs::exists(folder / "home/.client/other"));
}

TEST_F(SetupTest, LeavesTheModeWhereTheKeyIsNoSecret) {
  folder.Write(kFile, "{}\n");
  fs::permissions(folder / kFile, static_cast<fs::perms>(0664));
  connection_.secret = false;
  connection_.key = kNoKey;
  const auto plan = Plan();
  ASSERT_TRUE(plan);
  EXPECT_TRUE(ShowPlan(*plan).starts_with((folder / kFile).string() + "\n")) << ShowPlan(*plan);
  EXPECT_TRUE(Has(ShowPlan(*plan), "\"KEY\": \"agm\"")) << ShowPlan(*plan);
  ASSERT_TRUE(Carry(*plan, State(), "client"));
  EXPECT_EQ(Mode(kFile), 0664U);
}

TEST_F(SetupTest, WritesNothingOverAFileThatChangedMeanwhile) {
  folder.Write(kFile, "{}\n");
  const auto plan = Plan();
  ASSERT_TRUE(plan);
  folder.Write(kFile, "{\"theirs\": 1}\n");
  EXPECT_FALSE(Carry(*plan, State(), "client"));
  EXPECT_EQ(folder.Read(kFile), "{\"theirs\": 1}\n");
}

TEST_F(SetupTest, RemovesNoFileThatChangedMeanwhile) {
  const auto plan = Plan();
  ASSERT_TRUE(plan);
  ASSERT_TRUE(Carry(*plan, State(), "client"));
  const auto undo = PlanUnset(plan->journal);
  ASSERT_TRUE(undo);
  folder.Write(kFile, "{\"theirs\": 1}\n");
  const auto carried = Carry(*undo, State(), "client");
  ASSERT_FALSE(carried);
  EXPECT_TRUE(Has(carried.error().message, "c.json: changed meanwhile")) << carried.error().message;
  EXPECT_EQ(folder.Read(kFile), "{\"theirs\": 1}\n");
}

TEST_F(SetupTest, UndoesTheEarlierSettingsFirst) {
  folder.Write(kFile, "{\n  \"model\": \"mine\"\n}\n");
  const auto first = Plan();
  ASSERT_TRUE(first);
  EXPECT_TRUE(Has(ShowPlan(*first), "-   \"model\": \"mine\"\n")) << "it is no secret";
  ASSERT_TRUE(Carry(*first, State(), "client"));
  connection_.key = "sk-secret-2";
  const auto second = Plan(first->journal);
  ASSERT_TRUE(second);
  EXPECT_FALSE(Has(ShowPlan(*second), "sk-secret")) << ShowPlan(*second);
  ASSERT_TRUE(Carry(*second, State(), "client"));
  EXPECT_TRUE(Has(folder.Read(kFile), "sk-secret-2"));
  const auto undo = PlanUnset(second->journal);
  ASSERT_TRUE(undo);
  EXPECT_TRUE(undo->kept.empty());
  ASSERT_TRUE(Carry(*undo, State(), "client"));
  EXPECT_EQ(folder.Read(kFile), "{\n  \"model\": \"mine\"\n}\n");
}

TEST_F(SetupTest, LeavesNoKeyThatIsNoLongerSet) {
  const auto first = Plan();
  ASSERT_TRUE(first);
  ASSERT_TRUE(Carry(*first, State(), "client"));
  recipe_.settings[0].keys = {{"env/URL", "\"{base}\""}};
  const auto second = Plan(first->journal);
  ASSERT_TRUE(second);
  ASSERT_TRUE(Carry(*second, State(), "client"));
  EXPECT_EQ(folder.Read(kFile),
            "{\n  \"env\": {\n    \"URL\": \"http://127.0.0.1:8045\"\n  }\n}\n");
}

TEST_F(SetupTest, KeepsTheValuesThatChangedSinceAndTakesOutTheOthers) {
  folder.Write(kFile, "{\n  \"env\": {\n    \"URL\": \"mine\"\n  }\n}\n");
  const auto plan = Plan();
  ASSERT_TRUE(plan);
  ASSERT_TRUE(Carry(*plan, State(), "client"));
  std::string text = folder.Read(kFile);
  text.replace(text.find("\"m\""), 3, "\"other\"");
  folder.Write(kFile, text);
  const auto undo = PlanUnset(plan->journal);
  ASSERT_TRUE(undo);
  EXPECT_EQ(undo->kept, std::vector<std::string>{(folder / kFile).string() + ": model"});
  ASSERT_TRUE(Carry(*undo, State(), "client"));
  EXPECT_EQ(folder.Read(kFile),
            "{\n  \"env\": {\n    \"URL\": \"mine\"\n  },\n  \"model\": \"other\"\n}\n");
}

TEST_F(SetupTest, TakesNoOffenceAtAKeyOrAFileThatIsGone) {
  folder.Write(kFile, "{}\n");
  const auto plan = Plan();
  ASSERT_TRUE(plan);
  ASSERT_TRUE(Carry(*plan, State(), "client"));
  folder.Write(kFile, "{\"env\": {\"KEY\": \"sk-secret-1\"}}\n");
  const auto undo = PlanUnset(plan->journal);
  ASSERT_TRUE(undo);
  EXPECT_TRUE(undo->kept.empty());
  ASSERT_TRUE(Carry(*undo, State(), "client"));
  EXPECT_FALSE(Has(folder.Read(kFile), "KEY")) << folder.Read(kFile);
  fs::remove(folder / kFile);
  const auto gone = PlanUnset(plan->journal);
  ASSERT_TRUE(gone);
  EXPECT_EQ(ShowPlan(*gone), "");
  ASSERT_TRUE(Carry(*gone, State(), "client"));
  EXPECT_FALSE(fs::exists(folder / kFile));
}

TEST_F(SetupTest, NamesTheFileThatItCannotEdit) {
  folder.Write(kFile, "{\"env\": 1}");
  const auto plan = Plan();
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::kConfig);
  EXPECT_EQ(plan.error().message,
            (folder / kFile).string() + ": env is not an object there; nothing was changed");
  folder.Write(kFile, "{}\n");
  const auto good = Plan();
  ASSERT_TRUE(good);
  folder.Write(kFile, "{");
  const auto undo = PlanUnset(good->journal);
  ASSERT_FALSE(undo);
  EXPECT_TRUE(Has(undo.error().message, "c.json: it is not valid JSON")) << undo.error().message;
  EXPECT_FALSE(Plan(good->journal));
}

TEST_F(SetupTest, NeedsAHome) {
  env.erase("HOME");
  const auto plan = Plan();
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::kConfig);
  EXPECT_TRUE(Has(plan.error().message, "HOME is not set"));
}

TEST_F(SetupTest, MasksKeysOfJournalsThatNameNoSecrets) {
  recipe_.settings[0].keys = {{"apiKey", "\"{key}\""},
                              {"A_TOKEN", "\"{key}\""},
                              {"B_KEY", "\"{key}\""},
                              {"a_token", "\"{key}\""},
                              {"keyboard", "\"qwerty\""}};
  folder.Write(kFile, "{\"apiKey\": \"sk-before\"}\n");
  auto plan = Plan();
  ASSERT_TRUE(plan);
  ASSERT_TRUE(Carry(*plan, State(), "client"));
  plan->journal[0].secrets.clear();
  const auto undo = PlanUnset(plan->journal);
  ASSERT_TRUE(undo);
  EXPECT_FALSE(Has(ShowPlan(*undo), "sk-")) << ShowPlan(*undo);
  EXPECT_TRUE(Has(ShowPlan(*undo), "qwerty")) << ShowPlan(*undo);
}

TEST_F(SetupTest, MasksALongKeyThatHoldsAShortOne) {
  SetupPlan plan;
  plan.files = {{folder / "f", "", "a=longer-secret\nb=secret\nc=abc\nd=wxyz\n", 0600, {}}};
  plan.secrets = {"abc", "secret", "longer-secret", "wxyz"};
  EXPECT_EQ(ShowPlan(plan), (folder / "f").string() + "\n+ a=****\n+ b=****\n+ c=abc\n+ d=****\n");
}

TEST_F(SetupTest, ShowsOnlyTheFilesThatChange) {
  SetupPlan plan;
  plan.files = {{folder / "same", "x\n", "x\n", 0600, {}}, {folder / "none", {}, {}, 0600, {}}};
  EXPECT_EQ(ShowPlan(plan), "");
  ASSERT_TRUE(Carry(plan, State(), "client"));
  EXPECT_FALSE(fs::exists(folder / "same"));
}

TEST_F(SetupTest, PointsHereWhereEveryFileNamesThisGateway) {
  recipe_.settings.push_back({{"~/.client/env"}, Format::kEnv, {{"URL", "\"{base}\""}}});
  const std::string base = connection_.base;
  EXPECT_FALSE(PointsHere(context(), recipe_, base));
  const auto plan = Plan();
  ASSERT_TRUE(plan);
  ASSERT_TRUE(Carry(*plan, State(), "client"));
  EXPECT_TRUE(PointsHere(context(), recipe_, base));
  EXPECT_FALSE(PointsHere(context(), recipe_, "http://127.0.0.1:9"));
  folder.Write("home/.client/env", "URL=http://127.0.0.1:9\n");
  EXPECT_FALSE(PointsHere(context(), recipe_, base));
  folder.Write("home/.client/env", "OTHER=1\n");
  EXPECT_FALSE(PointsHere(context(), recipe_, base));
  recipe_.settings = {{{"~/.client/env"}, Format::kEnv, {{"OTHER", "\"1\""}}}};
  EXPECT_FALSE(PointsHere(context(), recipe_, base)) << "no value tells";
}

TEST_F(SetupTest, TakesOutWhatTheClientStampedSinceOnlyIfTheRestIsOurs) {
  recipe_.settings[0].keys = {{"p", R"({"url":"{base}","updatedAt":"2026"})"}};
  folder.Write(kFile, "{\n  \"z\": 1\n}\n");
  const auto plan = Plan();
  ASSERT_TRUE(plan);
  ASSERT_TRUE(Carry(*plan, State(), "client"));
  const auto left = [&](const std::string& value) {
    folder.Write(kFile, "{\n  \"z\": 1,\n  \"p\": " + value + "\n}\n");
    const auto undo = PlanUnset(plan->journal);
    EXPECT_TRUE(undo);
    return undo->kept.empty() ? *undo->files[0].after : "kept";
  };
  EXPECT_EQ(left(R"({"updatedAt":"2027","url":"http://127.0.0.1:8045"})"), "{\n  \"z\": 1\n}\n");
  EXPECT_EQ(left(R"({"url":"http://127.0.0.1:8045"})"), "{\n  \"z\": 1\n}\n");
  EXPECT_EQ(left(R"({"updatedAt":"2027","url":"http://elsewhere"})"), "kept");
  EXPECT_EQ(left(R"({"updatedAt":"2026","url":"http://127.0.0.1:8045","x":1})"), "kept");
  EXPECT_EQ(left(R"(["updatedAt"])"), "kept");
  EXPECT_EQ(left("7"), "kept");
}

}  // namespace
}  // namespace agm::cli
