#include "core/http/server/connection.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/http/server/stream.h"

namespace agm::http {
namespace {

using State = RequestReader::State;

constexpr std::int64_t kHeld = 0;
constexpr std::int64_t kOver = -1;
constexpr std::size_t kMaxDiscarded = 64 * 1024 * 1024;
constexpr int kReadsAtOnce = 64;  ///< then the thread serves other connections
constexpr std::int64_t kLowBits = 7;
constexpr Duration kLastWord{1000};
constexpr std::size_t kWorthwhile = 16 * 1024;  ///< smaller parts do not count as progress

std::int64_t Pack(Connection::Waits waits, TimePoint until) {
  const std::int64_t time = until.time_since_epoch().count();
  return (time & ~kLowBits) | static_cast<std::int64_t>(waits);
}

Connection::Waits WaitsOf(std::int64_t parked) {
  return static_cast<Connection::Waits>(parked & kLowBits);
}

TimePoint DeadlineOf(std::int64_t parked) {
  return TimePoint(std::chrono::nanoseconds(parked & ~kLowBits));
}

}  // namespace

Connection::Connection(std::unique_ptr<Wire> wire, std::string peer, Budgets& budgets,
                       const StreamsBody* streams)
    : wire_(std::move(wire)),
      peer_(std::move(peer)),
      watch_(wire_->fd()),
      reader_(streams),
      budgets_(budgets),
      head_share_(budgets.heads),
      share_(budgets.bodies),
      idle_since_(SystemClock().Now()),
      parked_(kHeld) {}

Connection::~Connection() = default;

Connection::Arrival Connection::Receive(std::uint64_t max_body) {
  // Pending bytes do not make the socket readable for Parking, so read them all now.
  for (int i = 0; i < kReadsAtOnce || Pending(); ++i) {
    const bool was_idle = reader_.state() == State::kIdle;
    const std::span<char> room = reader_.Room();
    const std::size_t wanted = room.size();
    const Wire::Moved moved = wire_->Receive(room);
    const State state = reader_.Filled(moved.bytes, max_body);
    if (state == State::kWhole) return Arrival::kRequest;
    if (state == State::kRefused) return Arrival::kFault;
    if (was_idle && state != State::kIdle) began_ = SystemClock().Now();
    wants_ = moved.wants;
    if (state == State::kBody && !std::exchange(judged, true)) return Arrival::kHead;
    if (!CountHeld()) return Arrival::kCrowded;
    if (moved.outcome == Wire::Outcome::kWouldBlock) return Arrival::kMore;
    if (moved.outcome != Wire::Outcome::kMoved) return Arrival::kGone;
    if (reader_.streamed() || (moved.bytes < wanted && !Pending())) return Arrival::kMore;
  }
  return Arrival::kMore;
}

/// False if the clients' bodies, or their heads, hold too much together.
bool Connection::CountHeld() {
  const bool body = reader_.state() == State::kBody;
  return head_share_.Resize(body ? 0 : reader_.held()) && share_.Resize(body ? reader_.held() : 0);
}

bool Connection::WantsOutput() const { return wants_ == POLLOUT; }

RequestReader::State Connection::Next(std::uint64_t max_body) {
  judged = false;
  continued = false;
  served_ = true;
  idle_since_ = SystemClock().Now();
  const State state = reader_.Next(max_body);
  if (state != State::kIdle) began_ = idle_since_;
  head_share_.Resize(0);
  share_.Resize(0);
  return state;
}

void Connection::Release() {
  reader_.Shrink();
  CountHeld();
}

bool Connection::SendOrKeep(std::string_view bytes) {
  if (!HasKept()) {
    if (!SendSome(bytes)) return false;
    if (bytes.empty()) return true;
    took_ = SystemClock().Now();
  }
  kept_.append(bytes);
  return !watch_.WasToldSo();
}

Connection::Sent Connection::SendKept() {
  std::string_view rest = std::string_view(kept_).substr(taken_);
  const std::size_t before = rest.size();
  if (!SendSome(rest) || (watch_.WasToldSo() && !rest.empty())) return Sent::kFailed;
  taken_ += before - rest.size();
  lately_ += before - rest.size();
  if (lately_ >= kWorthwhile) {
    took_ = SystemClock().Now();
    lately_ = 0;
  }
  if (!rest.empty()) return Sent::kPart;
  std::string().swap(kept_);
  taken_ = 0;
  lately_ = 0;
  return Sent::kAll;
}

/// Sends from the front of `bytes` what can be sent at once and removes it; false if the client is
/// gone.
bool Connection::SendSome(std::string_view& bytes) {
  while (!bytes.empty()) {
    const Wire::Moved moved = wire_->Send(bytes);
    if (moved.outcome == Wire::Outcome::kWouldBlock) return true;
    if (moved.outcome != Wire::Outcome::kMoved) return false;
    bytes.remove_prefix(moved.bytes);
  }
  return true;
}

bool Connection::AllRead() {
  std::array<char, 1> byte;
  return reader_.state() == State::kWhole && !reader_.HasMore() &&
         wire_->Receive(byte).outcome != Wire::Outcome::kMoved;
}

void Connection::SayFarewell() {
  farewell_ = SystemClock().Now();
  wire_->EndOutput();
}

bool Connection::Discard() {
  std::array<char, 4 * 1024> waste;
  for (int i = 0; i < kReadsAtOnce || Pending(); ++i) {
    const Wire::Moved moved = wire_->Receive(waste);
    if (moved.outcome == Wire::Outcome::kWouldBlock) return true;
    if (moved.outcome != Wire::Outcome::kMoved) return false;
    discarded_ += moved.bytes;
  }
  return discarded_ <= kMaxDiscarded;
}

bool Connection::ForOutput(Waits waits) {
  return waits == Waits::kTaking || waits == Waits::kThread;
}

void Connection::Park(Waits waits, TimePoint until) {
  parked_.store(Pack(waits, until));
  // If Cancel ran before the line above, it did not yet know that output has to end.
  if (ForOutput(waits) && watch_.WasToldSo()) EndOutput();
}

/// Ends a wait for output. A stream that only waits for a thread gets the time for its last event.
void Connection::EndOutput() {
  std::int64_t parked = parked_.load();
  if (parked == kHeld || parked == kOver) return wire_->HangUp(false);
  const Waits waits = WaitsOf(parked);
  const bool last_word =
      waits == Waits::kThread &&
      parked_.compare_exchange_strong(
          parked, Pack(waits, std::min(DeadlineOf(parked), After(SystemClock().Now(), kLastWord))));
  wire_->HangUp(ForOutput(waits) && !last_word);
}

Connection::Waits Connection::Unpark() {
  const std::int64_t parked = parked_.exchange(kHeld);
  return parked == kOver ? Waits::kNone : WaitsOf(parked);
}

void Connection::Expire(TimePoint now, Waits waits) {
  std::int64_t parked = parked_.load();
  if (parked == kHeld || parked == kOver || DeadlineOf(parked) > now) return;
  if (waits != Waits::kNone && WaitsOf(parked) != waits) return;
  // Hanging up makes the socket ready, so that a thread gets the connection from Parking and closes
  // it.
  const bool output = ForOutput(WaitsOf(parked));
  if (parked_.compare_exchange_strong(parked, kOver)) wire_->HangUp(output);
}

TimePoint Connection::deadline() const {
  const std::int64_t parked = parked_.load();
  return parked == kHeld || parked == kOver ? TimePoint::max() : DeadlineOf(parked);
}

void Connection::Cancel() {
  watch_.Cancel();
  EndOutput();
}

}  // namespace agm::http
