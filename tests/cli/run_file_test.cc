#include "cli/run_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "core/base/json.h"
#include "tests/support/temp_dir.h"

namespace agm::cli {
namespace {

TEST(RunFile, TellsTheAddressAndTheKeyWhileItLives) {
  const test::TempDir folder;
  EXPECT_FALSE(RunFile::Find(folder.path()));
  {
    const auto run = RunFile::Write(folder.path(), "http://127.0.0.1:1", Secret("sk-operator-1"));
    ASSERT_TRUE(run) << run.error().message;
    const auto found = RunFile::Find(folder.path());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->url, "http://127.0.0.1:1");
    EXPECT_EQ(found->key.Reveal(), "sk-operator-1");
    EXPECT_EQ(RunFile::FindUrl(folder.path()), "http://127.0.0.1:1");
  }
  EXPECT_FALSE(RunFile::Find(folder.path()));
  EXPECT_FALSE(RunFile::FindUrl(folder.path()));
  EXPECT_FALSE(std::filesystem::exists(folder / "run.json"));
}

TEST(RunFile, HoldsNoKeyWhereThereIsNone) {
  const test::TempDir folder;
  const auto run = RunFile::Write(folder.path(), "http://127.0.0.1:1");
  ASSERT_TRUE(run);
  EXPECT_FALSE(ParseJson(folder.Read("run.json"))->contains("key"));
  EXPECT_TRUE(RunFile::Find(folder.path())->key.empty());
}

TEST(RunFile, IsRemovedOnlyByTheGatewayThatWroteItLast) {
  const test::TempDir folder;
  const std::string theirs = R"({"pid": 1, "url": "u"})";
  {
    const auto run = RunFile::Write(folder.path(), "http://127.0.0.1:1");
    ASSERT_TRUE(run);
    folder.Write("run.json", theirs);
  }
  EXPECT_EQ(folder.Read("run.json"), theirs);
  EXPECT_EQ(RunFile::FindUrl(folder.path()), "u");
}

TEST(RunFile, MovesWithItsOwner) {
  const test::TempDir folder;
  auto first = RunFile::Write(folder.path(), "http://127.0.0.1:1");
  ASSERT_TRUE(first);
  {
    RunFile second = *std::move(first);
    EXPECT_TRUE(RunFile::Find(folder.path()));
  }
  EXPECT_FALSE(RunFile::Find(folder.path()));
}

TEST(RunFile, IsNotBelievedWhereSomethingIsMissing) {
  const test::TempDir folder;
  const std::string pid = std::to_string(::getpid());
  for (const std::string& text :
       {std::string("[]"), std::string("{"), "{\"pid\": " + pid + "}",
        std::string("{\"url\": \"u\"}"), "{\"pid\": \"" + pid + "\", \"url\": \"u\"}",
        "{\"pid\": " + pid + ", \"url\": 1}", std::string("{\"pid\": 0, \"url\": \"u\"}"),
        std::string("{\"pid\": -1, \"url\": \"u\"}")}) {
    folder.Write("run.json", text);
    EXPECT_FALSE(RunFile::Find(folder.path())) << text;
  }
  folder.Write("run.json", "{\"pid\": " + pid + ", \"url\": \"u\", \"key\": 1}");
  ASSERT_TRUE(RunFile::Find(folder.path()));
  EXPECT_TRUE(RunFile::Find(folder.path())->key.empty());
  folder.Write("run.json", "{\"pid\": 1, \"url\": \"u\"}");
  EXPECT_TRUE(RunFile::Find(folder.path())) << "a process of another user lives too";
}

TEST(RunFile, SaysThatItCannotBeWritten) {
  const test::TempDir folder;
  folder.Write("file", "x");
  EXPECT_FALSE(RunFile::Write(folder / "file", "http://127.0.0.1:1"));
}

TEST(RunFile, IsHandedOverByAssignment) {
  const test::TempDir folder;
  const test::TempDir other;
  auto kept = RunFile::Write(folder.path(), "http://127.0.0.1:1");
  ASSERT_TRUE(kept);
  {
    auto next = RunFile::Write(other.path(), "http://127.0.0.1:2");
    ASSERT_TRUE(next);
    *kept = *std::move(next);
  }
  EXPECT_FALSE(RunFile::Find(folder.path())) << "its gateway has ended";
  EXPECT_EQ(RunFile::FindUrl(other.path()), "http://127.0.0.1:2");
}

}  // namespace
}  // namespace agm::cli
