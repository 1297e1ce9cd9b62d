#include "core/gateway/token_counter.h"

#include <algorithm>
#include <functional>
#include <variant>

#include "core/gateway/catalog.h"
#include "core/protocol/shared/token_estimate.h"
#include "core/upstream/fetch.h"

namespace agm::gateway {
namespace {

constexpr Duration kPatience{2'000};
constexpr Duration kKept{300'000};
constexpr Duration kGuessKept{5'000};  ///< so that a failing upstream is not asked by each client
constexpr Duration kSlice{50};
constexpr int kMostRunning = 4;
constexpr std::size_t kMostEntries = 1024;

std::optional<std::int64_t> Ask(const RequestContext& context, const upstream::Outgoing& outgoing,
                                const upstream::Provider& provider, TimePoint deadline) {
  const auto account = context.services->pool->Peek(outgoing.model, context.session);
  if (!account || &context.ProviderOf(*account) != &provider) return std::nullopt;
  const auto question = provider.WriteCount(*account, outgoing);
  if (!question) return std::nullopt;
  Allowance allowance(context);
  allowance.deadline = deadline;
  const auto answer =
      WithCredential(context, *account, deadline, [&](const upstream::Recipient& recipient) {
        return upstream::Fetch(allowance.Sender(context), recipient, *question);
      });
  const auto* text = std::get_if<std::string>(&answer);
  return text == nullptr ? std::nullopt : provider.ReadCount(*text);
}

}  // namespace

std::optional<std::int64_t> TokenCounter::Known(const Key& key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.until <= clock_.Now()) return std::nullopt;
  return found->second.tokens;
}

void TokenCounter::Keep(const Key& key, std::int64_t tokens, Duration time) {
  if (entries_.size() >= kMostEntries) {
    std::erase_if(entries_, [](const auto& item) { return !item.second.counting; });
  }
  entries_[key] = {false, tokens, clock_.Now() + time};
}

std::int64_t TokenCounter::Count(const RequestContext& context, const chat::Request& request,
                                 const std::string& model) {
  const std::int64_t guess = protocol::EstimateTokens(request);
  const auto providers = context.ProvidersOf(model);
  if (providers.empty()) return guess;
  const std::string name = context.services->pool->ModelOf(model);
  const ModelList listed = context.services->catalog->Known();
  const auto written = providers.front()->WriteChat({request, name, listed.Find(name)});
  if (!written) return guess;
  const std::string_view body = written->body.view();
  const Key key{std::hash<std::string>{}(model + "\n" + std::string(body)), body.size()};
  const TimePoint deadline = clock_.Now() + kPatience;

  std::unique_lock lock(mutex_);
  while (!Known(key) && (entries_[key].counting || running_ >= kMostRunning)) {
    if (clock_.Now() >= deadline || context.client->Cancelled()) return guess;
    clock_.Wait(changed_, lock, kSlice);
  }
  if (const auto known = Known(key)) return *known;
  entries_[key].counting = true;
  ++running_;
  lock.unlock();
  const auto counted = Ask(context, *written, *providers.front(), deadline);
  lock.lock();
  --running_;
  Keep(key, counted.value_or(guess), counted ? kKept : kGuessKept);
  changed_.notify_all();
  return counted.value_or(guess);
}

}  // namespace agm::gateway
