#include "cli/monitoring_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/base/json.h"
#include "core/gateway/metrics_page.h"
#include "tests/core/ledger/entries.h"

namespace agm::cli {
namespace {

// Metrics with a sample of every family.
std::string Exported() {
  gateway::Metrics metrics;
  ledger::Entry answered = ledger::Answered();
  answered.upstream = std::chrono::milliseconds(5);
  answered.first_byte = std::chrono::milliseconds(6);
  metrics.Count(answered);
  metrics.Count(ledger::Failed());
  metrics.Reloaded(true);
  gateway::PresentState state;
  accounts::AccountStatus account;
  account.name = "work";
  account.state = accounts::AccountState::kCooling;
  account.cooldowns = {{"", "minute_quota", ledger::kNoon}};
  state.accounts = {account};
  state.certificate_expires = ledger::kNoon;
  gateway::KeyFigures key;
  key.name = "ci";
  key.used = {{"day", 0.5}};
  state.keys = {key};
  return gateway::WriteMetrics(metrics, state);
}

std::set<std::string> NamesIn(const std::string& text) {
  std::set<std::string> names;
  for (const std::string prefix : {"agm_", "process_"}) {
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at)) {
      std::size_t end = at;
      while (end < text.size() &&
             (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_')) {
        ++end;
      }
      names.insert(text.substr(at, end - at));
      at = end;
    }
  }
  return names;
}

// The names of samples, that is of lines without '#'.
std::set<std::string> Samples(const std::string& exported) {
  std::set<std::string> names;
  for (std::size_t at = 0; at < exported.size();) {
    const std::size_t end = exported.find('\n', at);
    const std::string line = exported.substr(at, end - at);
    if (!line.starts_with('#')) names.insert(line.substr(0, line.find_first_of("{ ")));
    at = end + 1;
  }
  return names;
}

TEST(Monitoring, RulesAndDashboardUseOnlyWhatIsExported) {
  const auto exported = Samples(Exported());
  const auto used = NamesIn(AlertRules() + Dashboard());
  EXPECT_GT(used.size(), 15U);
  for (const std::string& name : used) {
    EXPECT_TRUE(exported.contains(name)) << name << " is not exported";
  }
}

TEST(Monitoring, TheDashboardIsJson) {
  const auto json = ParseJson(Dashboard());
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_GT((*json)["panels"].size(), 10U);
  int id = 0;
  for (const Json& panel : (*json)["panels"]) EXPECT_EQ(panel["id"], ++id);
  EXPECT_EQ((*json)["title"], "agm");
  EXPECT_EQ((*json)["uid"], "agm");
  EXPECT_EQ((*json)["refresh"], "30s");
  EXPECT_EQ((*json)["time"], (Json{{"from", "now-6h"}, {"to", "now"}}));
  EXPECT_EQ((*json)["__inputs"][0]["name"], "DS_PROMETHEUS");
}

TEST(Monitoring, EveryFamilyOfTheDesignIsExported) {
  const std::string exported = Exported();
  for (const char* family : {"agm_request_duration_seconds_bucket",
                             "agm_first_byte_seconds_bucket",
                             "agm_upstream_tries_total",
                             "agm_upstream_duration_seconds_bucket",
                             "agm_input_tokens_total",
                             "agm_output_tokens_total",
                             "agm_cached_input_tokens_total",
                             "agm_reasoning_tokens_total",
                             "agm_cost_usd_total",
                             "agm_unpriced_requests_total",
                             "agm_key_requests_total",
                             "agm_key_cost_usd_total",
                             "agm_account_rest_until_seconds",
                             "agm_accounts",
                             "agm_affinity_total",
                             "agm_key_limited_total",
                             "agm_key_budget_used_ratio",
                             "agm_telemetry_dropped_total",
                             "agm_wait_seconds_bucket",
                             "agm_log_rows_written_total",
                             "agm_log_rows_skipped_total",
                             "agm_log_bytes",
                             "agm_config_reloads_total",
                             "agm_config_loaded_timestamp_seconds",
                             "agm_certificate_expiry_timestamp_seconds",
                             "process_start_time_seconds",
                             "process_resident_memory_bytes",
                             "process_open_fds",
                             "process_max_fds",
                             "process_cpu_seconds_total",
                             "process_threads"}) {
    EXPECT_TRUE(Samples(exported).contains(family)) << family;
  }
}

TEST(Monitoring, InventedNamesDoNotAddSeriesWithoutEnd) {
  gateway::Metrics metrics;
  for (int i = 0; i < 10'000; ++i) {
    ledger::Entry entry = i % 2 == 0 ? ledger::Failed() : ledger::Answered();
    entry.target = "invented-" + std::to_string(i);
    entry.caller = "key-" + std::to_string(i % 1'000);
    entry.history.clear();
    metrics.Count(entry);
  }
  const std::string text = gateway::WriteMetrics(metrics, {});
  const auto lines = std::count(text.begin(), text.end(), '\n');
  EXPECT_LT(lines, 100 * 64 + 10 * 200);
  EXPECT_NE(text.find("model=\"other\""), std::string::npos);
  EXPECT_LT(text.size(), 600'000U);
}

TEST(Monitoring, TokensAndCostsAreSums) {
  gateway::Metrics metrics;
  ledger::Entry entry = ledger::Answered();
  entry.cost = {550'000, 0};
  entry.tokens.cached = 10;
  metrics.Count(entry);
  metrics.Count(entry);
  const std::string text = gateway::WriteMetrics(metrics, {});
  for (const char* line :
       {"agm_input_tokens_total{model=\"gemini-2.5-flash\",modality=\"text\"} 2000\n",
        "agm_cached_input_tokens_total{model=\"gemini-2.5-flash\",modality=\"unknown\"} 20\n",
        "agm_cost_usd_total{model=\"gemini-2.5-flash\"} 0.001100000\n",
        "agm_cost_billed_usd_total{model=\"gemini-2.5-flash\"} 0.000000000\n",
        "agm_upstream_tries_total{model=\"gemini-2.5-flash\",account=\"work\",outcome=\"ok\"} 2\n",
        "agm_key_requests_total{key=\"laptop\",outcome=\"ok\"} 2\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace agm::cli
