#include "core/gateway/metrics_page.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

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

}  // namespace
}  // namespace agm::gateway
