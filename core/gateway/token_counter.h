#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "core/base/clock.h"
#include "core/chat/request.h"
#include "core/gateway/rotation.h"

namespace agm::gateway {

/// Counts the tokens of prompts, for clients that ask often and with many requests at once:
///
///   const std::int64_t tokens = counter.Count(context, request, model);
///
/// The upstream counts. Equal prompts share one call, and the counter keeps its result for some
/// minutes. It returns an estimate if no account is free, if the upstream does not answer within
/// two seconds, or if too many of its calls run already. It never leases an account, waits for one,
/// or starts a cooldown.
///
/// Thread safety: any thread; blocks for about two seconds at most.
class TokenCounter {
 public:
  explicit TokenCounter(Clock& clock) : clock_(clock) {}

  /// At least 1.
  std::int64_t Count(const RequestContext& context, const chat::Request& request,
                     const std::string& model);

 private:
  /// A prompt by the hash and the length of what is sent for it.
  using Key = std::pair<std::size_t, std::size_t>;
  struct Entry {
    bool counting = false;
    std::int64_t tokens = 0;
    TimePoint until{};  ///< the result is valid until then
  };

  std::optional<std::int64_t> Known(const Key& key) const;
  void Keep(const Key& key, std::int64_t tokens, Duration time);

  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Key, Entry> entries_;
  int running_ = 0;
};

}  // namespace agm::gateway
