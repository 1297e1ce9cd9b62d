#include "core/gateway/metrics_page.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/os/process_figures.h"
#include "core/base/version.h"
#include "core/gateway/prometheus.h"

namespace agm::gateway {
namespace {

using Accounts = std::vector<accounts::AccountStatus>;

double Seconds(WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

void WriteAccounts(PrometheusText& text, const Accounts& accounts) {
  text.Family("agm_account_state", "gauge", "1 for the state that each account is in.");
  std::map<accounts::AccountState, std::int64_t> counts;
  for (const auto& account : accounts) {
    for (const accounts::AccountState state : accounts::kAccountStates) {
      const int is = account.state == state ? 1 : 0;
      text.Sample({{"account", account.name}, {"state", accounts::NameOf(state)}}, is);
      counts[state] += is;
    }
  }
  text.Family("agm_account_models_cooling", "gauge",
              "Models in cooldown on an account that serves others.");
  for (const auto& account : accounts) {
    text.Sample({{"account", account.name}}, static_cast<int>(account.ModelsCooling()));
  }
  text.Family("agm_accounts", "gauge", "Number of accounts in each state.");
  for (const accounts::AccountState state : accounts::kAccountStates) {
    text.Sample({{"state", accounts::NameOf(state)}}, counts[state]);
  }
  text.Family("agm_account_requests_total", "counter", "Upstream tries by account.");
  for (const auto& account : accounts) {
    text.Sample({{"account", account.name}}, account.requests);
  }
  text.Family("agm_account_errors_total", "counter", "Failed upstream tries by account.");
  for (const auto& account : accounts) text.Sample({{"account", account.name}}, account.errors);
}

// The latest end of the account's cooldowns for each reason, over all models.
void WriteCooldowns(PrometheusText& text, const Accounts& accounts) {
  text.Family("agm_account_rest_until_seconds", "gauge",
              "When the account's cooldown ends, in seconds since 1970, by its reason.");
  for (const auto& account : accounts) {
    std::map<std::string, WallTime> ends;
    for (const auto& cooldown : account.cooldowns) {
      if (cooldown.until) ends[cooldown.reason] = std::max(ends[cooldown.reason], *cooldown.until);
    }
    for (const auto& [reason, until] : ends) {
      text.Sample({{"account", account.name}, {"reason", reason}}, Seconds(until));
    }
  }
}

void WriteLog(PrometheusText& text, const ledger::Journal::Figures& log) {
  text.Family("agm_log_rows_written_total", "counter", "Rows of the request log.");
  text.Sample({}, log.written);
  text.Family("agm_log_rows_skipped_total", "counter",
              "Requests without a row, because of the bound per second or a full disk; the totals "
              "count them.");
  text.Sample({}, log.skipped);
  text.Family("agm_log_bytes", "gauge", "Size of the request log.");
  text.Sample({}, log.bytes);
}

void WriteKeyLimits(PrometheusText& text, const std::vector<KeyFigures>& all) {
  text.Family("agm_key_limited_total", "counter", "Refused requests by client key and limit.");
  for (const KeyFigures& key : all) {
    for (std::size_t i = 0; i < key.refused.size(); ++i) {
      text.Sample({{"key", key.name}, {"limit", keys::kLimitNames.at(i)}}, key.refused.at(i));
    }
  }
  text.Family("agm_key_budget_used_ratio", "gauge",
              "Used part of a client key's budget of money or tokens in its present window.");
  for (const KeyFigures& key : all) {
    for (const auto& [window, part] : key.used) {
      text.Sample({{"key", key.name}, {"window", window}}, part);
    }
  }
}

void WriteCluster(PrometheusText& text, const cluster::LinkStatus& link) {
  const bool connected = link.state == cluster::LinkState::kConnected;
  text.Family("agm_cluster_connected", "gauge", "1 while this node shares its state with others.");
  text.Sample({}, connected ? 1 : 0);
  text.Family("agm_cluster_round_trip_seconds", "gauge",
              "Time that the cluster's server took to answer the last heartbeat.");
  text.Sample({}, std::chrono::duration<double>(link.round_trip).count());
  text.Family("agm_cluster_lag_seconds", "gauge",
              "Time from a change on another node to its arrival here, of the last one.");
  text.Sample({}, std::chrono::duration<double>(link.lag).count());
  const std::uint64_t first = link.connections == 0 ? 0 : 1;
  text.Family("agm_cluster_reconnections_total", "counter",
              "Connections to the cluster's server after the first.");
  text.Sample({}, link.connections - first);
  text.Family("agm_cluster_commands_total", "counter",
              "Commands sent for requests and for changes.");
  text.Sample({}, link.commands);
  text.Family("agm_cluster_changes_total", "counter", "Changes heard from other nodes.");
  text.Sample({}, link.changes);
  text.Family("agm_cluster_missed_total", "counter",
              "Questions of requests that had no answer in time; the requests went on without.");
  text.Sample({}, link.missed);
  text.Family("agm_cluster_waiting_writes", "gauge",
              "Changes that the cluster's server has not confirmed.");
  text.Sample({}, static_cast<std::uint64_t>(link.waiting));
}

void WriteProcess(PrometheusText& text) {
  const os::ProcessFigures process = os::ReadProcessFigures();
  text.Family("process_start_time_seconds", "gauge", "Start of the process, since 1970.");
  text.Sample({}, process.start_time);
  text.Family("process_cpu_seconds_total", "counter", "User and system time.");
  text.Sample({}, process.cpu_seconds);
  text.Family("process_resident_memory_bytes", "gauge", "Resident memory.");
  text.Sample({}, process.resident_bytes);
  text.Family("process_threads", "gauge", "Number of threads.");
  text.Sample({}, process.threads);
  text.Family("process_open_fds", "gauge", "Number of open file descriptors.");
  text.Sample({}, process.open_fds);
  text.Family("process_max_fds", "gauge", "Limit of open file descriptors.");
  text.Sample({}, process.max_fds);
}

}  // namespace

std::vector<KeyFigures> FiguresOf(const keys::Ring& ring, WallTime wall, TimePoint now) {
  constexpr std::size_t kMost = 200;
  std::vector<KeyFigures> all;
  for (const auto& key : ring.keys()) {
    if (!key->limits.any()) continue;
    const bool other = all.size() >= kMost;
    if (!other) all.push_back({key->name});
    if (other && all.size() == kMost) all.push_back({"other"});
    KeyFigures& figures = all.back();
    for (std::size_t i = 0; i < figures.refused.size(); ++i) {
      figures.refused.at(i) += key->meter->Refused(static_cast<keys::Limit>(i));
    }
    if (other) continue;
    const keys::Standing standing = key->meter->Now(key->limits, *key->zone, wall, now);
    const auto add = [&](std::string_view window,
                         const std::optional<keys::WindowStanding>& budget) {
      if (!budget || budget->limit <= 0) return;
      figures.used.emplace_back(
          window, static_cast<double>(budget->used) / static_cast<double>(budget->limit));
    };
    add("day", standing.budget_day);
    add("month", standing.budget_month);
    add("tokens_day", standing.tokens_day);
    add("tokens_month", standing.tokens_month);
  }
  return all;
}

std::string WriteMetrics(const Metrics& metrics, const PresentState& state) {
  PrometheusText text;
  text.Family("agm_build_info", "gauge", "1; the labels say what runs.");
  text.Sample({{"version", Version()}, {"commit", Commit()}}, 1);
  metrics.Write(text);
  text.Family("agm_requests_in_flight", "gauge", "Requests being answered now.");
  text.Sample({}, state.in_flight);
  WriteAccounts(text, state.accounts);
  WriteCooldowns(text, state.accounts);
  WriteLog(text, state.log);
  WriteKeyLimits(text, state.keys);
  text.Family(
      "agm_affinity_total", "counter",
      "Tries of conversations: on the account that they had (kept), on another one (moved), "
      "or the first (began).");
  text.Sample({{"outcome", "kept"}}, state.affinities.kept);
  text.Sample({{"outcome", "moved"}}, state.affinities.moved);
  text.Sample({{"outcome", "began"}}, state.affinities.began);
  text.Family("agm_telemetry_dropped_total", "counter",
              "Requests that the telemetry collector did not get.");
  text.Sample({}, state.telemetry_dropped);
  text.Family("agm_config_loaded_timestamp_seconds", "gauge",
              "When the present configuration was loaded, since 1970.");
  text.Sample({}, Seconds(state.config_loaded));
  if (state.certificate_expires) {
    text.Family("agm_certificate_expiry_timestamp_seconds", "gauge",
                "When the certificate for clients ends, since 1970.");
    text.Sample({}, Seconds(*state.certificate_expires));
  }
  if (state.link) WriteCluster(text, *state.link);
  WriteProcess(text);
  return std::move(text).Take();
}

}  // namespace agm::gateway
