#include "core/config/show.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/settings.h"

namespace agm::config {
namespace {

using ::testing::IsEmpty;

Loaded LoadedFrom(const std::string& text, const Environment& environment = {}) {
  auto loaded = Load(Source{text, "/etc/agm/f.toml"}, environment);
  EXPECT_TRUE(loaded) << loaded.error().message;
  return loaded ? *loaded : Loaded();
}

/// The settings of a table; empty where it is not shown.
std::vector<Shown> ShownOf(const Loaded& loaded, std::string_view table) {
  for (const ShownTable& each : ShowTables(loaded)) {
    if (each.name == table) return each.settings;
  }
  return {};
}
std::vector<Shown> ShowProxy(const Loaded& loaded) { return ShownOf(loaded, "proxy"); }

/// The setting of that name; without a name where it is not shown.
Shown Find(const std::vector<Shown>& shown, const std::string& name) {
  const auto at = std::ranges::find(shown, name, &Shown::name);
  return at == shown.end() ? Shown{{}, "(none)", Origin::kFlag, "(none)"} : *at;
}

bool Lists(const std::vector<Shown>& shown, const std::string& name) {
  return !Find(shown, name).name.empty();
}

std::string ValueOf(const std::vector<Shown>& shown, const std::string& name) {
  return Find(shown, name).value;
}

TEST(Show, NamesEverySettingOfTheProxyWithItsOrigin) {
  const auto shown =
      ShowProxy(LoadedFrom("[proxy]\nport = 9000\nmax_wait = 0.5\n", {{"AGM_HOST", "127.0.0.2"}}));
  EXPECT_EQ(ValueOf(shown, "port"), "9000");
  EXPECT_EQ(Find(shown, "port").origin, Origin::kFile);
  EXPECT_EQ(ValueOf(shown, "host"), "\"127.0.0.2\"");
  EXPECT_EQ(Find(shown, "host").origin, Origin::kEnvironment);
  EXPECT_EQ(ValueOf(shown, "max_wait"), "0.5");
  EXPECT_EQ(ValueOf(shown, "max_attempts"), std::to_string(Proxy().max_attempts));
  EXPECT_EQ(Find(shown, "max_attempts").origin, Origin::kDefault);
  for (const auto& setting : ProxySettings()) {
    EXPECT_EQ(Lists(shown, std::string(setting.name)),
              setting.read != nullptr || setting.name == "api_key")
        << setting.name;
  }
}

TEST(Show, SaysWhereTheServerListensAndWhatAutoMeans) {
  const auto shown = ShowProxy(LoadedFrom(""));
  EXPECT_EQ(ValueOf(shown, "host"), "\"127.0.0.1\"");
  EXPECT_EQ(Find(shown, "auth_mode").note, "auto means off here");
  EXPECT_EQ(Find(shown, "port").note, "");
  const auto lan = ShowProxy(
      LoadedFrom("[proxy]\nallow_lan_access = true\napi_key = \"sk-local-1234567890\"\n"));
  EXPECT_NE(ValueOf(lan, "host"), "\"127.0.0.1\"");
  EXPECT_NE(Find(lan, "auth_mode").note, "auto means off here");
  const auto strict =
      ShowProxy(LoadedFrom("[proxy]\nauth_mode = \"strict\"\napi_key = \"sk-local-1234567890\"\n"));
  EXPECT_EQ(Find(strict, "auth_mode").note, "");
}

TEST(Show, MasksEveryKey) {
  EXPECT_EQ(ValueOf(ShowProxy(LoadedFrom("")), "api_key"), "\"\"");
  const auto one = ShowProxy(LoadedFrom("[proxy]\napi_key = \"sk-local-1234567890\"\n"));
  EXPECT_THAT(ValueOf(one, "api_key"), testing::Not(testing::HasSubstr("1234567")));
  EXPECT_EQ(Find(one, "api_key").origin, Origin::kFile);
  EXPECT_FALSE(Lists(one, "api_keys"));
  const auto named =
      ShowProxy(LoadedFrom("[proxy]\napi_keys = [{ name = \"a\", key = \"sk-local-1234567890\" },"
                           " { name = \"b\", key = \"sk-other-1234567890\" }]\n"));
  EXPECT_FALSE(Lists(named, "api_key"));
  EXPECT_THAT(ValueOf(named, "api_keys"),
              testing::MatchesRegex(R"(\[\{ name = "a", key = ".*" \}, \{ name = "b", .* \}\])"));
  EXPECT_THAT(ValueOf(named, "api_keys"), testing::Not(testing::HasSubstr("1234567")));
}

TEST(Show, HidesTheUserOfTheUpstreamProxy) {
  const auto shown = [](const std::string& url) {
    return ValueOf(ShowProxy(LoadedFrom("[proxy]\nupstream_proxy = \"" + url + "\"\n")),
                   "upstream_proxy");
  };
  EXPECT_EQ(shown("http://h:1/"), "\"http://h:1/\"");
  EXPECT_EQ(shown("http://me:pw@h:1"), "\"http://…@h:1\"");
  EXPECT_EQ(shown("socks5://me:pw@h"), "\"socks5://…@h\"");
}

TEST(Show, HidesTheUserOfTheCluster) {
  const auto shown = [](const std::string& url) {
    return ValueOf(ShownOf(LoadedFrom("[cluster]\nurl = \"" + url + "\"\n"), "cluster"), "url");
  };
  EXPECT_EQ(shown("redis://h:1"), "\"redis://h:1\"");
  EXPECT_EQ(shown("redis://me:pw@h:1/2"), "\"redis://...@h:1/2\"");
}

TEST(Show, LeavesOutTheTablesThatAreNotUsed) {
  const Loaded none = LoadedFrom("");
  EXPECT_THAT(ShownOf(none, "telemetry"), IsEmpty());
  EXPECT_THAT(ShownOf(none, "cluster"), IsEmpty());
  EXPECT_THAT(ShownOf(none, "proxy.tls"), IsEmpty());
  EXPECT_EQ(ShownOf(none, "log").size(), LogTableSettings().size());
  EXPECT_EQ(Find(ShownOf(none, "log"), "level").origin, Origin::kDefault);

  const Loaded all = LoadedFrom(
      "[telemetry]\nendpoint = \"http://127.0.0.1:4318\"\n"
      "[cluster]\nurl = \"redis://127.0.0.1:6379\"\nnode = \"a\"\n"
      "[proxy.tls]\ncertificate = \"c.pem\"\nkey = \"k.pem\"\n[log]\nlevel = \"debug\"\n");
  EXPECT_EQ(ShownOf(all, "telemetry").size(), TelemetryTableSettings().size());
  EXPECT_EQ(ValueOf(ShownOf(all, "telemetry"), "endpoint"), "\"http://127.0.0.1:4318\"");
  EXPECT_EQ(Find(ShownOf(all, "telemetry"), "endpoint").origin, Origin::kFile);
  EXPECT_EQ(ShownOf(all, "cluster").size(), ClusterTableSettings().size());
  EXPECT_EQ(ValueOf(ShownOf(all, "cluster"), "node"), "\"a\"");
  EXPECT_EQ(Find(ShownOf(all, "cluster"), "node").origin, Origin::kFile);
  EXPECT_EQ(ValueOf(ShownOf(all, "proxy.tls"), "certificate"), "\"/etc/agm/c.pem\"");
  EXPECT_EQ(Find(ShownOf(all, "proxy.tls"), "certificate").origin, Origin::kFile);
  EXPECT_EQ(ValueOf(ShownOf(all, "log"), "level"), "\"debug\"");
  EXPECT_EQ(Find(ShownOf(all, "log"), "level").origin, Origin::kFile);
}

TEST(Show, LeavesOutWhatAnAccountDoesNotHave) {
  const Loaded loaded = LoadedFrom(
      "[[accounts]]\nname = \"a\"\napi_key = \"AIza-some-key-1234\"\n"
      "[[accounts]]\nname = \"b\"\napi_key_env = \"KEY\"\n",
      {{"KEY", "AIza-other-key-1234"}});
  const auto own = ShowAccount(loaded.config.accounts.at(0));
  EXPECT_EQ(ValueOf(own, "name"), "\"a\"");
  EXPECT_THAT(ValueOf(own, "api_key"), testing::Not(testing::HasSubstr("some-key")));
  EXPECT_FALSE(Lists(own, "email"));
  EXPECT_EQ(own.front().note, "");
  const auto referring = ShowAccount(loaded.config.accounts.at(1));
  EXPECT_FALSE(Lists(referring, "api_key"));
  EXPECT_EQ(ValueOf(referring, "api_key_env"), "\"KEY\"");

  const Loaded missing = LoadedFrom("[[accounts]]\nname = \"b\"\napi_key_env = \"KEY\"\n");
  EXPECT_THAT(ShowAccount(missing.config.accounts.at(0)).front().note,
              testing::StartsWith("cannot be used: "));
}

}  // namespace
}  // namespace agm::config
