#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"

/// The record of each request: the request log, exact totals, and prices.
namespace agm::ledger {

/// Token counts of a request, as chat::Usage has them: `input` contains `cached`, `output` contains
/// `thoughts`; audio and image tokens are parts of either side.
struct Tokens {
  std::int64_t input = 0;
  std::int64_t cached = 0;
  std::int64_t output = 0;
  std::int64_t thoughts = 0;
  std::int64_t input_audio = 0;
  std::int64_t input_image = 0;
  std::int64_t output_audio = 0;
  std::int64_t output_image = 0;
  bool known = false;  ///< false: the upstream reported none
  friend bool operator==(const Tokens&, const Tokens&) = default;
};

/// Nano-dollars (1e-9 USD).
using Nano = std::int64_t;

/// The price of a request in both forms, which are never added to each other. nullopt: unknown.
struct Cost {
  std::optional<Nano> list;    ///< at list price, whoever pays
  std::optional<Nano> billed;  ///< 0 on an account that costs nothing
  friend bool operator==(const Cost&, const Cost&) = default;
};

/// Whether the upstream bills an account. kUnknown makes the billed cost unknown.
enum class Billing { kUnknown, kFree, kPaid };

/// One upstream try.
struct Try {
  std::string account;
  std::string target;
  std::string outcome;  ///< "ok", or the name of the failure ("minute_quota")
  std::string why;      ///< the failure in words
  Duration waited{0};   ///< for an account, before the try
  Duration took{0};     ///< from the start of the try to its first event or its failure
  friend bool operator==(const Try&, const Try&) = default;
};

/// Facts of a model's call for telemetry alone. They are not stored, and are empty while it is off.
struct CallFacts {
  std::string conversation;       ///< as the client named it
  std::string previous_response;  ///< that a Responses request continues
  std::string reasoning;          ///< the level that was asked for: "high"
  std::int64_t chunks = 0;        ///< pieces of a streamed answer
  std::chrono::microseconds first_chunk{-1};
  std::chrono::microseconds last_chunk{-1};
};

/// One finished request with its history. All texts are bounded by the gateway, and none of them is
/// a key or a part of a body.
struct Entry {
  WallTime at{};   ///< when the request began; the first part of `id` states the same time
  std::string id;  ///< x-request-id
  std::string route;
  std::string method;
  std::string path;     ///< without the query
  std::string caller;   ///< the client key's name
  std::string client;   ///< the program: "codex/0.169.0"
  std::string address;  ///< the client's; empty by default
  std::string model;    ///< as in the request
  std::string target;   ///< after mapping
  std::string rule;     ///< the rule that mapped it: "exact gpt-4o"
  std::string account;  ///< label of the account tried last
  std::string error;    ///< code of the error that the client got
  std::string why;      ///< its message
  std::string phase;
  std::string ended_by;
  std::string tier;         ///< service tier; empty: standard
  std::string trace;        ///< trace id; empty: none
  std::string parent_span;  ///< the caller's span, for telemetry; not stored
  std::string trace_state;  ///< tracestate, for telemetry; not stored
  std::string call_span;    ///< the span that upstreams were told; not stored
  bool sampled = false;     ///< the trace is sent to the collector; not stored
  int status = 0;
  int tries = 0;
  bool stream = false;
  bool calls_model = false;
  /// A request about the gateway itself: it has no row and is not in the totals; not stored.
  bool is_probe = false;
  Billing billing = Billing::kUnknown;
  Duration waited{0};                        ///< for accounts, over all tries
  std::chrono::microseconds first_byte{-1};  ///< negative: no byte was sent
  std::chrono::microseconds upstream{-1};    ///< from the last try's start to its first event
  std::chrono::microseconds total{0};
  Tokens tokens;
  Cost cost;               ///< set by the journal
  bool has_price = false;  ///< the target has a list price; set with the cost, not stored
  CallFacts call;
  std::vector<std::string> dropped;  ///< what the gateway did not pass on to the upstream
  std::vector<Try> history;          ///< all tries if there were several, or one that failed
  std::shared_ptr<void> held{};      ///< released once the journal has counted the entry

  bool failed() const { return status >= 400 || !error.empty(); }
  bool cancelled() const { return ended_by == "client"; }
};

}  // namespace agm::ledger
