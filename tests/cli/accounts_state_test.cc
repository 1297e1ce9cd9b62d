#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "cli/account_status.h"
#include "core/store/database.h"
#include "core/store/sqlite_pool_journal.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

constexpr const char* kTwo =
    "[[accounts]]\nname = \"work\"\nemail = \"me@example.com\"\napi_key = \"AIza-work-key-1234\"\n"
    "[[accounts]]\nname = \"home\"\napi_key = \"AIza-home-key-5678\"\n";

/// Two accounts and a gateway that tells what a test says of them.
struct StateTest : CommandTest {
  explicit StateTest(std::string in = {}) : CommandTest(std::move(in)) { WriteConfig(kTwo); }
  void Tells(const std::string& accounts) {
    gateway.answers["GET /agm/accounts"] = {200, "{\"accounts\":[" + accounts + "]}"};
  }
  /// A cooldown of "work" in the state folder, for two hours.
  void LeaveCooldown() {
    auto database = store::Database::Open(*context().StateFolder());
    store::SqlitePoolJournal journal(*database, clock,
                                     [](const std::string& text) { FAIL() << text; });
    accounts::PoolJournal::Cooldown cooldown;
    cooldown.account = "work";
    cooldown.reason = "day_quota";
    cooldown.until = clock.Wall() + std::chrono::hours(2);
    cooldown.counts_until = cooldown.until;
    journal.SaveCooldown(cooldown);
  }
  std::string StateOf(std::size_t account) {
    EXPECT_EQ(Agm({"accounts", "list", "--json"}), 0) << io.err;
    return Document()["accounts"][account]["state"];
  }
};

/// The escape that begins a text of this colour.
std::string Begin(Io& io, Colour colour) {
  const std::string painted = io.Paint("|", colour);
  return painted.substr(0, painted.find('|'));
}

TEST(AccountsList, HasAColourForEachState) {
  StateTest t;
  t.io.colour = t.io.out_is_terminal = true;
  const std::pair<const char*, Colour> states[] = {{"ready", Colour::kGreen},
                                                   {"disabled", Colour::kDim},
                                                   {"quarantined", Colour::kRed},
                                                   {"cooling", Colour::kYellow}};
  for (const auto& [state, colour] : states) {
    t.Tells(R"({"name":"work","state":")" + std::string(state) + "\"}");
    const std::string words = state == std::string("cooling") ? "cooling down" : state;
    EXPECT_EQ(t.Agm({"accounts", "list"}), 0) << t.io.err;
    EXPECT_TRUE(Has(t.io.out, Begin(t.io, colour) + words)) << t.io.out;
    EXPECT_EQ(t.Agm({"accounts", "list", "--wide"}), 0) << t.io.err;
    EXPECT_TRUE(Has(t.io.out, Begin(t.io, colour) + words)) << t.io.out;
  }
}

TEST(AccountsList, TellsTheShareOfErrors) {
  StateTest t;
  const auto shown = [&](int requests, int errors) {
    t.Tells(fmt::format(R"({{"name":"work","state":"ready","requests":{},"errors":{}}})", requests,
                        errors));
    EXPECT_EQ(t.Agm({"accounts", "list"}), 0) << t.io.err;
    std::istringstream lines(t.io.out);
    std::string line;
    std::getline(lines, line);
    std::getline(lines, line);
    return line;
  };
  EXPECT_TRUE(shown(100, 0).ends_with(" 0 %"));
  EXPECT_TRUE(shown(1'000, 1).ends_with(" <1 %"));
  EXPECT_TRUE(shown(100, 1).ends_with(" 1 %"));
  EXPECT_TRUE(shown(3, 3).ends_with(" 100 %"));
  t.Tells(R"({"name":"work","state":"ready","requests":0,"errors":0})");
  EXPECT_EQ(t.Agm({"accounts", "list"}), 0) << t.io.err;
  EXPECT_FALSE(Has(t.io.out, "%")) << t.io.out;
}

TEST(AccountsList, SaysThatItKnowsTheStateFolderOnly) {
  StateTest t;
  t.Tells(R"({"name":"work","state":"ready"})");
  EXPECT_EQ(t.Agm({"accounts", "list"}), 0);
  EXPECT_FALSE(Has(t.io.err, "No gateway is running")) << t.io.err;
  t.gateway.up = false;
  EXPECT_EQ(t.Agm({"accounts", "list", "--json"}), 0);
  EXPECT_EQ(t.Document()["source"], "state");
  EXPECT_EQ(t.Document()["accounts"][0]["email"], "me@example.com");
}

TEST(AccountsList, ShowsAnAccountThatOnlyTheGatewayKnows) {
  StateTest t;
  t.Tells(R"({"name":"other","state":"ready","kind":"gemini"})");
  EXPECT_EQ(t.Agm({"accounts", "list", "--wide"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, "other")) << t.io.out;
  EXPECT_EQ(t.Agm({"accounts", "list", "--json"}), 0) << t.io.err;
  EXPECT_FALSE(t.Document()["accounts"][0].contains("key")) << t.io.out;
}

TEST(AccountsList, KeepsANoteOnOneLineForPrograms) {
  StateTest t;
  t.io.width = 50;
  t.Tells(R"({"name":"work","kind":"gemini","state":"quarantined","reason":"bad_key"})");
  EXPECT_EQ(t.Agm({"accounts", "list"}), 0) << t.io.err;
  const std::string note =
      "work: the key is refused; create a key at https://aistudio.google.com/apikey and give it: "
      "agm accounts add work\n";
  EXPECT_TRUE(Has(t.io.out, note)) << t.io.out;
  t.io.out_is_terminal = true;
  EXPECT_EQ(t.Agm({"accounts", "list"}), 0) << t.io.err;
  EXPECT_FALSE(Has(t.io.out, note)) << t.io.out;
  EXPECT_TRUE(FitsIn(t.io.out.substr(t.io.out.find("work: the key")), 50)) << t.io.out;
  std::string narrow[2];
  for (const int width : {20, 40}) {
    t.io.width = width;
    EXPECT_EQ(t.Agm({"accounts", "list"}), 0) << t.io.err;
    narrow[width / 40] = t.io.out.substr(t.io.out.find("work: the key"));
  }
  EXPECT_EQ(narrow[0], narrow[1]) << "it takes no terminal for narrower";
}

TEST(AccountsShow, TellsAStateInWordsAndItsRemedy) {
  StateTest t;
  t.Tells(
      R"({"name":"work","kind":"gemini","state":"quarantined","reason":"bad_key","in_flight":3})");
  EXPECT_EQ(t.Agm({"accounts", "show", "work"}), 0) << t.io.err;
  for (const char* line :
       {"name           work\n", "reason         the key is refused\n", "in flight      3\n",
        "state          quarantined\n", "remedy         create a key at https://",
        "enabled        true\n", "models         *\n"}) {
    EXPECT_TRUE(Has(t.io.out, line)) << line << t.io.out;
  }
  EXPECT_FALSE(Has(t.io.out, "until")) << "there is none: " << t.io.out;
  EXPECT_FALSE(Has(t.io.out, "location")) << t.io.out;
  t.Tells(R"({"name":"work","kind":"gemini","state":"ready"})");
  EXPECT_EQ(t.Agm({"accounts", "show", "work"}), 0) << t.io.err;
  EXPECT_FALSE(Has(t.io.out, "remedy")) << t.io.out;
  EXPECT_FALSE(Has(t.io.out, "reason")) << t.io.out;
}

TEST(AccountsShow, TellsUntilWhenAllModelsOrOneCoolDown) {
  StateTest t;
  t.Tells(R"({"name":"work","kind":"gemini","state":"cooling","cooldowns":[
    {"model":null,"reason":"day_quota","until":"2026-11-21T14:00:00Z"},
    {"model":"m","reason":"no_quota","until":null}],
    "quotas":[{"model":"m","name":"PerDay"},{"model":"m","name":"PerMinute"}]})");
  EXPECT_EQ(t.Agm({"accounts", "show", "work"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out,
                  "all models: out of today's quota until 2026-11-21T14:00:00Z, m: the project's "
                  "tier has no quota until it is fixed\n"))
      << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "PerDay, PerMinute\n")) << t.io.out;
}

TEST(AccountsShow, KnowsAnAccountThatTheGatewayHasNotLoaded) {
  StateTest t;
  t.Tells("");
  EXPECT_EQ(t.Agm({"accounts", "show", "home", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["name"], "home");
  EXPECT_EQ(t.Document()["enabled"], true);
}

TEST(AccountsEdit, EnablingEndsTheCooldownsThatAGatewayLeft) {
  StateTest t;
  t.gateway.up = false;
  t.LeaveCooldown();
  EXPECT_EQ(t.StateOf(0), "cooling");
  EXPECT_EQ(t.StateOf(1), "ready");
  EXPECT_EQ(t.Agm({"accounts", "enable", "home"}), 0) << t.io.err;
  EXPECT_EQ(t.StateOf(0), "cooling") << "another account was enabled";
  EXPECT_EQ(t.Agm({"accounts", "enable", "work"}), 0) << t.io.err;
  EXPECT_EQ(t.StateOf(0), "ready");
}

TEST(AccountsEdit, DisablingEndsNoCooldown) {
  StateTest t;
  t.gateway.up = false;
  t.LeaveCooldown();
  EXPECT_EQ(t.Agm({"accounts", "disable", "work"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "Account work is disabled now.")) << t.io.err;
  EXPECT_EQ(t.StateOf(0), "disabled");
  EXPECT_EQ(t.Agm({"accounts", "disable", "work"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "Account work is disabled already.")) << t.io.err;
  StateTest asked;
  EXPECT_EQ(asked.Agm({"accounts", "disable", "work"}), 0) << asked.io.err;
  EXPECT_TRUE(asked.gateway.asked.empty());
}

TEST(AccountsEdit, TellsProgramsWhatItDid) {
  StateTest t;
  EXPECT_EQ(t.Agm({"accounts", "disable", "work", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document(), (Json{{"name", "work"}, {"enabled", false}, {"changed", true}}));
  EXPECT_EQ(t.Agm({"accounts", "enable", "work", "home", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["accounts"][0],
            (Json{{"name", "work"}, {"enabled", true}, {"changed", true}}));
  EXPECT_EQ(t.Document()["accounts"][1],
            (Json{{"name", "home"}, {"enabled", true}, {"changed", false}}));
  EXPECT_EQ(t.io.err, "");
  EXPECT_EQ(t.Agm({"accounts", "remove", "work", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document(), (Json{{"name", "work"}, {"removed", true}}));
  EXPECT_EQ(t.Agm({"accounts", "remove", "home"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "Removed account home.")) << t.io.err;
  EXPECT_EQ(t.io.out, "");
}

TEST(AccountsImport, LeadsOnOnlyWhereSomethingWasAdded) {
  CommandTest t("AIza-key-1\n");
  t.WriteConfig("[[accounts]]\nname = \"home\"\napi_key = \"AIza-key-1\"\n");
  EXPECT_EQ(t.Agm({"accounts", "import"}), 0) << t.io.err;
  EXPECT_EQ(t.io.out, "line 1: skipped: account home has this key\n");
  EXPECT_TRUE(
      Has(t.io.err, "Added 0 accounts; skipped 1 duplicates; 0 refused; 0 could not be tried.\n"))
      << t.io.err;
  EXPECT_FALSE(Has(t.io.err, "agm accounts list")) << t.io.err;
  CommandTest added("AIza-key-1\n");
  EXPECT_EQ(added.Agm({"accounts", "import", "--no-check"}), 0) << added.io.err;
  EXPECT_TRUE(Has(added.io.err, "Next: agm accounts list")) << added.io.err;
  EXPECT_EQ(added.io.out, "");
}

TEST(AccountsImport, TellsEachLineWithItsNumber) {
  CommandTest t("# mine\n\nAIza-key-1\nwork AIza-key-2\n");
  t.io.err_is_terminal = true;
  t.gateway.otherwise = {401,
                         R"({"error":{"code":401,"message":"no","status":"UNAUTHENTICATED"}})"};
  EXPECT_EQ(t.Agm({"accounts", "import", "--json"}), 1);
  const Json accounts = t.Document()["accounts"];
  ASSERT_EQ(accounts.size(), 2U);
  EXPECT_EQ(accounts[0]["line"], 3);
  EXPECT_EQ(accounts[0]["name"], "gemini");
  EXPECT_EQ(accounts[0]["result"], "refused");
  EXPECT_TRUE(accounts[0]["why"].is_string());
  EXPECT_EQ(accounts[1]["line"], 4);
  EXPECT_EQ(accounts[1]["name"], "work");
  EXPECT_TRUE(Has(t.io.err, "1/2 gemini ...")) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "2/2 work ...")) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "2 keys were refused and not added")) << t.io.err;
  EXPECT_FALSE(std::filesystem::exists(t.config_file()));
}

TEST(AccountsImport, NamesTheLineThatIsWrong) {
  const auto refused = [](const char* lines) {
    CommandTest t(lines);
    EXPECT_EQ(t.Agm({"accounts", "import"}), 2);
    return t.io.err;
  };
  EXPECT_TRUE(Has(refused("AIza-1\na b c\n"), "line 2: expected KEY or NAME KEY, found 3 words"));
  EXPECT_TRUE(Has(refused("x AIza-1\n\nx AIza-2\n"), "line 3: there is an account \"x\" already"));
  EXPECT_TRUE(Has(refused("#\n"), "there is no key in the list"));
}

TEST(AccountsImport, ReadsAFile) {
  CommandTest t;
  const std::string file = t.folder.Write("keys", "AIza-key-1\nAIza-key-2").string();
  EXPECT_EQ(t.Agm({"accounts", "import", file, "--no-check"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "AIza-key-2")) << t.ReadConfig();
  EXPECT_TRUE(t.gateway.asked.empty());
}

TEST(AccountsImport, AddsUntriedOnlyWhatIsAskedFor) {
  CommandTest t("AIza-key-1\nAIza-key-2\n");
  t.gateway.up = false;
  EXPECT_EQ(t.Agm({"accounts", "import"}), 3);
  EXPECT_TRUE(Has(t.io.err, "2 keys could not be tried and were not added; --no-check adds them"))
      << t.io.err;
  EXPECT_TRUE(Has(t.io.out, "line 2: unreachable: ")) << t.io.out;
}

TEST(AccountsList, WarnsOfAMissingKeyUnlessItIsQuiet) {
  CommandTest t;
  t.gateway.up = false;
  t.WriteConfig("[[accounts]]\nname = \"work\"\napi_key_env = \"NOT_SET\"\n");
  t.Agm({"accounts", "list"});
  EXPECT_TRUE(Has(t.io.err, "account \"work\" cannot be used: ")) << t.io.err;
  t.Agm({"accounts", "list", "-q"});
  EXPECT_FALSE(Has(t.io.err, "account \"work\" cannot be used: ")) << t.io.err;
}

}  // namespace
}  // namespace agm::cli
