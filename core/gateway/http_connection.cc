#include "core/gateway/http_connection.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>

namespace agm::gateway {
namespace {

constexpr std::int64_t kHeld = 0;
constexpr std::int64_t kOver = -1;
constexpr std::size_t kMaxDiscarded = 1024 * 1024;
constexpr Duration kSlice{100};  ///< how often a waiting sender looks whether it was cancelled

std::int64_t Pack(HttpConnection::Waits waits, TimePoint until) {
  const std::int64_t time = until.time_since_epoch().count();
  return (time & ~std::int64_t{3}) | static_cast<std::int64_t>(waits);
}

HttpConnection::Waits WaitsOf(std::int64_t parked) {
  return static_cast<HttpConnection::Waits>(parked & 3);
}

}  // namespace

HttpConnection::HttpConnection(std::unique_ptr<Wire> wire, std::string peer)
    : wire_(std::move(wire)), peer_(std::move(peer)), watch_(wire_->fd()), parked_(kHeld) {}

HttpConnection::Arrival HttpConnection::Receive(std::uint64_t max_body) {
  for (;;) {
    const std::span<char> room = reader_.Room();
    const Wire::Moved moved = wire_->Receive(room);
    const bool was_idle = reader_.state() == RequestReader::State::kIdle;
    switch (reader_.Filled(moved.bytes, max_body)) {
      case RequestReader::State::kWhole:
        return Arrival::kRequest;
      case RequestReader::State::kRefused:
        return Arrival::kFault;
      case RequestReader::State::kIdle:
      case RequestReader::State::kHead:
      case RequestReader::State::kBody:
        break;
    }
    if (was_idle) began_ = SystemClock().Now();
    switch (moved.outcome) {
      case Wire::Outcome::kMoved:
        if (moved.bytes < room.size() && !wire_->Pending()) return Arrival::kMore;
        break;
      case Wire::Outcome::kWouldBlock:
        return Arrival::kMore;
      case Wire::Outcome::kEnd:
      case Wire::Outcome::kBroken:
        return Arrival::kGone;
    }
  }
}

bool HttpConnection::SendAtOnce(std::string_view bytes) { return Send(bytes, Duration{0}); }

bool HttpConnection::Send(std::string_view bytes, Duration patience) {
  TimePoint until{};
  while (!bytes.empty()) {
    const Wire::Moved moved = wire_->Send(bytes);
    if (moved.outcome == Wire::Outcome::kMoved) {
      bytes.remove_prefix(moved.bytes);
      until = {};
      continue;
    }
    if (moved.outcome != Wire::Outcome::kWouldBlock || watch_.WasToldSo()) return false;
    const TimePoint now = SystemClock().Now();
    if (until == TimePoint{}) until = After(now, patience);
    const Duration wait = std::min(Left(now, until), kSlice);
    if (wait.count() == 0) return false;
    pollfd ready{wire_->fd(), moved.wants, 0};
    ::poll(&ready, 1, static_cast<int>(wait.count()));
  }
  return true;
}

void HttpConnection::SayFarewell() {
  farewell_ = SystemClock().Now();
  wire_->EndOutput();
}

bool HttpConnection::Discard() {
  std::array<char, 16 * 1024> waste;
  for (;;) {
    const Wire::Moved moved = wire_->Receive(waste);
    if (moved.outcome == Wire::Outcome::kWouldBlock) return true;
    discarded_ += moved.bytes;
    if (moved.outcome != Wire::Outcome::kMoved || discarded_ > kMaxDiscarded) return false;
  }
}

void HttpConnection::Park(Waits waits, TimePoint until) { parked_.store(Pack(waits, until)); }

HttpConnection::Waits HttpConnection::Unpark() {
  const std::int64_t parked = parked_.exchange(kHeld);
  return parked == kOver ? Waits::kNone : WaitsOf(parked);
}

void HttpConnection::Expire(TimePoint now, Waits waits) {
  std::int64_t parked = parked_.load();
  if (parked == kHeld || parked == kOver) return;
  if (waits != Waits::kNone && WaitsOf(parked) != waits) return;
  if ((parked & ~std::int64_t{3}) > now.time_since_epoch().count()) return;
  // Hanging up is news to Parking, so that a thread comes by and closes it.
  if (parked_.compare_exchange_strong(parked, kOver)) wire_->HangUp();
}

void HttpConnection::Cancel() {
  watch_.Cancel();
  wire_->HangUp();
}

}  // namespace agm::gateway
