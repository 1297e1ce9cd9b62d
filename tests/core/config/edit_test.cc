#include "core/config/edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include "core/base/file.h"
#include "core/config/load.h"
#include "core/config/settings_tables.h"
#include "tests/support/temp_dir.h"

namespace agm::config {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The text after the change, or "code: message".
std::string Edit(std::string_view text, const Change& change) {
  auto edited = EditText(text, change, "f.toml");
  if (edited) return *edited;
  return fmt::format("{}: {}", CodeName(edited.error().code), edited.error().message);
}

TEST(SetMapping, StartsTheTableInAnEmptyText) {
  EXPECT_EQ(Edit("", SetMapping{"gpt-4o", {"gemini-a"}}),
            "[proxy.custom_mapping]\n\"gpt-4o\" = \"gemini-a\"\n");
  EXPECT_EQ(Edit("\xEF\xBB\xBF", SetMapping{"a", {"b"}}),
            "\xEF\xBB\xBF[proxy.custom_mapping]\n\"a\" = \"b\"\n");
}

TEST(SetMapping, AddsARuleBelowTheLastOne) {
  EXPECT_EQ(
      Edit("[proxy.custom_mapping] # rules\n  \"a\" = \"b\" # one\n# end\n\n[proxy]\nport = 1\n",
           SetMapping{"c*", {"d", "e"}}),
      "[proxy.custom_mapping] # rules\n  \"a\" = \"b\" # one\n  \"c*\" = [\"d\", \"e\"]\n"
      "# end\n\n[proxy]\nport = 1\n");
}

TEST(SetMapping, ReplacesOnlyTheValue) {
  EXPECT_EQ(Edit("[proxy.custom_mapping]\r\n  'a' = [ # list\r\n 'x',\r\n] # keep\r\nb = \"c\"\r\n",
                 SetMapping{"a", {"z"}}),
            "[proxy.custom_mapping]\r\n  'a' = \"z\" # keep\r\nb = \"c\"\r\n");
}

TEST(SetMapping, LeavesWhatSaysTheSameAlready) {
  const std::string text = "proxy.custom_mapping.a = [ 'x', # first\n 'y' ]";
  EXPECT_EQ(Edit(text, SetMapping{"a", {"x", "y"}}), text);
  EXPECT_EQ(Edit("proxy.custom_mapping.a = 'x'", SetMapping{"models/a", {"x"}}),
            "proxy.custom_mapping.a = 'x'");
}

TEST(SetMapping, WritesAsTheUserDoes) {
  EXPECT_EQ(Edit("[proxy]\ncustom_mapping = { \"a\" = \"b\" } # inline\n", SetMapping{"c", {"d"}}),
            "[proxy]\ncustom_mapping = { \"a\" = \"b\", \"c\" = \"d\" } # inline\n");
  EXPECT_EQ(Edit("[proxy]\ncustom_mapping = {}\n", SetMapping{"c", {"d"}}),
            "[proxy]\ncustom_mapping = { \"c\" = \"d\" }\n");
  EXPECT_EQ(Edit("proxy = { port = 1 }\n", SetMapping{"c", {"d"}}),
            "proxy = { port = 1, custom_mapping = { \"c\" = \"d\" } }\n");
  EXPECT_EQ(Edit("proxy = { custom_mapping.a = \"b\" }\n", SetMapping{"c", {"d"}}),
            "proxy = { custom_mapping.a = \"b\", custom_mapping.\"c\" = \"d\" }\n");
  EXPECT_EQ(Edit("[proxy]\n  custom_mapping . a = \"b\"\nport = 1\n", SetMapping{"c", {"d"}}),
            "[proxy]\n  custom_mapping . a = \"b\"\n  custom_mapping . \"c\" = \"d\"\nport = 1\n");
  EXPECT_EQ(
      Edit("proxy.port = 1\n[[accounts]]\nname = \"a\"\nkind = \"mock\"\n", SetMapping{"c", {"d"}}),
      "proxy.port = 1\nproxy.custom_mapping.\"c\" = \"d\"\n[[accounts]]\nname = \"a\"\n"
      "kind = \"mock\"\n");
}

TEST(SetMapping, PutsANewTableBehindTheProxysOthers) {
  EXPECT_EQ(Edit("[proxy]\nport = 1\n# host = \"\"\n\n# idle_timeout = 1\n\n# mine\n[[accounts]]\n"
                 "name = \"a\"\nkind = \"mock\"\n",
                 SetMapping{"c", {"d"}}),
            "[proxy]\nport = 1\n# host = \"\"\n\n# idle_timeout = 1\n\n[proxy.custom_mapping]\n"
            "\"c\" = \"d\"\n\n# mine\n[[accounts]]\nname = \"a\"\nkind = \"mock\"\n");
  EXPECT_EQ(Edit("[proxy.tls]\ncertificate=\"c\"\nkey=\"k\"", SetMapping{"c", {"d"}}),
            "[proxy.tls]\ncertificate=\"c\"\nkey=\"k\"\n\n[proxy.custom_mapping]\n\"c\" = \"d\"\n");
}

TEST(SetMapping, EscapesNames) {
  EXPECT_EQ(Edit("", SetMapping{"a\"b\\c", {"ü"}}),
            "[proxy.custom_mapping]\n\"a\\\"b\\\\c\" = \"ü\"\n");
}

TEST(SetMapping, RefusesARuleThatCouldNotBeLoaded) {
  EXPECT_THAT(Edit("", SetMapping{"a b", {"c"}}),
              HasSubstr("config: proxy.custom_mapping: the name"));
  EXPECT_THAT(Edit("", SetMapping{"a", {"c*"}}), HasSubstr("only the left side can be a pattern"));
  EXPECT_THAT(Edit("", SetMapping{"a", {}}), HasSubstr("an array of at least one"));
}

TEST(UnsetMapping, TakesTheRuleAndItsLineOut) {
  EXPECT_EQ(Edit("[proxy.custom_mapping]\n# one\na = \"b\" # x\n\"c\" = [\n \"d\",\n]\n",
                 UnsetMapping{"c"}),
            "[proxy.custom_mapping]\n# one\na = \"b\" # x\n");
  EXPECT_EQ(Edit("proxy = { custom_mapping = { a = \"b\", c = \"d\" } }", UnsetMapping{"a"}),
            "proxy = { custom_mapping = { c = \"d\" } }");
  EXPECT_EQ(
      Edit("proxy = { custom_mapping.a = \"b\", custom_mapping.c = \"d\" }", UnsetMapping{"c"}),
      "proxy = { custom_mapping.a = \"b\" }");
  EXPECT_EQ(Edit("proxy.custom_mapping.a = \"b\"\n", UnsetMapping{"a"}), "");
  EXPECT_EQ(Edit("proxy.custom_mapping = { a = \"b\" }\n", UnsetMapping{"a"}),
            "proxy.custom_mapping = { }\n");
}

TEST(UnsetMapping, SaysThatThereIsNoSuchRule) {
  EXPECT_EQ(Edit("", UnsetMapping{"a"}),
            "not_found: the mapping has no rule for \"a\"; `agm map list` shows what it has");
}

const std::string kTwo =
    "# head\n[[accounts]] # first\nname = \"one\"\napi_key = \"k1\" # key\n# models = []\n\n"
    "# second\n[[accounts]]\n  name = 'two'\n  kind = \"mock\"\n\n[proxy]\nport = 1\n";

TEST(PutEntry, AddsASectionBehindTheOthers) {
  EXPECT_EQ(
      Edit(kTwo, PutEntry{"new", {{"kind", "mock"}, {"priority", 2}, {"enabled", false}}}),
      "# head\n[[accounts]] # first\nname = \"one\"\napi_key = \"k1\" # key\n# models = []\n\n"
      "# second\n[[accounts]]\n  name = 'two'\n  kind = \"mock\"\n\n"
      "[[accounts]]\nname = \"new\"\nkind = \"mock\"\npriority = 2\nenabled = false\n\n"
      "[proxy]\nport = 1\n");
  EXPECT_EQ(Edit("[proxy]\nport = 1", PutEntry{"new", {{"api_key", Secret("k")}}}),
            "[proxy]\nport = 1\n\n[[accounts]]\nname = \"new\"\napi_key = \"k\"\n");
}

TEST(PutEntry, AddsToAListAsItIsWritten) {
  const PutEntry add{"b", {{"kind", "mock"}}};
  EXPECT_EQ(Edit("accounts = []", add), "accounts = [{ name = \"b\", kind = \"mock\" }]");
  EXPECT_EQ(Edit("accounts = [{name = \"a\", kind = \"mock\"}]", add),
            "accounts = [{name = \"a\", kind = \"mock\"}, { name = \"b\", kind = \"mock\" }]");
  EXPECT_EQ(Edit("accounts = [\n  {name = \"a\", kind = \"mock\"} # one\n] # end\n", add),
            "accounts = [\n  {name = \"a\", kind = \"mock\"}, # one\n"
            "  { name = \"b\", kind = \"mock\" }\n] # end\n");
  EXPECT_EQ(Edit("accounts = [\n\t{name = \"a\", kind = \"mock\"}, # one\n\t# more\n]\n", add),
            "accounts = [\n\t{name = \"a\", kind = \"mock\"}, # one\n"
            "\t{ name = \"b\", kind = \"mock\" },\n\t# more\n]\n");
  EXPECT_EQ(Edit("accounts = [\n  {name = \"a\", kind = \"mock\"} ]\n", add),
            "accounts = [\n  {name = \"a\", kind = \"mock\"},\n"
            "  { name = \"b\", kind = \"mock\" } ]\n");
}

TEST(PutEntry, ChangesAddsAndRemovesFieldsOfTheOneThatIsThere) {
  EXPECT_EQ(
      Edit(kTwo,
           PutEntry{"one", {{"api_key", std::nullopt}, {"api_key_env", "KEY"}, {"enabled", true}}}),
      "# head\n[[accounts]] # first\nname = \"one\"\napi_key_env = \"KEY\"\nenabled = true\n"
      "# models = []\n\n# second\n[[accounts]]\n  name = 'two'\n  kind = \"mock\"\n\n"
      "[proxy]\nport = 1\n");
  EXPECT_EQ(Edit("accounts = [{name = \"a\", kind = \"mock\", priority = 1}]",
                 PutEntry{"a", {{"priority", 3}, {"enabled", false}}}),
            "accounts = [{name = \"a\", kind = \"mock\", priority = 3, enabled = false}]");
}

TEST(UpdateEntry, NeedsTheAccount) {
  EXPECT_EQ(Edit(kTwo, UpdateEntry{"three", {{"enabled", false}}}),
            "not_found: there is no account named \"three\"; `agm accounts list` shows those there "
            "are");
  EXPECT_THAT(Edit(kTwo, UpdateEntry{"two", {{"enabled", false}}}),
              HasSubstr("  kind = \"mock\"\n  enabled = false\n\n[proxy]"));
}

TEST(UpdateEntry, LeavesAValueThatSaysTheSame) {
  EXPECT_EQ(Edit(kTwo, UpdateEntry{"two", {{"name", "two"}, {"kind", "mock"}}}), kTwo);
}

TEST(RemoveEntry, TakesItsSectionOutAndKeepsOtherComments) {
  EXPECT_EQ(
      Edit(kTwo, RemoveEntry{"one"}),
      "# head\n\n# second\n[[accounts]]\n  name = 'two'\n  kind = \"mock\"\n\n[proxy]\nport = 1\n");
  EXPECT_EQ(
      Edit(kTwo, RemoveEntry{"two"}),
      "# head\n[[accounts]] # first\nname = \"one\"\napi_key = \"k1\" # key\n# models = []\n\n"
      "# second\n\n[proxy]\nport = 1\n");
  EXPECT_EQ(
      Edit("[proxy]\nport = 1\n\n[[accounts]]\nname = \"a\"\nkind = \"mock\"\n", RemoveEntry{"a"}),
      "[proxy]\nport = 1\n");
  EXPECT_THAT(Edit(kTwo, RemoveEntry{"three"}), HasSubstr("not_found: there is no account"));
}

TEST(RemoveEntry, TakesAllPartsOfIt) {
  EXPECT_EQ(Edit("[[accounts]]\nname = \"a\"\nkind = \"mock\"\n[accounts.more]\nx = 1\n[proxy]\n"
                 "port = 1\n[accounts.even.more]\ny = 1\n",
                 RemoveEntry{"a"}),
            "[proxy]\nport = 1\n");
}

TEST(RemoveEntry, TakesAnElementOfAList) {
  const std::string a = "{name = \"a\", kind = \"mock\"}";
  const std::string b = "{name = \"b\", kind = \"mock\"}";
  EXPECT_EQ(Edit("accounts = [" + a + ", " + b + "]", RemoveEntry{"a"}), "accounts = [" + b + "]");
  EXPECT_EQ(Edit("accounts = [" + a + ", " + b + ",]", RemoveEntry{"b"}),
            "accounts = [" + a + ",]");
  EXPECT_EQ(Edit("accounts = [" + a + "]", RemoveEntry{"a"}), "accounts = []");
  EXPECT_EQ(Edit("accounts = [\n  " + a + ", # one\n  " + b + " # two\n]\n", RemoveEntry{"b"}),
            "accounts = [\n  " + a + ", # one\n]\n");
  EXPECT_EQ(Edit("accounts = [\n  " + a + ", # one\n  " + b + "\n]\n", RemoveEntry{"a"}),
            "accounts = [\n  " + b + "\n]\n");
}

TEST(EditText, RefusesATextWithProblemsAndNamesThem) {
  EXPECT_EQ(Edit("[proxy]\nport = \"x\"\nhost = 1\n", SetMapping{"a", {"b"}}),
            "config: the file was not changed, because it already has errors:\n"
            "f.toml:2:8: proxy.port: expected an integer from 0 to 65535, found \"x\"\n"
            "f.toml:3:8: proxy.host: expected a string, found 1");
  EXPECT_THAT(Edit("[proxy", SetMapping{"a", {"b"}}), HasSubstr("f.toml:1:7: syntax error"));
}

TEST(EditText, RefusesAnAccountThatCouldNotBeLoaded) {
  EXPECT_THAT(Edit("", PutEntry{"a b", {{"kind", "mock"}}}), HasSubstr("name: expected a name of"));
  EXPECT_THAT(Edit("", PutEntry{"a", {{"kind", "mook"}}}), HasSubstr("did you mean \"mock\""));
}

TEST(Template, LoadsAsTheDefaultsAndNamesEverySetting) {
  const auto loaded = Load(Source{std::string(Template()), "t.toml"});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_THAT(loaded->warnings, IsEmpty());
  for (const SettingsTable& table : SettingsTables()) {
    EXPECT_THAT(Template(), HasSubstr(table.title));
    for (const SettingText& setting : table.settings) {
      const std::string value = setting.HasDefault() ? setting.value : "";
      EXPECT_THAT(Template(), HasSubstr(fmt::format("\n#{} = {}", setting.name, value)));
    }
  }
}

TEST(Template, LoadsWithEveryCommentedLineTakenIn) {
  std::string text;
  for (std::size_t at = 0; at < Template().size();) {
    const std::size_t end = Template().find('\n', at);
    std::string line(Template().substr(at, end - at));
    at = end + 1;
    const bool setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    // Each of these excludes the others.
    if (line.starts_with("#api_key") || line.starts_with("#url_")) continue;
    text += (setting ? line.substr(1) : line) + "\n";
  }
  const auto loaded = Load(Source{text, "t.toml"}, {{"GEMINI_API_KEY", "k"}});
  ASSERT_TRUE(loaded) << loaded.error().message << text;
  EXPECT_EQ(loaded->config.accounts.size(), 2U);
  EXPECT_EQ(loaded->config.mapping.size(), 2U);
}

TEST(Template, IsEditedWithoutMovingItsComments) {
  const std::string text = Edit(Template(), SetMapping{"a", {"b"}});
  EXPECT_TRUE(text.starts_with(Template()));
  EXPECT_EQ(text.substr(Template().size()), "\n[proxy.custom_mapping]\n\"a\" = \"b\"\n");
}

TEST(EditFile, MakesTheFileAndKeepsItToItsOwner) {
  test::TempDir dir;
  const auto edited = EditFile(dir / "new/f.toml", SetMapping{"a", {"b"}}, {});
  ASSERT_TRUE(edited) << edited.error().message;
  EXPECT_TRUE(edited->created);
  struct stat status {};
  ASSERT_EQ(::stat((dir / "new/f.toml").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_FALSE(EditFile(dir / "new/f.toml", SetMapping{"a", {"b"}}, {})->changed);
  EXPECT_TRUE(EditFile(dir / "new/f.toml", UnsetMapping{"a"}, {})->changed);
}

TEST(EditFile, KeepsALinkAndLocksItsTarget) {
  test::TempDir dir;
  dir.Write("real/f.toml", "# mine\n");
  fs::create_symlink("real/f.toml", dir / "link.toml");
  ASSERT_TRUE(EditFile(dir / "link.toml", SetMapping{"a", {"b"}}, {}));
  EXPECT_TRUE(fs::is_symlink(dir / "link.toml"));
  EXPECT_THAT(dir.Read("real/f.toml"), HasSubstr("# mine\n\n[proxy.custom_mapping]"));
  EXPECT_TRUE(fs::exists(dir / "real/.f.toml.lock"));
}

TEST(EditFile, LeavesABrokenFileUntouched) {
  test::TempDir dir;
  const auto file = dir.Write("f.toml", "port = = 1");
  const auto before = fs::last_write_time(file);
  const auto edited = EditFile(file, SetMapping{"a", {"b"}}, {});
  ASSERT_FALSE(edited);
  EXPECT_THAT(edited.error().message, HasSubstr(file.string() + ":1:8: "));
  EXPECT_EQ(dir.Read("f.toml"), "port = = 1");
  EXPECT_EQ(fs::last_write_time(file), before);
}

TEST(EditFile, DoesNotMindALockFileThatWasLeftAndRemovesLeftTemporaries) {
  test::TempDir dir;
  const auto file = dir.Write("f.toml", "");
  dir.Write(".f.toml.lock", "");
  dir.Write(".f.toml.agm-Ab12Cd", "[pro");
  dir.Write("f.toml.backup", "mine");
  ASSERT_TRUE(EditFile(file, SetMapping{"a", {"b"}}, {}));
  EXPECT_FALSE(fs::exists(dir / ".f.toml.agm-Ab12Cd"));
  EXPECT_TRUE(fs::exists(dir / "f.toml.backup"));
}

TEST(EditFile, LosesNoEditOfSeveralAtOnce) {
  test::TempDir dir;
  const auto file = dir.Write("f.toml", "# head\n");
  {
    std::vector<std::jthread> editors;
    for (int t = 0; t < 4; ++t) {
      editors.emplace_back([&, t] {
        for (int i = 0; i < 5; ++i) {
          EXPECT_TRUE(EditFile(file, SetMapping{fmt::format("m{}-{}", t, i), {"x"}}, {}));
        }
      });
    }
  }
  EXPECT_EQ(Load(Location{file, FoundBy::kFlag}, {})->config.mapping.size(), 20U);
}

TEST(EditFile, DoesNotLoseWhatAnEditorSavesMeanwhile) {
  test::TempDir dir;
  const auto file = dir.Write("f.toml", "[proxy.custom_mapping]\n");
  int saves = 0;
  const auto edited = EditFile(file, SetMapping{"a", {"b"}}, {}, [&] {
    if (++saves < 3) dir.Write("f.toml", fmt::format("[proxy.custom_mapping]\n# save {}\n", saves));
  });
  ASSERT_TRUE(edited) << edited.error().message;
  EXPECT_EQ(dir.Read("f.toml"), "[proxy.custom_mapping]\n\"a\" = \"b\"\n# save 2\n");
  EXPECT_EQ(saves, 3);
}

TEST(EditFile, GivesUpOnAFileThatKeepsChanging) {
  test::TempDir dir;
  const auto file = dir.Write("f.toml", "");
  int saves = 0;
  const auto edited = EditFile(file, SetMapping{"a", {"b"}}, {},
                               [&] { dir.Write("f.toml", fmt::format("# save {}\n", ++saves)); });
  ASSERT_FALSE(edited);
  EXPECT_THAT(edited.error().message, HasSubstr("keeps changing"));
  EXPECT_EQ(dir.Read("f.toml"), fmt::format("# save {}\n", saves));
}

TEST(EditFile, RefusesAFileThatBreaksMeanwhile) {
  test::TempDir dir;
  const auto file = dir.Write("f.toml", "");
  const auto edited =
      EditFile(file, SetMapping{"a", {"b"}}, {}, [&] { dir.Write("f.toml", "half a li"); });
  ASSERT_FALSE(edited);
  EXPECT_EQ(edited.error().code, ErrorCode::kConfig);
  EXPECT_EQ(dir.Read("f.toml"), "half a li");
}

TEST(WriteFileAtomically, AsksRightBeforeItReplaces) {
  test::TempDir dir;
  const auto file = dir.Write("f", "old");
  const auto written = WriteFileAtomically(file, "new", 0600, [] { return false; });
  ASSERT_FALSE(written);
  EXPECT_EQ(dir.Read("f"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), {}), 1);
}

TEST(InitFile, WritesTheTemplateOnce) {
  test::TempDir dir;
  ASSERT_TRUE(InitFile(dir / "sub/f.toml"));
  EXPECT_EQ(dir.Read("sub/f.toml"), Template());
  const auto again = InitFile(dir / "sub/f.toml");
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, HasSubstr("exists already"));
}

// A process that is killed while it writes leaves its temporary file.
TEST(InitFile, RemovesWhatAKilledProcessLeft) {
  test::TempDir dir;
  dir.Write(".f.toml.agm-abcdef", "half");
  dir.Write(".g.toml.agm-abcdef", "of another file");
  ASSERT_TRUE(InitFile(dir / "f.toml"));
  EXPECT_FALSE(fs::exists(dir / ".f.toml.agm-abcdef"));
  EXPECT_TRUE(fs::exists(dir / ".g.toml.agm-abcdef"));
}

TEST(EditText, RefusesAVerbatimValueThatIsNoValue) {
  for (const char* value : {"[1", "", "1\nport = 2", "\"a"}) {
    const auto edited =
        EditText("[proxy]\nhost = \"a\"\n",
                 SetSetting{{"proxy"}, {"max_attempts", Verbatim{value}}}, "/etc/agm/f.toml");
    ASSERT_FALSE(edited) << value;
    EXPECT_EQ(edited.error().code, ErrorCode::kConfig) << value;
  }
}

}  // namespace
}  // namespace agm::config
