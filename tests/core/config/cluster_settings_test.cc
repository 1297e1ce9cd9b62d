#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/config/load.h"
#include "tests/support/temp_dir.h"

namespace agm::config {
namespace {

using testing::HasSubstr;

Checked Read(std::string_view text, const Environment& environment = {}) {
  return Check({std::string(text), "/etc/agm/f.toml"}, environment, {});
}

std::string ProblemsOf(std::string_view text, const Environment& environment = {}) {
  return Text(Read(text, environment).problems);
}

ClusterSettings ClusterOf(std::string_view text, const Environment& environment = {}) {
  const Checked checked = Read(text, environment);
  EXPECT_TRUE(checked.loaded) << Text(checked.problems);
  EXPECT_TRUE(checked.problems.empty()) << Text(checked.problems);
  return checked.loaded ? checked.loaded->config.cluster : ClusterSettings();
}

TEST(ReadCluster, TakesTheUrlFromEachOfItsPlaces) {
  const test::TempDir dir;
  const auto file = dir.Write("url", "redis://in.file:1 \r\n\n");
  EXPECT_FALSE(ClusterOf("").enabled());
  EXPECT_EQ(ClusterOf("[cluster]\nurl = \"redis://h:1\"\n").url.Reveal(), "redis://h:1");
  EXPECT_EQ(ClusterOf("[cluster]\nurl_env = \"URL\"\n", {{"URL", "redis://e:1"}}).url.Reveal(),
            "redis://e:1");
  EXPECT_EQ(ClusterOf("[cluster]\nurl_file = \"" + file.string() + "\"\n").url.Reveal(),
            "redis://in.file:1");
  EXPECT_EQ(ClusterOf("[cluster]\nurl = \"\"\nurl_env = \"URL\"\n", {{"URL", "redis://e:1"}})
                .url.Reveal(),
            "redis://e:1");
}

TEST(ReadCluster, AFileOfSpacesNamesNoServer) {
  const test::TempDir dir;
  const auto file = dir.Write("url", " \r\n");
  EXPECT_FALSE(ClusterOf("[cluster]\nurl_file = \"" + file.string() + "\"\n").enabled());
}

TEST(ReadCluster, RefusesTwoPlacesForTheUrl) {
  EXPECT_THAT(ProblemsOf("[cluster]\nurl = \"redis://h:1\"\nurl_env = \"URL\"\n"),
              HasSubstr("f.toml:1:1: cluster: expected one of url, url_env and url_file, found 2"));
  EXPECT_THAT(ProblemsOf("[cluster]\nurl_file = \"u\"\nurl_env = \"URL\"\n"), HasSubstr("found 2"));
}

TEST(ReadCluster, SaysWhyThereIsNoUrl) {
  EXPECT_EQ(ProblemsOf("[cluster]\nnode = \"a\"\nurl_env = \"URL\"\n"),
            "/etc/agm/f.toml:3:1: cluster.url_env: URL is not set");
  EXPECT_THAT(ProblemsOf("[cluster]\nnode = \"a\"\nurl_file = \"/nowhere/url\"\n"),
              HasSubstr("f.toml:3:1: cluster.url_file: /nowhere/url: no such file"));
}

TEST(ReadCluster, RefusesAUrlThatIsNone) {
  EXPECT_THAT(ProblemsOf("[cluster]\nnode = \"a\"\nurl = \"http://h:1\"\n"),
              HasSubstr("f.toml:3:1: cluster.url: "));
  EXPECT_THAT(ProblemsOf("[cluster]\nurl_env = \"URL\"\n", {{"URL", "http://h:1"}}),
              HasSubstr("f.toml:1:1: cluster.url: "));
  EXPECT_THAT(ProblemsOf("cluster = 1\n"), HasSubstr("cluster: expected a table: [cluster]"));
  EXPECT_THAT(ProblemsOf("[cluster]\nprefix = \"{a}\"\n"), HasSubstr("without spaces and braces"));
  EXPECT_THAT(ProblemsOf("[cluster]\nprefix = \"\"\n"), HasSubstr("without spaces and braces"));
}

}  // namespace
}  // namespace agm::config
