#include "cli/clients/journal.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/temp_dir.h"

namespace agm::cli {
namespace {

Journal OneFile() {
  SetFileRecord file;
  file.path = "/home/me/.x/settings.json";
  file.format = Format::kToml;
  file.before = "a = 1\n";
  file.after = "a = 1\nb = 2\n";
  file.mode = 0640;
  file.first_folder = "/home/me/.x";
  file.keys = {{{"p", "b"}, std::nullopt, "2", 1}, {{"a"}, "1", "3", 0}};
  file.secrets = {"sk-1"};
  return {file};
}

TEST(Journal, IsReadAsItWasWritten) {
  const test::TempDir folder;
  ASSERT_TRUE(SaveJournal(folder.path(), "codex", OneFile()));
  const auto read = LoadJournal(folder.path(), "codex");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_TRUE(*read);
  ASSERT_EQ((*read)->size(), 1U);
  const SetFileRecord& file = (*read)->front();
  EXPECT_EQ(file.path, "/home/me/.x/settings.json");
  EXPECT_EQ(file.format, Format::kToml);
  EXPECT_EQ(file.before, "a = 1\n");
  EXPECT_EQ(file.after, "a = 1\nb = 2\n");
  EXPECT_EQ(file.mode, 0640U);
  EXPECT_EQ(file.first_folder, "/home/me/.x");
  ASSERT_EQ(file.keys.size(), 2U);
  EXPECT_EQ(file.keys[0].path, (KeyPath{"p", "b"}));
  EXPECT_EQ(file.keys[0].before, std::nullopt);
  EXPECT_EQ(file.keys[0].after, "2");
  EXPECT_EQ(file.keys[0].tables, 1U);
  EXPECT_EQ(file.keys[1].before, "1");
  EXPECT_EQ(file.secrets, std::vector<std::string>{"sk-1"});
}

TEST(Journal, TellsNoFileFromAnEmptyOne) {
  const test::TempDir folder;
  for (const std::optional<std::string>& before :
       {std::optional<std::string>(), std::optional<std::string>("")}) {
    Journal journal = OneFile();
    journal[0].before = before;
    ASSERT_TRUE(SaveJournal(folder.path(), "codex", journal));
    EXPECT_EQ((*LoadJournal(folder.path(), "codex"))->front().before, before);
  }
}

TEST(Journal, GoesWhereNothingIsLeftOfIt) {
  const test::TempDir folder;
  EXPECT_FALSE(*LoadJournal(folder.path(), "codex"));
  ASSERT_TRUE(SaveJournal(folder.path(), "codex", OneFile()));
  EXPECT_FALSE(*LoadJournal(folder.path(), "other"));
  ASSERT_TRUE(SaveJournal(folder.path(), "codex", {}));
  EXPECT_FALSE(*LoadJournal(folder.path(), "codex"));
  EXPECT_FALSE(std::filesystem::exists(folder / "clients/codex.json"));
  EXPECT_TRUE(SaveJournal(folder.path(), "codex", {}));
}

TEST(Journal, RefusesWhatIsNone) {
  const test::TempDir folder;
  for (const char* text : {"", "{", "[]", "{}", R"({"files":[{}]})", R"({"files":[{"path":1}]})"}) {
    folder.Write("clients/codex.json", text);
    EXPECT_FALSE(LoadJournal(folder.path(), "codex")) << text;
  }
  std::filesystem::create_directories(folder / "clients/dir.json");
  EXPECT_FALSE(LoadJournal(folder.path(), "dir"));
}

}  // namespace
}  // namespace agm::cli
