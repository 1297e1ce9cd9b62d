#include "cli/monitoring_files.h"

#include <array>
#include <string_view>

#include "core/base/json.h"

namespace agm::cli {
namespace {

constexpr std::string_view kAlerts = R"(# Alert rules for agm. Print them with: agm manual alerts
groups:
  - name: agm
    rules:
      - alert: AgmDown
        expr: absent(agm_build_info)
        for: 2m
        labels: {severity: critical}
        annotations:
          summary: No agm gateway is scraped
      - alert: AgmNoAccountReady
        expr: sum(agm_accounts{state="ready"}) == 0
        for: 5m
        labels: {severity: critical}
        annotations:
          summary: No account can serve; agm accounts list says why
      - alert: AgmAccountQuarantined
        expr: agm_account_state{state="quarantined"} == 1
        for: 1m
        labels: {severity: warning}
        annotations:
          summary: Account {{ $labels.account }} is quarantined until a person acts
      - alert: AgmManyErrors
        expr: >-
          sum(rate(agm_requests_total{status=~"5.."}[10m]))
          / sum(rate(agm_requests_total[10m])) > 0.05
        for: 10m
        labels: {severity: warning}
        annotations:
          summary: More than 5 percent of the requests fail with a 5xx
      - alert: AgmRateLimited
        expr: >-
          sum(rate(agm_requests_total{status="429"}[15m]))
          / sum(rate(agm_requests_total[15m])) > 0.10
        for: 15m
        labels: {severity: warning}
        annotations:
          summary: More than 10 percent of the requests are rate limited; add a project
      - alert: AgmSlowFirstByte
        expr: >-
          histogram_quantile(0.95,
          sum by (le) (rate(agm_first_byte_seconds_bucket{stream="true"}[10m]))) > 10
        for: 10m
        labels: {severity: warning}
        annotations:
          summary: Streams take more than 10 seconds to begin
      - alert: AgmLogLossy
        expr: increase(agm_log_rows_skipped_total[15m]) > 0
        for: 15m
        labels: {severity: info}
        annotations:
          summary: The request log leaves out rows; the totals are complete
      - alert: AgmConfigRefused
        expr: increase(agm_config_reloads_total{outcome="refused"}[10m]) > 0
        labels: {severity: warning}
        annotations:
          summary: A changed configuration was refused; the old settings stay
      - alert: AgmCertificateEnds
        expr: agm_certificate_expiry_timestamp_seconds - time() < 14 * 86400
        for: 1h
        labels: {severity: warning}
        annotations:
          summary: The certificate for clients ends within 14 days
      - alert: AgmDescriptorsScarce
        expr: process_open_fds / process_max_fds > 0.8
        for: 10m
        labels: {severity: warning}
        annotations:
          summary: The gateway uses more than 80 percent of its file descriptors
)";

struct Panel {
  std::string_view title;
  std::string_view unit;
  std::string_view query;
  std::string_view legend;
};

constexpr std::array kPanels = {
    Panel{"Requests by status", "reqps", "sum by (status) (rate(agm_requests_total[5m]))",
          "{{status}}"},
    Panel{"Requests in flight", "short", "sum(agm_requests_in_flight)", "in flight"},
    Panel{"Time to the first byte of streams, 95 %", "s",
          "histogram_quantile(0.95, sum by (le) "
          "(rate(agm_first_byte_seconds_bucket{stream=\"true\"}[5m])))",
          "p95"},
    Panel{"Time to the last byte, 95 %, by route", "s",
          "histogram_quantile(0.95, sum by (le, route) "
          "(rate(agm_request_duration_seconds_bucket[5m])))",
          "{{route}}"},
    Panel{"Accounts by state", "short", "sum by (state) (agm_accounts)", "{{state}}"},
    Panel{"Cooldowns that are left", "s", "agm_account_rest_until_seconds - time() > 0",
          "{{account}}: {{reason}}"},
    Panel{"Upstream tries by outcome", "reqps",
          "sum by (outcome) (rate(agm_upstream_tries_total[5m]))", "{{outcome}}"},
    Panel{"Upstream, first event, 95 %, by model", "s",
          "histogram_quantile(0.95, sum by (le, model) "
          "(rate(agm_upstream_duration_seconds_bucket[5m])))",
          "{{model}}"},
    Panel{"Wait for an account, 95 %", "s",
          "histogram_quantile(0.95, sum by (le) (rate(agm_wait_seconds_bucket[5m])))", "p95"},
    Panel{"Input tokens by model", "short", "sum by (model) (rate(agm_input_tokens_total[5m]))",
          "{{model}}"},
    Panel{"Output tokens by model", "short", "sum by (model) (rate(agm_output_tokens_total[5m]))",
          "{{model}}"},
    Panel{"Part of the input that was cached", "percentunit",
          "sum(rate(agm_cached_input_tokens_total[1h])) / sum(rate(agm_input_tokens_total[1h]))",
          "cached"},
    Panel{"Cost at list price, a day", "currencyUSD",
          "sum by (model) (increase(agm_cost_usd_total[1d]))", "{{model}}"},
    Panel{"Cost that is billed, a day", "currencyUSD",
          "sum by (model) (increase(agm_cost_billed_usd_total[1d]))", "{{model}}"},
    Panel{"Answers without a known price, a day", "short",
          "sum by (model) (increase(agm_unpriced_requests_total[1d]))", "{{model}}"},
    Panel{"Requests by key", "reqps", "sum by (key, outcome) (rate(agm_key_requests_total[5m]))",
          "{{key}} {{outcome}}"},
    Panel{"Memory", "bytes", "process_resident_memory_bytes{job=~\".*agm.*\"}", "{{instance}}"},
    Panel{"Request log", "bytes", "agm_log_bytes", "{{instance}}"},
};

Json ToJson(const Panel& panel, int id) {
  constexpr int kWidth = 12;
  constexpr int kHeight = 8;
  const Json source = {{"type", "prometheus"}, {"uid", "${DS_PROMETHEUS}"}};
  const Json target = {{"datasource", source},
                       {"expr", panel.query},
                       {"legendFormat", panel.legend},
                       {"refId", "A"}};
  const Json place = {
      {"h", kHeight}, {"w", kWidth}, {"x", id % 2 * kWidth}, {"y", id / 2 * kHeight}};
  return {{"id", id + 1},
          {"type", "timeseries"},
          {"title", panel.title},
          {"datasource", source},
          {"gridPos", place},
          {"fieldConfig",
           {{"defaults", {{"unit", panel.unit}, {"min", 0}}}, {"overrides", Json::array()}}},
          {"targets", Json::array({target})}};
}

}  // namespace

std::string AlertRules() { return std::string(kAlerts); }

std::string Dashboard() {
  Json json;
  json["__inputs"] = Json::array({{{"name", "DS_PROMETHEUS"},
                                   {"label", "Prometheus"},
                                   {"type", "datasource"},
                                   {"pluginId", "prometheus"}}});
  json["title"] = "agm";
  json["uid"] = "agm";
  json["tags"] = {"agm"};
  json["schemaVersion"] = 38;
  json["time"] = {{"from", "now-6h"}, {"to", "now"}};
  json["refresh"] = "30s";
  json["panels"] = Json::array();
  int id = 0;
  for (const Panel& panel : kPanels) json["panels"].push_back(ToJson(panel, id++));
  return DumpJson(json, 2) + "\n";
}

}  // namespace agm::cli
