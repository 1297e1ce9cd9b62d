// The lines of GET /metrics, one by one.

#include <gtest/gtest.h>

#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/version.h"
#include "core/gateway/histogram.h"
#include "core/gateway/metrics.h"
#include "core/gateway/metrics_page.h"

namespace agm::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

ledger::Entry Answered() {
  ledger::Entry entry;
  entry.route = "chat_completions";
  entry.caller = "ci";
  entry.target = "gemini-2.5-flash";
  entry.account = "work";
  entry.status = 200;
  entry.tries = 1;
  entry.calls_model = true;
  entry.total = seconds(2);
  entry.first_byte = milliseconds(20);
  entry.upstream = milliseconds(300);
  entry.waited = milliseconds(40);
  entry.tokens.known = true;
  return entry;
}

/// The lines of one family that are samples, without the family's name.
std::vector<std::string> Samples(const std::string& page, const std::string& family) {
  std::vector<std::string> samples;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(family + "{") || line.starts_with(family + " ")) {
      samples.push_back(line.substr(family.size()));
    }
  }
  return samples;
}

using Lines = std::vector<std::string>;

TEST(MetricsLines, CountEveryTryByItsAccountAndOutcome) {
  ledger::Entry entry = Answered();
  entry.tries = 4;
  entry.account = "home";
  entry.history = {{"work", "gemini-2.5-flash", "minute_quota", "no quota", {}, {}},
                   {"work", "gemini-2.5-pro", "overloaded", "busy", {}, {}}};
  Metrics metrics;
  metrics.Count(entry);
  EXPECT_EQ(Samples(WriteMetrics(metrics, {}), "agm_upstream_tries_total"),
            (Lines{R"({model="gemini-2.5-flash",account="home",outcome="ok"} 2)",
                   R"({model="gemini-2.5-flash",account="work",outcome="minute_quota"} 1)",
                   R"({model="gemini-2.5-pro",account="work",outcome="overloaded"} 1)"}));
}

TEST(MetricsLines, CountNoAnsweredTryWhereAllFailed) {
  ledger::Entry entry = Answered();
  entry.status = 503;
  entry.history = {{"work", "gemini-2.5-flash", "overloaded", "busy", {}, {}}};
  Metrics metrics;
  metrics.Count(entry);
  EXPECT_EQ(Samples(WriteMetrics(metrics, {}), "agm_upstream_tries_total"),
            Lines{R"({model="gemini-2.5-flash",account="work",outcome="overloaded"} 1)"});
  entry.tries = 0;
  entry.history.clear();
  Metrics none;
  none.Count(entry);
  EXPECT_EQ(Samples(WriteMetrics(none, {}), "agm_upstream_tries_total"), Lines{});
}

TEST(MetricsLines, SumUpTheCostsOfAModelAndOfAKey) {
  ledger::Entry entry = Answered();
  entry.cost.list = 1'500'000'000;
  entry.cost.billed = 250'000'000;
  Metrics metrics;
  metrics.Count(entry);
  metrics.Count(entry);
  entry.cost = {};
  metrics.Count(entry);
  const std::string page = WriteMetrics(metrics, {});
  const std::string model = R"({model="gemini-2.5-flash"} )";
  EXPECT_EQ(Samples(page, "agm_cost_usd_total"), Lines{model + "3.000000000"});
  EXPECT_EQ(Samples(page, "agm_cost_billed_usd_total"), Lines{model + "0.500000000"});
  EXPECT_EQ(Samples(page, "agm_unpriced_requests_total"), Lines{model + "1"});
  EXPECT_EQ(Samples(page, "agm_key_cost_usd_total"), Lines{R"({key="ci"} 3.000000000)"});
}

TEST(MetricsLines, CountTheRequestsOfAKeyByTheirOutcome) {
  Metrics metrics;
  metrics.Count(Answered());
  ledger::Entry failed = Answered();
  failed.status = 400;
  metrics.Count(failed);
  metrics.Count(failed);
  ledger::Entry cancelled = Answered();
  cancelled.ended_by = "client";
  cancelled.error = "cancelled";
  metrics.Count(cancelled);
  ledger::Entry nobodys = Answered();
  nobodys.caller.clear();
  metrics.Count(nobodys);
  const std::string page = WriteMetrics(metrics, {});
  EXPECT_EQ(Samples(page, "agm_key_requests_total"),
            (Lines{R"({key="ci",outcome="cancelled"} 1)", R"({key="ci",outcome="error"} 2)",
                   R"({key="ci",outcome="ok"} 1)"}));
  EXPECT_EQ(Samples(page, "agm_requests_cancelled_total"), Lines{" 1"});
  EXPECT_EQ(Samples(page, "agm_requests_total"),
            (Lines{R"({route="chat_completions",status="200"} 3)",
                   R"({route="chat_completions",status="400"} 2)"}));
}

TEST(MetricsLines, NameAtMostTwoHundredKeysAndSixtyFourModels) {
  Metrics metrics;
  for (int i = 0; i < 203; ++i) {
    ledger::Entry entry = Answered();
    entry.caller = "key" + std::to_string(i);
    entry.target = "model" + std::to_string(i);
    metrics.Count(entry);
    metrics.Count(entry);
  }
  const std::string page = WriteMetrics(metrics, {});
  const Lines keys = Samples(page, "agm_key_requests_total");
  EXPECT_EQ(keys.size(), 201U);
  EXPECT_EQ(keys.back(), R"({key="other",outcome="ok"} 6)");
  const Lines models = Samples(page, "agm_upstream_tries_total");
  EXPECT_EQ(models.size(), 65U);
  EXPECT_EQ(models.back(), R"({model="other",account="work",outcome="ok"} 278)");
}

TEST(MetricsLines, TimeTheTriesOfModelsAlone) {
  Metrics metrics;
  metrics.Count(Answered());
  ledger::Entry page = Answered();
  page.route = "models";
  page.calls_model = false;
  metrics.Count(page);
  ledger::Entry refused = Answered();  // before any try
  refused.status = 429;
  refused.tries = 0;
  refused.upstream = std::chrono::microseconds(-1);
  metrics.Count(refused);
  ledger::Entry unknown = Answered();  // before its model was known
  unknown.target.clear();
  metrics.Count(unknown);
  const std::string text = WriteMetrics(metrics, {});
  EXPECT_EQ(Samples(text, "agm_upstream_duration_seconds_count"),
            Lines{R"({model="gemini-2.5-flash"} 1)"});
  EXPECT_EQ(Samples(text, "agm_upstream_duration_seconds_sum"),
            Lines{R"({model="gemini-2.5-flash"} 0.3)"});
  EXPECT_EQ(Samples(text, "agm_wait_seconds_count"), Lines{" 1"});
  EXPECT_EQ(Samples(text, "agm_wait_seconds_sum"), Lines{" 0.04"});
}

TEST(MetricsLines, CountAnAnswerWithoutDelayAsTimed) {
  ledger::Entry entry = Answered();
  entry.upstream = entry.first_byte = std::chrono::microseconds(0);
  Metrics metrics;
  metrics.Count(entry);
  const std::string text = WriteMetrics(metrics, {});
  EXPECT_EQ(Samples(text, "agm_upstream_duration_seconds_count"),
            Lines{R"({model="gemini-2.5-flash"} 1)"});
  EXPECT_EQ(Samples(text, "agm_first_byte_seconds_count"),
            Lines{R"({route="chat_completions",stream="false"} 1)"});
}

TEST(MetricsLines, CountTheTriesAfterTheFirst) {
  Metrics metrics;
  metrics.Retried();
  metrics.Retried();
  EXPECT_EQ(Samples(WriteMetrics(metrics, {}), "agm_upstream_retries_total"), Lines{" 2"});
}

TEST(MetricsLines, PutABoundIntoItsOwnBucket) {
  Histogram histogram;
  for (const auto value :
       {milliseconds(5), milliseconds(6), milliseconds(10), milliseconds(600'001)}) {
    histogram.Add(value);
  }
  PrometheusText text;
  text.Family("t", "histogram", "T.");
  histogram.Write(text, {});
  const std::string page = std::move(text).Take();
  const Lines buckets = Samples(page, "t_bucket");
  ASSERT_EQ(buckets.size(), 16U);
  EXPECT_EQ(buckets[0], R"({le="0.005"} 1)");
  EXPECT_EQ(buckets[1], R"({le="0.01"} 3)");
  EXPECT_EQ(buckets[14], R"({le="600"} 3)");
  EXPECT_EQ(buckets[15], R"({le="+Inf"} 4)");
  EXPECT_EQ(Samples(page, "t_count"), Lines{" 4"});
}

TEST(MetricsLines, TellTheStateOfTheGateway) {
  PresentState state;
  state.in_flight = 3;
  state.log.written = 11;
  state.log.skipped = 12;
  state.log.bytes = 13;
  state.telemetry_dropped = 14;
  state.config_loaded = WallTime(milliseconds(1'500));
  const std::string page = WriteMetrics(Metrics(), state);
  const std::vector<std::pair<const char*, const char*>> lines = {
      {"agm_requests_in_flight", " 3"},       {"agm_log_rows_written_total", " 11"},
      {"agm_log_rows_skipped_total", " 12"},  {"agm_log_bytes", " 13"},
      {"agm_telemetry_dropped_total", " 14"}, {"agm_config_loaded_timestamp_seconds", " 1.5"}};
  for (const auto& [family, line] : lines) EXPECT_EQ(Samples(page, family), Lines{line}) << family;
  EXPECT_EQ(Samples(page, "agm_certificate_expiry_timestamp_seconds"), Lines{});
  state.certificate_expires = WallTime(seconds(9));
  EXPECT_EQ(Samples(WriteMetrics(Metrics(), state), "agm_certificate_expiry_timestamp_seconds"),
            Lines{" 9"});
  const Lines build = Samples(page, "agm_build_info");
  ASSERT_EQ(build.size(), 1U);
  EXPECT_TRUE(build[0].starts_with("{version=\"" + std::string(Version()) + "\",commit=\""));
  EXPECT_TRUE(build[0].ends_with("\"} 1"));
}

TEST(MetricsLines, TellTheFiguresOfTheProcess) {
  const std::string page = WriteMetrics(Metrics(), {});
  const auto figure = [&](const std::string& family) {
    const Lines lines = Samples(page, family);
    return lines.size() == 1 ? std::stod(lines[0]) : -1;
  };
  EXPECT_GT(figure("process_start_time_seconds"), 1'500'000'000);
  EXPECT_GE(figure("process_cpu_seconds_total"), 0);
  EXPECT_GT(figure("process_resident_memory_bytes"), 1'000'000);
  EXPECT_GE(figure("process_threads"), 1);
  EXPECT_GE(figure("process_open_fds"), 3);
  EXPECT_GE(figure("process_max_fds"), figure("process_open_fds"));
}

TEST(MetricsLines, TellTheStateAndTheTriesOfEachAccount) {
  PresentState state;
  accounts::AccountStatus work;
  work.name = "work";
  work.state = accounts::AccountState::kReady;
  work.requests = 7;
  work.errors = 2;
  work.cooldowns = {{"a", "minute_quota", WallTime(seconds(50))},
                    {"b", "day_quota", WallTime(seconds(60))}};
  accounts::AccountStatus home;
  home.name = "home";
  home.state = accounts::AccountState::kQuarantined;
  home.requests = 9;
  state.accounts = {work, home};
  const std::string page = WriteMetrics(Metrics(), state);
  EXPECT_EQ(
      Samples(page, "agm_account_state"),
      (Lines{R"({account="work",state="ready"} 1)", R"({account="work",state="cooling"} 0)",
             R"({account="work",state="disabled"} 0)", R"({account="work",state="quarantined"} 0)",
             R"({account="home",state="ready"} 0)", R"({account="home",state="cooling"} 0)",
             R"({account="home",state="disabled"} 0)",
             R"({account="home",state="quarantined"} 1)"}));
  EXPECT_EQ(Samples(page, "agm_accounts"),
            (Lines{R"({state="ready"} 1)", R"({state="cooling"} 0)", R"({state="disabled"} 0)",
                   R"({state="quarantined"} 1)"}));
  EXPECT_EQ(Samples(page, "agm_account_models_cooling"),
            (Lines{R"({account="work"} 2)", R"({account="home"} 0)"}));
  EXPECT_EQ(Samples(page, "agm_account_requests_total"),
            (Lines{R"({account="work"} 7)", R"({account="home"} 9)"}));
  EXPECT_EQ(Samples(page, "agm_account_errors_total"),
            (Lines{R"({account="work"} 2)", R"({account="home"} 0)"}));
  EXPECT_EQ(Samples(page, "agm_account_rest_until_seconds"),
            (Lines{R"({account="work",reason="day_quota"} 60)",
                   R"({account="work",reason="minute_quota"} 50)"}));
}

TEST(MetricsLines, CountTheRefusalsOfAKeyByItsLimit) {
  KeyFigures key{"ci"};
  for (std::size_t i = 0; i < key.refused.size(); ++i) key.refused.at(i) = i + 1;
  key.used = {{"day", 0.5}, {"tokens_month", 0.25}};
  PresentState state;
  state.keys.push_back(key);
  const std::string page = WriteMetrics(Metrics(), state);
  const Lines limited = Samples(page, "agm_key_limited_total");
  ASSERT_EQ(limited.size(), key.refused.size());
  for (std::size_t i = 0; i < limited.size(); ++i) {
    EXPECT_EQ(limited[i], "{key=\"ci\",limit=\"" + std::string(keys::kLimitNames.at(i)) + "\"} " +
                              std::to_string(i + 1));
  }
  EXPECT_EQ(Samples(page, "agm_key_budget_used_ratio"),
            (Lines{R"({key="ci",window="day"} 0.5)", R"({key="ci",window="tokens_month"} 0.25)"}));
}

}  // namespace
}  // namespace agm::gateway
