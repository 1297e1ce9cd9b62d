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

namespace agm::gateway {

class HttpStream;

/// One client's connection: what it sent so far, and whether it waits without a thread until a
/// deadline (parked) or is in the hands of one.
///
/// Thread safety: Expire and Cancel from any thread; the rest from the thread that has it.
class HttpConnection {
 public:
  enum class Arrival {
    kMore,     ///< not all of a request is here yet
    kRequest,  ///< reader() has one
    kFault,    ///< reader().fault() says what is wrong with it
    kCrowded,  ///< all clients together sent more than may be held
    kGone,
  };
  /// What a parked connection waits for.
  enum class Waits : std::uint8_t { kNone, kRequest, kRestOfRequest, kTaking, kFarewell, kThread };
  /// True for what a socket that takes output ends.
  static bool ForOutput(Waits waits);
  enum class Sent { kAll, kPart, kFailed };

  HttpConnection(std::unique_ptr<Wire> wire, std::string peer, ByteBudget& budget);
  ~HttpConnection();

  /// Reads what has arrived, without waiting.
  Arrival Receive(std::uint64_t max_body);
  /// Forgets the request that was answered; what came behind it may be the next.
  RequestReader::State Next(std::uint64_t max_body);
  /// True if bytes came that neither the reader has nor Parking sees: Receive once more.
  bool Pending() const { return wire_->Pending(); }
  /// Gives memory back that nothing is in.
  void Release();
  /// Sends without waiting and keeps what does not go at once for SendKept; false when the client
  /// is gone.
  bool SendOrKeep(std::string_view bytes);
  Sent SendKept();
  bool HasKept() const { return !kept_.empty(); }
  /// When the client last had taken a worthwhile part (16 kB, or all) of what is kept; at first,
  /// when it was kept.
  TimePoint took() const { return took_; }
  /// True if nothing has come behind the whole request that was answered.
  bool AllRead();
  /// Tells the client that nothing more comes; what it still sends is thrown away by Discard, so
  /// that no reset overtakes the answer.
  void SayFarewell();
  /// False when the client has closed too, or sends too much.
  bool Discard();

  /// From here on Expire may take effect. The caller hands the connection to Parking next.
  void Park(Waits waits, TimePoint until);
  /// Takes it back; what it waited for, kNone if that took too long or it was told to go.
  Waits Unpark();
  /// Ends the wait if it is for `waits` (kNone: for anything) and its deadline is before `now`.
  void Expire(TimePoint now, Waits waits = Waits::kNone);
  /// The server ends: whoever works for this client shall stop.
  void Cancel();
  /// How long it may stay parked; for ever while a thread has it.
  TimePoint deadline() const;

  const Cancellation& client() const { return watch_; }
  /// True once Cancel was called.
  bool WasToldToGo() const { return watch_.WasToldSo(); }
  int fd() const { return wire_->fd(); }
  const std::string& peer() const { return peer_; }
  RequestReader& reader() { return reader_; }
  ByteBudget& budget() { return budget_; }
  /// When the first byte came of the head that is being received.
  TimePoint began() const { return began_; }
  /// Since when nothing of a request has come: the last answer, or the beginning.
  TimePoint idle_since() const { return idle_since_; }
  /// True if a request of it was answered.
  bool served() const { return served_; }
  /// When SayFarewell was called; the beginning of time if it was not.
  TimePoint farewell() const { return farewell_; }
  /// Whether receiving wants to write first (TLS does at times).
  bool WantsOutput() const;

  bool continued = false;   ///< 100 Continue was sent for the request that is being received
  bool keep_alive = false;  ///< the connection stays when its answer was taken

 private:
  bool SendSome(std::string_view& bytes);

  std::unique_ptr<Wire> wire_;
  const std::string peer_;
  ClientWatch watch_;
  RequestReader reader_;
  ByteBudget& budget_;
  BudgetShare share_;
  std::string kept_;        ///< of an answer: what the client did not take at once
  std::size_t taken_ = 0;   ///< what it has taken of that since
  std::size_t lately_ = 0;  ///< of that, since took_
  TimePoint took_{};
  short wants_ = 0;  ///< what receiving waits for
  TimePoint began_{};
  TimePoint idle_since_;
  bool served_ = false;
  TimePoint farewell_{};
  std::size_t discarded_ = 0;
  /// While parked the deadline in ns and, in the low bits, what it waits for; else kHeld or kOver.
  std::atomic<std::int64_t> parked_;

 public:
  /// While its answer is a stream, and not all sent. It goes before what it uses.
  std::unique_ptr<HttpStream> stream;
};

}  // namespace agm::gateway
