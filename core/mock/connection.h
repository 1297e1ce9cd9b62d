#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/clock.h"
#include "core/base/unique_fd.h"
#include "core/mock/http_message.h"
#include "core/mock/reply.h"

namespace agm::mock {

/// One client's connection on a non-blocking socket. It repeats these phases
///
///   reading --request complete--> waiting (the reply's hang) --> sending --body complete-->
///   reading
///
/// and never blocks: Advance goes as far as it can; then wake(), wants_room() and reading() tell
/// what the connection waits for.
///
/// Thread safety: one thread at a time.
class Connection {
 public:
  using Service = std::function<Reply(Request&)>;
  enum class Fate { kKeep, kClose, kAbort };

  /// `service` must outlive the connection.
  Connection(UniqueFd socket, const Service& service) : fd_(std::move(socket)), service_(service) {}

  int fd() const { return fd_.get(); }
  /// Continues; `woken` is true if the time of wake() has come.
  Fate Advance(bool woken);

  bool reading() const { return phase_ == Phase::kReading; }
  /// True if the socket is full and no pause delays the reply.
  bool wants_room() const { return sent_ < out_.size() && !wake_; }
  /// The end of the current pause.
  const std::optional<TimePoint>& wake() const { return wake_; }

 private:
  enum class Phase { kReading, kWaiting, kSending };
  // The steps of Advance; they set `progress` if the next step can continue.
  Fate ReadOn(bool& progress);
  Fate SendOn(bool& progress);
  void Begin(Reply reply);
  bool Flush(Fate& fate);
  void Fill();
  void AddBody(std::string_view bytes);
  void PauseFor(Duration duration);

  UniqueFd fd_;
  const Service& service_;
  std::string in_;
  RequestReader reader_;
  Phase phase_ = Phase::kReading;
  bool keep_alive_ = true;
  Reply reply_;
  std::string out_;             // framed bytes to send
  std::size_t sent_ = 0;        // sent bytes of out_
  std::size_t body_bytes_ = 0;  // bytes of the body that were moved to out_
  std::optional<Piece> next_;   // the pulled piece whose pause has not ended
  bool body_done_ = false;
  bool cut_ = false;  // close once out_ is sent
  std::optional<TimePoint> wake_;
};

}  // namespace agm::mock
