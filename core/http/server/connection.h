#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/http/server/byte_budget.h"
#include "core/http/server/client_watch.h"
#include "core/http/server/wire.h"
#include "core/http/wire/request_reader.h"

namespace agm::http {

class StreamTask;

/// The limits of the memory that all clients together use. Heads have their own budget, because any
/// client may send them; bodies come only from callers whose head was accepted.
///
/// Thread safety: any thread.
struct Budgets {
  ByteBudget heads;
  ByteBudget bodies;
};

/// One client's connection. It holds the bytes received so far, and is either parked (it waits
/// without a thread until a deadline) or held by one thread.
///
/// Thread safety: Expire and Cancel from any thread; the rest from the thread that holds it.
class Connection {
 public:
  enum class Arrival {
    kMore,     ///< the request is incomplete
    kHead,     ///< the head is complete and its body is not; returned once per request
    kRequest,  ///< reader() has a complete request
    kFault,    ///< reader().fault() tells what is wrong with the request
    kCrowded,  ///< the bytes of all clients together exceed the budget
    kGone,
  };
  /// The event that a parked connection waits for. kFirstRequest: no request has begun yet.
  enum class Waits : std::uint8_t {
    kNone,
    kRequest,
    kFirstRequest,
    kRestOfRequest,
    kTaking,
    kFarewell,
    kThread
  };
  /// True if the awaited event is that the socket becomes writable.
  static bool ForOutput(Waits waits);
  enum class Sent { kAll, kPart, kFailed };

  /// `streams` must outlive the connection; null: every body is held.
  Connection(std::unique_ptr<Wire> wire, std::string peer, Budgets& budgets,
             const StreamsBody* streams = nullptr);
  ~Connection();

  /// Reads what has arrived, without blocking; of a streamed body one piece.
  Arrival Receive(std::uint64_t max_body);
  /// Discards the answered request; bytes after it may already hold the next one.
  RequestReader::State Next(std::uint64_t max_body);
  /// True if bytes have arrived that neither the reader nor Parking can see: call Receive again.
  bool Pending() const { return wire_->Pending(); }
  /// Releases the memory of empty buffers.
  void Release();
  /// Sends without blocking and keeps the rest for SendKept; false if the client is gone.
  bool SendOrKeep(std::string_view bytes);
  Sent SendKept();
  bool HasKept() const { return !kept_.empty(); }
  /// The time when the client last accepted a substantial part of the kept bytes (16 kB, or all);
  /// initially the time when they were kept.
  TimePoint took() const { return took_; }
  /// True if no byte has arrived after the answered request.
  bool AllRead();
  /// Tells the client that no more data follows (half-close). Discard then reads and drops what the
  /// client still sends; otherwise a TCP reset could destroy the response on its way.
  void SayFarewell();
  /// False if the client has closed too, or sends too much.
  bool Discard();

  /// From here on Expire may take effect. The caller must pass the connection to Parking next.
  void Park(Waits waits, TimePoint until);
  /// Ends the parking. Returns the event it waited for, or kNone if it expired or was cancelled.
  Waits Unpark();
  /// Ends the wait if it is for `waits` (kNone: any event) and its deadline is before `now`.
  void Expire(TimePoint now, Waits waits = Waits::kNone);
  /// Cancels all work for this client, because the server stops.
  void Cancel();
  /// The deadline while parked; otherwise TimePoint::max().
  TimePoint deadline() const;

  const Cancellation& client() const { return watch_; }
  /// True after Cancel.
  bool WasToldToGo() const { return watch_.WasToldSo(); }
  int fd() const { return wire_->fd(); }
  const std::string& peer() const { return peer_; }
  RequestReader& reader() { return reader_; }
  /// The budget of bodies.
  ByteBudget& budget() { return budgets_.bodies; }
  /// The time of the first byte of the current request.
  TimePoint began() const { return began_; }
  /// The time of the last response, or of the connection's start.
  TimePoint idle_since() const { return idle_since_; }
  /// True if at least one of its requests was answered.
  bool served() const { return served_; }
  /// The time when SayFarewell was called; TimePoint{} if it was not.
  TimePoint farewell() const { return farewell_; }
  /// True if receiving needs to write first (TLS sometimes does).
  bool WantsOutput() const;

  bool judged = false;      ///< the head of the current request was checked (Arrival::kHead)
  bool continued = false;   ///< 100 Continue was sent for the current request
  bool keep_alive = false;  ///< the connection stays open after the response

 private:
  bool SendSome(std::string_view& bytes);
  bool CountHeld();
  void EndOutput();

  std::unique_ptr<Wire> wire_;
  const std::string peer_;
  ClientWatch watch_;
  RequestReader reader_;
  Budgets& budgets_;
  BudgetShare head_share_;
  BudgetShare share_;
  std::string kept_;        ///< the part of the response that the client has not accepted yet
  std::size_t taken_ = 0;   ///< the number of kept bytes that were sent since
  std::size_t lately_ = 0;  ///< the bytes that the client accepted since took_
  TimePoint took_{};
  short wants_ = 0;  ///< the poll event that receiving waits for
  TimePoint began_{};
  TimePoint idle_since_;
  bool served_ = false;
  TimePoint farewell_{};
  std::size_t discarded_ = 0;
  /// While parked: the deadline in ns, and in its low bits the awaited event; else kHeld or kOver.
  std::atomic<std::int64_t> parked_;

 public:
  /// Set while a streamed response is not completely sent. Destroyed before the members that it
  /// uses.
  std::unique_ptr<StreamTask> stream;
};

}  // namespace agm::http
