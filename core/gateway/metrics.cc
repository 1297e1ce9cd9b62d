#include "core/gateway/metrics.h"

#include <fmt/format.h>

#include <iterator>

#include "core/base/version.h"

namespace agm::gateway {
namespace {

// Escapes a label's value for the Prometheus format.
std::string Label(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

void Head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

template <class... Args>
void Line(std::string& out, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
  out += '\n';
}

void Single(std::string& out, std::string_view name, std::string_view type, std::string_view help,
            std::uint64_t value) {
  Head(out, name, type, help);
  Line(out, "{} {}", name, value);
}

void WriteAccounts(std::string& out, const std::vector<accounts::AccountStatus>& accounts) {
  Head(out, "agm_account_state", "gauge", "1 for the state that each account is in.");
  for (const auto& account : accounts) {
    for (const std::string_view state : {"ready", "cooling", "disabled", "quarantined"}) {
      Line(out, "agm_account_state{{account=\"{}\",state=\"{}\"}} {}", Label(account.name), state,
           account.state == state ? 1 : 0);
    }
  }
  Head(out, "agm_account_requests_total", "counter", "Upstream tries by account.");
  for (const auto& account : accounts) {
    Line(out, "agm_account_requests_total{{account=\"{}\"}} {}", Label(account.name),
         account.requests);
  }
  Head(out, "agm_account_errors_total", "counter", "Failed upstream tries by account.");
  for (const auto& account : accounts) {
    Line(out, "agm_account_errors_total{{account=\"{}\"}} {}", Label(account.name), account.errors);
  }
}

}  // namespace

void Metrics::Histogram::Add(Duration value) {
  const double seconds = std::chrono::duration<double>(value).count();
  std::size_t bucket = 0;
  while (bucket < kBounds.size() && seconds > kBounds.at(bucket)) ++bucket;
  ++buckets.at(bucket);
  sum += seconds;
  ++count;
}

void Metrics::Count(const Measured& measured) {
  const std::string route(measured.route);
  auto totals = totals_.Lock();
  ++totals->requests[{route, measured.status}];
  totals->latency[route].Add(measured.total);
  if (measured.first_byte.count() >= 0) totals->first_byte[route].Add(measured.first_byte);
  totals->input_tokens += static_cast<std::uint64_t>(measured.input_tokens);
  totals->output_tokens += static_cast<std::uint64_t>(measured.output_tokens);
  totals->cancelled += measured.cancelled ? 1 : 0;
}

void Metrics::WriteHistogram(std::string& out, std::string_view name, std::string_view help,
                             const std::map<std::string, Histogram>& histograms) {
  Head(out, name, "histogram", help);
  for (const auto& [route, histogram] : histograms) {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < kBounds.size(); ++i) {
      below += histogram.buckets.at(i);
      Line(out, "{}_bucket{{route=\"{}\",le=\"{}\"}} {}", name, route, kBounds.at(i), below);
    }
    Line(out, "{}_bucket{{route=\"{}\",le=\"+Inf\"}} {}", name, route, histogram.count);
    Line(out, "{}_sum{{route=\"{}\"}} {}", name, route, histogram.sum);
    Line(out, "{}_count{{route=\"{}\"}} {}", name, route, histogram.count);
  }
}

std::string Metrics::Write(const std::vector<accounts::AccountStatus>& accounts,
                           int in_flight) const {
  const Totals totals = totals_.Copy();
  std::string out;
  Head(out, "agm_build_info", "gauge", "1; the labels say what runs.");
  Line(out, "agm_build_info{{version=\"{}\",commit=\"{}\"}} 1", Version(), Commit());
  Head(out, "agm_requests_total", "counter", "Finished requests by route and status.");
  for (const auto& [key, count] : totals.requests) {
    Line(out, "agm_requests_total{{route=\"{}\",status=\"{}\"}} {}", key.first, key.second, count);
  }
  WriteHistogram(out, "agm_request_duration_seconds", "Time to the last byte.", totals.latency);
  WriteHistogram(out, "agm_first_byte_seconds", "Time to the first byte of the answer.",
                 totals.first_byte);
  Head(out, "agm_tokens_total", "counter", "Tokens as the upstream counted them.");
  Line(out, "agm_tokens_total{{direction=\"input\"}} {}", totals.input_tokens);
  Line(out, "agm_tokens_total{{direction=\"output\"}} {}", totals.output_tokens);
  Single(out, "agm_requests_cancelled_total", "counter", "Requests whose client went away.",
         totals.cancelled);
  Single(out, "agm_upstream_retries_total", "counter", "Upstream tries after the first one.",
         retries_.load(std::memory_order_relaxed));
  Single(out, "agm_requests_in_flight", "gauge", "Requests being answered now.",
         static_cast<std::uint64_t>(in_flight));
  WriteAccounts(out, accounts);
  return out;
}

}  // namespace agm::gateway
