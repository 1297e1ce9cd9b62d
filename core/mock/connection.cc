#include "core/mock/connection.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/base/os/socket.h"

namespace agm::mock {
namespace {

constexpr std::size_t kSendAhead = 16 * 1024;  // bytes gathered for one write if there is no pause

void ResetOnClose(int fd) {
  const linger now{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

Reply BadRequest(RequestReader::State state) {
  Reply reply;
  reply.status = state == RequestReader::State::kTooLarge ? 413 : 400;
  reply.content_type = "text/html; charset=UTF-8";
  reply.text =
      fmt::format("<!DOCTYPE html><title>Error {}</title><p>That is an error.", reply.status);
  return reply;
}

}  // namespace

Connection::Fate Connection::Advance(bool woken) {
  if (woken) wake_.reset();
  for (bool progress = true; progress;) {
    progress = false;
    Fate fate = Fate::kKeep;
    switch (phase_) {
      case Phase::kReading:
        fate = ReadOn(progress);
        break;
      case Phase::kWaiting:
        if (wake_) break;
        phase_ = Phase::kSending;
        progress = true;
        break;
      case Phase::kSending:
        fate = SendOn(progress);
        break;
    }
    if (fate != Fate::kKeep) return fate;
  }
  return Fate::kKeep;
}

Connection::Fate Connection::ReadOn(bool& progress) {
  using State = RequestReader::State;
  std::array<char, 64 * 1024> bytes;
  for (;;) {
    const State state = reader_.Read(in_);
    if (state == State::kReady || state == State::kBad || state == State::kTooLarge) {
      progress = true;
      Request request = reader_.Take();
      keep_alive_ = state == State::kReady && request.keep_alive;
      Begin(state == State::kReady ? service_(request) : BadRequest(state));
      return Fate::kKeep;
    }
    if (state == State::kContinue) {
      constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
      os::Send(fd(), kGoOn.data(), kGoOn.size());
      continue;
    }
    const ssize_t n = ::recv(fd(), bytes.data(), bytes.size(), 0);
    if (n > 0) {
      in_.append(bytes.data(), static_cast<std::size_t>(n));
    } else if (n == 0 || errno != EINTR) {
      return n < 0 && errno == EAGAIN ? Fate::kKeep : Fate::kClose;
    }
  }
}

void Connection::Begin(Reply reply) {
  phase_ = Phase::kWaiting;
  reply_ = std::move(reply);
  PauseFor(reply_.delivery.hang);
  out_.clear();
  sent_ = 0;
  body_bytes_ = 0;
  next_.reset();
  body_done_ = !reply_.stream;
  cut_ = reply_.delivery.refuse;
  if (cut_) return;
  out_ = WriteHead(reply_, keep_alive_);
  if (!reply_.stream) AddBody(reply_.text);
}

// Sends what is ready, then gathers more, until a pause, a full socket or the end.
Connection::Fate Connection::SendOn(bool& progress) {
  if (wake_) return Fate::kKeep;
  for (;;) {
    Fate fate = Fate::kKeep;
    if (!Flush(fate)) return fate;
    if (cut_) {
      if (reply_.delivery.reset) ResetOnClose(fd());
      return Fate::kClose;
    }
    if (body_done_) {
      if (!keep_alive_) return Fate::kClose;
      phase_ = Phase::kReading;
      reply_ = Reply{};
      progress = true;
      return Fate::kKeep;
    }
    Fill();
    if (wake_ && out_.empty()) return Fate::kKeep;
  }
}

// False if sending must stop for now: a full socket, a pause, or an error.
bool Connection::Flush(Fate& fate) {
  const Delivery& delivery = reply_.delivery;
  while (sent_ < out_.size()) {
    std::size_t size = out_.size() - sent_;
    if (delivery.write_bytes > 0) size = std::min(size, delivery.write_bytes);
    const ssize_t n = os::Send(fd(), out_.data() + sent_, size);
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) fate = Fate::kAbort;
      return false;
    }
    sent_ += static_cast<std::size_t>(n);
    if (delivery.write_pause.count() > 0 && sent_ < out_.size()) {
      PauseFor(delivery.write_pause);
      return false;
    }
  }
  out_.clear();
  sent_ = 0;
  return !wake_;
}

// Pulls pieces of a streamed body until one has a pause.
void Connection::Fill() {
  while (out_.size() < kSendAhead && !cut_ && !body_done_) {
    if (!next_) {
      next_ = reply_.stream->Next();
      if (!next_) {
        out_ += "0\r\n\r\n";
        body_done_ = true;
        return;
      }
      PauseFor(next_->pause);
      if (wake_) return;
    }
    const Piece piece = *std::exchange(next_, std::nullopt);
    AddBody(piece.bytes);
    cut_ = cut_ || piece.cut;
  }
}

void Connection::AddBody(std::string_view bytes) {
  const std::size_t room = reply_.delivery.cut_after - body_bytes_;
  if (bytes.size() > room) {
    bytes = bytes.substr(0, room);
    cut_ = true;
  }
  body_bytes_ += bytes.size();
  if (bytes.empty()) return;
  if (!reply_.stream) {
    out_ += bytes;
    return;
  }
  fmt::format_to(std::back_inserter(out_), "{:x}\r\n", bytes.size());
  out_ += bytes;
  out_ += "\r\n";
}

void Connection::PauseFor(Duration duration) {
  if (duration.count() > 0) wake_ = After(SystemClock().Now(), duration);
}

}  // namespace agm::mock
