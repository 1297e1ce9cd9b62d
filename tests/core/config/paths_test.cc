#include "core/config/paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace agm::config {
namespace {

TEST(FindConfig, LooksAtTheFlagThenTheVariableThenXdgThenHome) {
  const Environment all = {
      {"AGM_CONFIG", "/a/b.toml"}, {"XDG_CONFIG_HOME", "/xdg"}, {"HOME", "/home/me"}};
  EXPECT_EQ(FindConfig("/f.toml", all).path, "/f.toml");
  EXPECT_TRUE(FindConfig("/f.toml", all).required());
  EXPECT_EQ(FindConfig("", all).path, "/a/b.toml");
  EXPECT_FALSE(FindConfig("", all).required());
  EXPECT_EQ(FindConfig("", {{"XDG_CONFIG_HOME", "/xdg"}, {"HOME", "/home/me"}}).path,
            "/xdg/agm/config.toml");
  EXPECT_EQ(FindConfig("", {{"XDG_CONFIG_HOME", "relative"}, {"HOME", "/home/me"}}).path,
            "/home/me/.config/agm/config.toml");
  EXPECT_EQ(FindConfig("", {}).path, "");
}

TEST(FindConfig, MakesRelativeNamesAbsolute) {
  EXPECT_EQ(FindConfig("x/../f.toml", {}).path, std::filesystem::current_path() / "f.toml");
}

TEST(StateDir, LooksAtTheVariableThenXdgThenHome) {
  EXPECT_EQ(*StateDir({{"AGM_STATE_DIR", "/s"}, {"XDG_STATE_HOME", "/xdg"}}), "/s");
  EXPECT_EQ(*StateDir({{"XDG_STATE_HOME", "/xdg"}, {"HOME", "/h"}}), "/xdg/agm");
  EXPECT_EQ(*StateDir({{"HOME", "/h"}}), "/h/.local/state/agm");
  const auto none = StateDir({{"HOME", ""}});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, testing::HasSubstr("set AGM_STATE_DIR"));
}

TEST(ProcessEnvironment, HoldsTheVariablesOfTheProcess) {
  ASSERT_EQ(::setenv("AGM_TEST_VARIABLE", "a=b", 1), 0);
  ASSERT_EQ(::setenv("AGM_TEST_EMPTY", "", 1), 0);
  const Environment all = ProcessEnvironment();
  ASSERT_EQ(::unsetenv("AGM_TEST_VARIABLE"), 0);
  ASSERT_EQ(::unsetenv("AGM_TEST_EMPTY"), 0);
  EXPECT_EQ(Get(all, "AGM_TEST_VARIABLE"), "a=b");
  EXPECT_EQ(all.count("AGM_TEST_EMPTY"), 1U);
  EXPECT_EQ(ProcessEnvironment().count("AGM_TEST_VARIABLE"), 0U);
}

}  // namespace
}  // namespace agm::config
