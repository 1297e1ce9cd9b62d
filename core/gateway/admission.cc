#include "core/gateway/admission.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/utf8.h"
#include "core/gateway/early_lease.h"
#include "core/gateway/refusals.h"
#include "core/gateway/surface.h"
#include "core/keys/meter.h"
#include "core/protocol/shared/token_estimate.h"

namespace agm::gateway {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

void Add(const LimitHeaders& names, const keys::MinuteStanding& standing, std::string reset,
         Headers& headers) {
  headers.emplace_back(names.limit, std::to_string(standing.limit));
  headers.emplace_back(names.remaining, std::to_string(standing.remaining));
  headers.emplace_back(names.reset, std::move(reset));
}

Headers HeadersOf(const keys::Standing& standing, Surface surface, WallTime now) {
  const SurfaceFacts& api = FactsOf(surface);
  Headers headers;
  headers.reserve(6);
  if (const auto& requests = standing.requests) {
    Add(api.requests, *requests, api.write_reset(requests->reset, now), headers);
  }
  if (const auto& tokens = standing.tokens) {
    Add(api.tokens, *tokens, api.write_reset(tokens->reset, now), headers);
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

Result<void> Take(const Services& services, keys::Demand demand, const std::string& target,
                  const std::optional<Choice>& choice, Record& record) {
  const keys::Key& key = *record.key;
  demand.prices = key.prices->rows();
  const WallTime wall = services.clock->Wall();
  keys::Standing standing;
  std::optional<accounts::Proposal> proposal;
  store::Companion along{[&]() -> std::optional<store::Question> {
    proposal = services.pool->Propose(
        {target, choice->session, services.refusals->Of(target, choice->method)});
    if (!proposal) return std::nullopt;
    return proposal->question();
  }};
  auto place = keys::Meter::Take(key.meter, key.limits, *key.zone, demand, wall,
                                 services.clock->Now(), standing, choice ? &along : nullptr);
  record.limit_headers = HeadersOf(standing, record.surface, wall);
  if (!place) return std::move(place).error();
  if (proposal) {
    auto lease = std::move(*proposal).Conclude(along.verdict);
    if (lease) record.early = std::make_shared<EarlyLease>(target, *std::move(lease));
  }
  record.reservation = *std::move(place);
  record.prompt_tokens = demand.input;
  return {};
}

template <class Request>
Result<std::vector<std::string>> Admit(const Services& services, const Request& request,
                                       std::vector<std::string> targets,
                                       const std::optional<Choice>& choice, Record& record) {
  auto usable = UsableTargets(record, request.model, std::move(targets));
  if (!usable || !IsLimited(record)) return usable;
  const std::string& target = usable->front();
  auto taken = Take(services, DemandOf(request, target), target, choice, record);
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

Result<std::vector<std::string>> AdmitChat(const Services& services, const chat::Request& request,
                                           std::vector<std::string> targets,
                                           const std::optional<Choice>& choice, Record& record) {
  return Admit(services, request, std::move(targets), choice, record);
}

Result<std::vector<std::string>> AdmitEmbeddings(const Services& services,
                                                 const chat::EmbeddingRequest& request,
                                                 std::vector<std::string> targets,
                                                 const std::optional<Choice>& choice,
                                                 Record& record) {
  return Admit(services, request, std::move(targets), choice, record);
}

Result<std::vector<std::string>> AdmitNative(const Services& services, const std::string& model,
                                             std::size_t bytes, std::vector<std::string> targets,
                                             const std::optional<Choice>& choice, Record& record) {
  return Admit(services, Native{model, bytes}, std::move(targets), choice, record);
}

}  // namespace agm::gateway
