#include "core/gateway/metrics_page.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/gateway/metrics.h"

namespace agm::gateway {
namespace {

using std::chrono::seconds;

bool Has(const std::string& text, const std::string& line) {
  return text.find("\n" + line + "\n") != std::string::npos;
}

ledger::Entry Answered() {
  ledger::Entry entry;
  entry.route = "chat_completions";
  entry.caller = "ci";
  entry.target = "gemini-2.5-flash";
  entry.account = "work";
  entry.status = 200;
  entry.tries = 1;
  entry.calls_model = true;
  entry.stream = true;
  entry.total = seconds(2);
  entry.first_byte = std::chrono::milliseconds(20);
  entry.tokens.known = true;
  entry.tokens.input = 100;
  entry.tokens.output = 40;
  entry.tokens.cached = 30;
  entry.tokens.thoughts = 10;
  entry.tokens.input_audio = 5;
  entry.tokens.input_image = 15;
  entry.tokens.output_image = 7;
  return entry;
}

std::string Page(const Metrics& metrics, const PresentState& state = {}) {
  return WriteMetrics(metrics, state);
}

// Every sample stands behind the head of its family, and no family has two heads.
TEST(MetricsPage, PutsEverySampleInItsFamily) {
  Metrics metrics;
  metrics.Count(Answered());
  PresentState state;
  state.certificate_expires = WallTime(seconds(1));
  accounts::AccountStatus account;
  account.name = "work";
  account.cooldowns.push_back({"m", "minute_quota", WallTime(seconds(5))});
  state.accounts.push_back(account);
  KeyFigures key{"ci"};
  key.used.emplace_back("day", 0.5);
  state.keys.push_back(key);

  std::istringstream lines(Page(metrics, state));
  std::set<std::string> families;
  std::string family;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(families.insert(family).second) << line;
    } else if (!line.starts_with("# TYPE " + family + " ")) {
      const std::string name = line.substr(0, line.find_first_of("{ "));
      const bool part =
          name == family + "_bucket" || name == family + "_sum" || name == family + "_count";
      EXPECT_TRUE(name == family || part) << line << " in " << family;
    }
  }
  for (const char* expected :
       {"agm_tokens_total", "agm_config_reloads_total", "agm_account_rest_until_seconds",
        "agm_key_budget_used_ratio", "agm_certificate_expiry_timestamp_seconds"}) {
    EXPECT_TRUE(families.contains(expected)) << expected;
  }
}

TEST(MetricsPage, CountsTheTokensOfAModelOnce) {
  Metrics metrics;
  metrics.Count(Answered());
  const std::string page = Page(metrics);
  const std::string model = "{model=\"gemini-2.5-flash\",modality=";
  EXPECT_TRUE(Has(page, "agm_tokens_total{direction=\"input\"} 100"));
  EXPECT_TRUE(Has(page, "agm_tokens_total{direction=\"output\"} 40"));
  EXPECT_TRUE(Has(page, "agm_input_tokens_total" + model + "\"audio\"} 5"));
  EXPECT_TRUE(Has(page, "agm_input_tokens_total" + model + "\"image\"} 15"));
  EXPECT_TRUE(Has(page, "agm_input_tokens_total" + model + "\"text\"} 80"));
  EXPECT_TRUE(Has(page, "agm_output_tokens_total" + model + "\"text\"} 33"));
  EXPECT_TRUE(Has(page, "agm_cached_input_tokens_total" + model + "\"unknown\"} 30"));
  EXPECT_TRUE(Has(page, "agm_reasoning_tokens_total" + model + "\"text\"} 10"));
}

TEST(MetricsPage, PutsADurationIntoAllBucketsFromItsOwnOn) {
  Metrics metrics;
  metrics.Count(Answered());
  ledger::Entry failed = Answered();
  failed.first_byte = std::chrono::microseconds(-1);  // no byte was sent
  metrics.Count(failed);
  const std::string page = Page(metrics);
  const auto bucket = [](std::string_view le, int count) {
    return fmt::format(
        "agm_first_byte_seconds_bucket{{route=\"chat_completions\",stream=\"true\",le=\"{}\"}} {}",
        le, count);
  };
  EXPECT_TRUE(Has(page, bucket("0.01", 0))) << page;
  EXPECT_TRUE(Has(page, bucket("0.025", 1)));
  EXPECT_TRUE(Has(page, bucket("600", 1)));
  EXPECT_TRUE(Has(page, bucket("+Inf", 1)));
  const std::string labels = "{route=\"chat_completions\",stream=\"true\"} ";
  EXPECT_TRUE(Has(page, "agm_request_duration_seconds_sum" + labels + "4"));
  EXPECT_TRUE(Has(page, "agm_request_duration_seconds_count" + labels + "2"));
}

TEST(MetricsPage, CountsReloadsByTheirOutcome) {
  Metrics metrics;
  metrics.Reloaded(true);
  metrics.Reloaded(true);
  metrics.Reloaded(false);
  const std::string page = Page(metrics);
  EXPECT_TRUE(Has(page, "agm_config_reloads_total{outcome=\"applied\"} 2"));
  EXPECT_TRUE(Has(page, "agm_config_reloads_total{outcome=\"refused\"} 1"));
}

TEST(MetricsPage, ShowsTheLatestEndOfAnAccountsCooldownsByReason) {
  accounts::AccountStatus account;
  account.name = "work";
  account.state = accounts::AccountState::kCooling;
  account.cooldowns.push_back({"a", "minute_quota", WallTime(seconds(50))});
  account.cooldowns.push_back({"b", "minute_quota", WallTime(seconds(90))});
  account.cooldowns.push_back({"c", "minute_quota", WallTime(seconds(70))});
  account.cooldowns.push_back({"", "bad_key", std::nullopt});
  PresentState state;
  state.accounts.push_back(account);
  const std::string page = Page(Metrics(), state);
  const std::string labels = "{account=\"work\",";
  EXPECT_TRUE(Has(page, "agm_account_rest_until_seconds" + labels + "reason=\"minute_quota\"} 90"));
  EXPECT_EQ(page.find("reason=\"bad_key\""), std::string::npos) << "it has no end";
  EXPECT_TRUE(Has(page, "agm_account_state" + labels + "state=\"cooling\"} 1"));
  EXPECT_TRUE(Has(page, "agm_account_state" + labels + "state=\"ready\"} 0"));
  EXPECT_TRUE(Has(page, "agm_accounts{state=\"cooling\"} 1"));
}

TEST(MetricsPage, TellsOfTheClusterWhereThereIsOne) {
  EXPECT_EQ(Page(Metrics()).find("agm_cluster_"), std::string::npos);
  PresentState state;
  cluster::LinkStatus& link = state.link.emplace();
  link.state = cluster::LinkState::kConnected;
  link.round_trip = std::chrono::microseconds(1'500);
  link.lag = Duration(250);
  link.connections = 3;
  link.commands = 40;
  link.changes = 50;
  link.missed = 6;
  link.waiting = 7;
  const std::string page = Page(Metrics(), state);
  for (const char* line :
       {"agm_cluster_connected 1", "agm_cluster_round_trip_seconds 0.0015",
        "agm_cluster_lag_seconds 0.25", "agm_cluster_reconnections_total 2",
        "agm_cluster_commands_total 40", "agm_cluster_changes_total 50",
        "agm_cluster_missed_total 6", "agm_cluster_waiting_writes 7",
        "# TYPE agm_cluster_connected gauge", "# TYPE agm_cluster_changes_total counter"}) {
    EXPECT_TRUE(Has(page, line)) << line;
  }
}

TEST(MetricsPage, ANodeAloneHasNoReconnections) {
  PresentState state;
  cluster::LinkStatus& link = state.link.emplace();
  for (const auto alone : {cluster::LinkState::kAlone, cluster::LinkState::kHindered}) {
    link.state = alone;
    const std::string page = Page(Metrics(), state);
    EXPECT_TRUE(Has(page, "agm_cluster_connected 0"));
    EXPECT_TRUE(Has(page, "agm_cluster_reconnections_total 0"));
  }
  link.connections = 1;
  EXPECT_TRUE(Has(Page(Metrics(), state), "agm_cluster_reconnections_total 0"));
}

TEST(MetricsPage, ShowsWhereConversationsWent) {
  PresentState state;
  state.affinities.kept = 5;
  state.affinities.moved = 6;
  state.affinities.began = 7;
  const std::string page = Page(Metrics(), state);
  EXPECT_TRUE(Has(page, "agm_affinity_total{outcome=\"kept\"} 5"));
  EXPECT_TRUE(Has(page, "agm_affinity_total{outcome=\"moved\"} 6"));
  EXPECT_TRUE(Has(page, "agm_affinity_total{outcome=\"began\"} 7"));
}

config::ClientKey LimitedKey(const std::string& name) {
  config::ClientKey key;
  key.name = name;
  key.id = name;
  key.hash = "sha256:" + std::string(64, '0');
  key.requests_per_minute = 1;
  return key;
}

std::vector<KeyFigures> KeysOf(const config::Config& config, keys::Meters& meters) {
  return FiguresOf(keys::Ring(config, meters), WallTime(seconds(1'795'262'400)), TimePoint());
}

TEST(MetricsPage, SumsUpKeysBeyondTheTwoHundredth) {
  config::Config config;
  keys::Meters meters;
  for (int i = 0; i < 200; ++i) config.keys.push_back(LimitedKey("key" + std::to_string(i)));
  EXPECT_EQ(KeysOf(config, meters).size(), 200U);
  EXPECT_EQ(KeysOf(config, meters).back().name, "key199");
  for (int i = 200; i < 203; ++i) config.keys.push_back(LimitedKey("key" + std::to_string(i)));
  const auto all = KeysOf(config, meters);
  ASSERT_EQ(all.size(), 201U);
  EXPECT_EQ(all[199].name, "key199");
  EXPECT_EQ(all[200].name, "other");
}

TEST(MetricsPage, ShowsTheUsedPartOfEachBudgetOfALimitedKey) {
  config::Config config;
  config.proxy.time_zone = "UTC";
  keys::Meters meters;
  config::ClientKey& key = config.keys.emplace_back(LimitedKey("ci"));
  key.tokens = {100, 1'000};
  key.budget = {0, 500'000'000};  // nothing may be spent on a day: no part of that can be used
  config.keys.push_back(LimitedKey("free"));
  config.keys.back().requests_per_minute = 0;
  ledger::Entry entry = Answered();
  entry.at = WallTime(seconds(1'795'262'400));
  entry.cost.list = 250'000'000;
  meters.UseZone(keys::ZoneOf(config));
  const keys::Ring ring(config, meters);
  meters.Count(entry);
  const auto all = FiguresOf(ring, entry.at, TimePoint());
  ASSERT_EQ(all.size(), 1U) << "a key without limits has no figures";
  EXPECT_EQ(all[0].name, "ci");
  ASSERT_EQ(all[0].used.size(), 3U);
  EXPECT_EQ(all[0].used[0].first, "month");
  EXPECT_DOUBLE_EQ(all[0].used[0].second, 0.5);
  EXPECT_EQ(all[0].used[1].first, "tokens_day");
  EXPECT_DOUBLE_EQ(all[0].used[1].second, 1.4);
  EXPECT_EQ(all[0].used[2].first, "tokens_month");
  EXPECT_DOUBLE_EQ(all[0].used[2].second, 0.14);
}

}  // namespace
}  // namespace agm::gateway
