#include "core/gateway/metrics.h"

#include <string>

#include "core/ledger/totals.h"

namespace agm::gateway {
namespace {

constexpr std::size_t kMostModels = 64;
constexpr std::size_t kMostKeys = 200;
constexpr std::string_view kOther = "other";

/// The entry of `name`, or of "other" when the table is full.
template <class T>
T& Bounded(std::map<std::string, T, std::less<>>& table, std::string_view name, std::size_t most) {
  const auto known = table.find(name);
  if (known != table.end()) return known->second;
  return table[std::string(table.size() < most ? name : kOther)];
}

std::string_view YesNo(bool yes) { return yes ? "true" : "false"; }

std::string_view OutcomeOf(const ledger::Entry& entry) {
  if (entry.cancelled()) return "cancelled";
  return entry.failed() ? "error" : "ok";
}

}  // namespace

// The tries that the history does not name answered at once.
void Metrics::CountTries(Totals& totals, const ledger::Entry& entry) {
  const std::string_view target = ledger::CountedTarget(entry);
  std::uint64_t answered = static_cast<std::uint64_t>(entry.tries);
  for (const ledger::Try& each : entry.history) {
    const std::string_view of = each.target == entry.target ? target : each.target;
    ++Bounded(totals.models, of, kMostModels).tries[{each.account, each.outcome}];
    answered -= answered > 0 ? 1 : 0;
  }
  if (answered > 0) {
    Bounded(totals.models, target, kMostModels).tries[{entry.account, "ok"}] += answered;
  }
}

void Metrics::CountModel(Totals& totals, const ledger::Entry& entry) {
  if (!entry.calls_model || entry.target.empty()) return;
  CountTries(totals, entry);
  Model& model = Bounded(totals.models, ledger::CountedTarget(entry), kMostModels);
  ledger::Sums sums;
  sums.Add(entry);
  ledger::Sums tokens;
  tokens.tokens = model.tokens;
  tokens.Add(sums);
  model.tokens = tokens.tokens;
  model.list += sums.list;
  model.billed += sums.billed;
  model.unpriced += static_cast<std::uint64_t>(sums.unpriced);
  if (entry.upstream.count() >= 0) model.upstream.Add(entry.upstream);
  if (entry.tries > 0) totals.waits.Add(entry.waited);
}

void Metrics::CountKey(Totals& totals, const ledger::Entry& entry) {
  if (entry.caller.empty()) return;
  Key& key = Bounded(totals.keys, entry.caller, kMostKeys);
  ++key.requests[OutcomeOf(entry)];
  key.list += entry.cost.list.value_or(0);
}

void Metrics::Count(const ledger::Entry& entry) {
  auto totals = totals_.Lock();
  ++totals->requests[{entry.route, entry.status}];
  const ByStream by{entry.route, entry.stream};
  totals->latency[by].Add(entry.total);
  if (entry.first_byte.count() >= 0) totals->first_byte[by].Add(entry.first_byte);
  totals->input_tokens += static_cast<std::uint64_t>(entry.tokens.input);
  totals->output_tokens += static_cast<std::uint64_t>(entry.tokens.output);
  if (entry.cancelled()) ++totals->cancelled;
  CountModel(*totals, entry);
  CountKey(*totals, entry);
}

void Metrics::Reloaded(bool applied) {
  (applied ? reloads_applied_ : reloads_refused_).fetch_add(1, std::memory_order_relaxed);
}

void Metrics::WriteRequests(PrometheusText& text, const Totals& totals) {
  text.Family("agm_requests_total", "counter", "Finished requests by route and status.");
  for (const auto& [key, count] : totals.requests) {
    text.Sample({{"route", key.first}, {"status", std::to_string(key.second)}}, count);
  }
  text.Family("agm_request_duration_seconds", "histogram", "Time to the last byte.");
  for (const auto& [key, histogram] : totals.latency) {
    histogram.Write(text, {{"route", key.first}, {"stream", YesNo(key.second)}});
  }
  text.Family("agm_first_byte_seconds", "histogram", "Time to the first byte of the answer.");
  for (const auto& [key, histogram] : totals.first_byte) {
    histogram.Write(text, {{"route", key.first}, {"stream", YesNo(key.second)}});
  }
  text.Family("agm_wait_seconds", "histogram",
              "Time that requests waited for an account, over all tries.");
  totals.waits.Write(text, {});
  text.Family("agm_tokens_total", "counter", "Tokens as the upstream counted them.");
  text.Sample({{"direction", "input"}}, totals.input_tokens);
  text.Sample({{"direction", "output"}}, totals.output_tokens);
  text.Family("agm_requests_cancelled_total", "counter", "Requests whose client went away.");
  text.Sample({}, totals.cancelled);
}

void Metrics::WriteModels(PrometheusText& text, const Totals& totals) {
  text.Family("agm_upstream_tries_total", "counter",
              "Upstream tries by outcome: ok, or the name of the failure.");
  for (const auto& [name, model] : totals.models) {
    for (const auto& [key, count] : model.tries) {
      text.Sample({{"model", name}, {"account", key.first}, {"outcome", key.second}}, count);
    }
  }
  text.Family("agm_upstream_duration_seconds", "histogram",
              "Time from the start of the last try to its first event.");
  for (const auto& [name, model] : totals.models) model.upstream.Write(text, {{"model", name}});
  text.Family("agm_cost_usd_total", "counter",
              "Cost at list price of the requests whose price is known.");
  for (const auto& [name, model] : totals.models) text.Money({{"model", name}}, model.list);
  text.Family("agm_cost_billed_usd_total", "counter",
              "Cost that is billed, of the requests whose price and billing are known.");
  for (const auto& [name, model] : totals.models) text.Money({{"model", name}}, model.billed);
  text.Family("agm_unpriced_requests_total", "counter",
              "Answered requests whose list price is not known.");
  for (const auto& [name, model] : totals.models) text.Sample({{"model", name}}, model.unpriced);
}

void Metrics::WriteTokens(PrometheusText& text, const Totals& totals) {
  text.Family("agm_input_tokens_total", "counter", "Tokens of prompts, cached ones included.");
  for (const auto& [name, model] : totals.models) {
    const ledger::Tokens& all = model.tokens;
    text.Sample({{"model", name}, {"modality", "audio"}}, all.input_audio);
    text.Sample({{"model", name}, {"modality", "image"}}, all.input_image);
    text.Sample({{"model", name}, {"modality", "text"}},
                all.input - all.input_audio - all.input_image);
  }
  text.Family("agm_output_tokens_total", "counter", "Generated tokens, reasoning included.");
  for (const auto& [name, model] : totals.models) {
    const ledger::Tokens& all = model.tokens;
    text.Sample({{"model", name}, {"modality", "audio"}}, all.output_audio);
    text.Sample({{"model", name}, {"modality", "image"}}, all.output_image);
    text.Sample({{"model", name}, {"modality", "text"}},
                all.output - all.output_audio - all.output_image);
  }
  text.Family("agm_cached_input_tokens_total", "counter",
              "Tokens of prompts that came from the upstream's cache.");
  for (const auto& [name, model] : totals.models) {
    text.Sample({{"model", name}, {"modality", "unknown"}}, model.tokens.cached);
  }
  text.Family("agm_reasoning_tokens_total", "counter", "Generated tokens that are thoughts.");
  for (const auto& [name, model] : totals.models) {
    text.Sample({{"model", name}, {"modality", "text"}}, model.tokens.thoughts);
  }
}

void Metrics::WriteKeys(PrometheusText& text, const Totals& totals) {
  text.Family("agm_key_requests_total", "counter", "Requests by client key and outcome.");
  for (const auto& [name, key] : totals.keys) {
    for (const auto& [outcome, count] : key.requests) {
      text.Sample({{"key", name}, {"outcome", outcome}}, count);
    }
  }
  text.Family("agm_key_cost_usd_total", "counter", "Cost at list price by client key.");
  for (const auto& [name, key] : totals.keys) text.Money({{"key", name}}, key.list);
}

void Metrics::Write(PrometheusText& text) const {
  const Totals totals = totals_.Copy();
  WriteRequests(text, totals);
  WriteModels(text, totals);
  WriteTokens(text, totals);
  WriteKeys(text, totals);
  text.Family("agm_upstream_retries_total", "counter", "Upstream tries after the first one.");
  text.Sample({}, retries_.load(std::memory_order_relaxed));
  text.Family("agm_config_reloads_total", "counter", "Reloads of the configuration by outcome.");
  text.Sample({{"outcome", "applied"}}, reloads_applied_.load(std::memory_order_relaxed));
  text.Sample({{"outcome", "refused"}}, reloads_refused_.load(std::memory_order_relaxed));
}

}  // namespace agm::gateway
