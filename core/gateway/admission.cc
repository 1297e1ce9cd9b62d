// The headers that tell what is left, in the form of each API:
//
//   OpenAI      x-ratelimit-{limit,remaining,reset}-{requests,tokens}; a reset is a span: "6m0s", "1s"
//   Anthropic   anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}; a reset is a time

#include "core/gateway/admission.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/utf8.h"
#include "core/gateway/routes.h"
#include "core/keys/meter.h"
#include "core/protocol/shared/token_estimate.h"

namespace agm::gateway {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

std::string SpanText(Duration span) {
  const auto seconds = (span.count() + 999) / 1000;
  return seconds < 60 ? fmt::format("{}s", seconds)
                      : fmt::format("{}m{}s", seconds / 60, seconds % 60);
}

std::string TimeText(WallTime at) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

void AddOpenAi(std::string_view what, const std::optional<keys::MinuteStanding>& standing,
               Headers& headers) {
  if (!standing) return;
  headers.emplace_back(fmt::format("x-ratelimit-limit-{}", what), std::to_string(standing->limit));
  headers.emplace_back(fmt::format("x-ratelimit-remaining-{}", what),
                       std::to_string(standing->remaining));
  headers.emplace_back(fmt::format("x-ratelimit-reset-{}", what), SpanText(standing->reset));
}

void AddAnthropic(std::string_view what, const std::optional<keys::MinuteStanding>& standing,
                  WallTime now, Headers& headers) {
  if (!standing) return;
  const std::string name = fmt::format("anthropic-ratelimit-{}-", what);
  headers.emplace_back(name + "limit", std::to_string(standing->limit));
  headers.emplace_back(name + "remaining", std::to_string(standing->remaining));
  headers.emplace_back(name + "reset", TimeText(now + standing->reset));
}

Headers LimitHeaders(Surface surface, const keys::Standing& standing, WallTime now) {
  Headers headers;
  if (surface == Surface::kAnthropic) {
    AddAnthropic("requests", standing.requests, now, headers);
    AddAnthropic("tokens", standing.tokens, now, headers);
  } else {
    AddOpenAi("requests", standing.requests, headers);
    AddOpenAi("tokens", standing.tokens, headers);
  }
  return headers;
}

bool IsLimited(const Record& record) { return record.key && record.key->limits.any(); }

keys::Demand DemandOf(const chat::Request& request, const std::string& target) {
  constexpr std::int64_t kMost = 128;
  const auto prompts = static_cast<std::int64_t>(request.further.size()) + 1;
  return {target, protocol::EstimateTokens(request), request.sampling.max_tokens,
          std::clamp<std::int64_t>(request.choices, 1, kMost) *
              std::clamp<std::int64_t>(prompts, 1, kMost)};
}

keys::Demand DemandOf(const chat::EmbeddingRequest& request, const std::string& target) {
  std::size_t bytes = 0;
  for (const auto& text : request.texts) bytes += text.size();
  return {target, static_cast<std::int64_t>(bytes / 4 + 1), 0, 1};
}

/// A request in the upstream's own format.
struct Native {
  const std::string& model;
  std::size_t bytes;
};

keys::Demand DemandOf(const Native& request, const std::string& target) {
  return {target, static_cast<std::int64_t>(request.bytes / 4 + 1), std::nullopt, 1};
}

Result<void> Take(const Services& services, const http::Request& http, keys::Demand demand,
                  Record& record) {
  const keys::Key& key = *record.key;
  demand.prices = key.prices->rows();
  const WallTime wall = services.clock->Wall();
  keys::Standing standing;
  auto place = keys::Meter::Take(key.meter, key.limits, *key.zone, demand, wall,
                                 services.clock->Now(), standing);
  record.limit_headers = LimitHeaders(SurfaceOf(http), standing, wall);
  if (!place) return std::move(place).error();
  record.reservation = *std::move(place);
  record.prompt_tokens = demand.input;
  return {};
}

template <class Request>
Result<std::vector<std::string>> Admit(const Services& services, const http::Request& http,
                                       const Request& request, std::vector<std::string> targets,
                                       Record& record) {
  auto usable = UsableTargets(record, request.model, std::move(targets));
  if (!usable || !IsLimited(record)) return usable;
  auto taken = Take(services, http, DemandOf(request, usable->front()), record);
  if (!taken) return std::move(taken).error();
  return usable;
}

}  // namespace

Result<std::vector<std::string>> UsableTargets(const Record& record, const std::string& asked,
                                               std::vector<std::string> targets) {
  if (!record.key) return targets;
  auto usable = record.key->UsableTargets(asked, std::move(targets));
  if (!usable.empty()) return usable;
  Error error =
      Fail(ErrorCode::kForbidden, "the API key '{}' may not use the model \"{}\"; it may use {}",
           record.key->name, ToUtf8(asked.substr(0, 200)), fmt::join(record.key->models, ", "));
  error.reason = "model_not_allowed";
  return error;
}

Result<std::vector<std::string>> AdmitChat(const Services& services, const http::Request& http,
                                           const chat::Request& request,
                                           std::vector<std::string> targets, Record& record) {
  return Admit(services, http, request, std::move(targets), record);
}

Result<std::vector<std::string>> AdmitEmbeddings(const Services& services,
                                                 const http::Request& http,
                                                 const chat::EmbeddingRequest& request,
                                                 std::vector<std::string> targets, Record& record) {
  return Admit(services, http, request, std::move(targets), record);
}

Result<std::vector<std::string>> AdmitNative(const Services& services, const http::Request& http,
                                             const std::string& model,
                                             std::vector<std::string> targets, Record& record) {
  return Admit(services, http, Native{model, http.body.size()}, std::move(targets), record);
}

}  // namespace agm::gateway
