#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/base/log.h"
#include "core/chat/event.h"
#include "core/gateway/routes.h"
#include "core/http/server/server.h"
#include "core/keys/ring.h"
#include "core/ledger/journal.h"
#include "core/protocol/shared/token_estimate.h"
#include "core/telemetry/trace_context.h"

namespace agm::gateway {

/// The tries of the later hops of a long answer. The source of its events notes them here, because
/// the record has moved into the reply by then.
using Hops = Guarded<std::vector<ledger::Try>>;

class EarlyLease;

/// The phase in which a request ended, for the access log.
enum class Phase { kRead, kAuth, kConvert, kWaiting, kUpstream, kAnswer, kStream, kDone };

/// The party that ended the request.
enum class EndedBy { kGateway, kClient, kUpstream };

/// The facts of one request, collected while it runs. The destructor writes them once, as one
/// access line and one entry of the ledger. If an exception destroys it, it reports status 500.
///
/// Thread safety: one thread at a time.
class Record {
 public:
  Record(Clock& clock, Log& log, ledger::Journal& journal);
  Record(Record&&) noexcept = default;
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;
  ~Record();

  std::string id;  ///< x-request-id
  std::string caller;
  std::shared_ptr<const keys::Key> key;  ///< null: no key was required
  keys::Reservation reservation;         ///< the request's place in the limits of its key
  std::shared_ptr<EarlyLease> early;     ///< of the account for its first attempt; mostly null
  std::vector<std::pair<std::string, std::string>> limit_headers;  ///< what the key has left
  std::int64_t prompt_tokens = 0;                                  ///< estimated
  protocol::AnswerEstimate sent;  ///< of a streamed answer, as far as it has come
  std::string from;               ///< the client's address
  std::string method;             ///< as sent
  std::string path;               ///< without the query, which may hold a key
  std::string_view route = "unknown";
  RouteKind kind = RouteKind::kStored;
  Surface surface = Surface::kOpenAi;  ///< the API whose formats the response uses
  std::string model;                   ///< as in the request
  std::string target;                  ///< after mapping; empty before
  std::string account;                 ///< label of the account tried last
  int tries = 0;
  int status = 0;
  Phase phase = Phase::kRead;
  EndedBy end = EndedBy::kGateway;
  std::string_view error;  ///< CodeName of the error sent to the client
  std::string why;         ///< its message
  chat::Usage usage;
  std::string client;        ///< the client program, such as "codex/0.169.0"
  std::string rule;          ///< that mapped the model's name; empty: none
  std::string tier;          ///< service tier that the client asked for; empty: standard
  std::string account_name;  ///< of the account tried last
  ledger::Billing billing = ledger::Billing::kUnknown;
  bool stream = false;
  bool calls_model = false;  ///< the route calls a model, and the caller may use it
  Duration waited{0};        ///< for accounts
  std::chrono::microseconds upstream_time{-1};  ///< from the last attempt's start to its answer
  std::vector<std::string> dropped;             ///< fields that were not passed on
  std::vector<ledger::Try> history;             ///< the attempts, once one has failed
  std::shared_ptr<Hops> hops;          ///< notes of the later hops; null: there can be none
  telemetry::TraceContext trace;       ///< the trace that the request belongs to
  ledger::CallFacts call;              ///< for telemetry
  std::shared_ptr<ledger::Tape> tape;  ///< records the bodies; null: not recorded

  /// Forgets the attempts, so that they can be noted anew.
  void ForgetTries();
  /// Records that the first byte of the response is being sent.
  void FirstByte();
  /// Records for telemetry that a piece of a streamed answer is being sent.
  void Chunk();
  /// The headers that continue the request's trace upstream; empty unless upstreams get it.
  std::vector<http::Header> TraceHeaders() const;
  /// When the request began, which its id states too.
  WallTime began() const { return began_; }
  Duration Age() const;
  /// Makes the destructor write nothing.
  void Forget() { log_.reset(); }

 private:
  void WriteLine(std::chrono::microseconds age) const;
  void AddHops();
  void AddEntry(std::chrono::microseconds age);
  ledger::Tokens EstimatedTokens() const;

  /// Makes a unique_ptr that owns nothing, but is null after a move.
  struct Borrowed {
    void operator()(Log*) const {}
  };

  Clock* clock_;
  std::unique_ptr<Log, Borrowed> log_;  ///< null: the record was moved or forgotten
  ledger::Journal* journal_;
  TimePoint started_;
  WallTime began_;  ///< the same moment by the calendar
  int exceptions_;  ///< number of active exceptions at construction
  std::chrono::microseconds first_byte_{-1};
};

/// Logs an exception during the request `id`, which is a bug.
void LogThrown(Log& log, const std::string& id, std::string_view what);

}  // namespace agm::gateway
