// One request on one connection, as a state machine that advances only inside its caller's calls:
//
//   AwaitHead: [connect, wait]* [send, wait]* [receive, wait]* until the head is complete
//   Read:      data received with the head -> [wait, send the rest, receive]* until there are bytes
//              or the end
//   end:       the connection goes back to the pool; after any other result it is closed

#include "core/http/client/curl_download.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace agm::http {
namespace {

/// The first part of a body is sent together with the head.
constexpr std::size_t kFirst = 16 * 1024;
/// Sends in slices, so that a slow connection shows progress.
constexpr std::size_t kSlice = 64 * 1024;
/// One Read receives this much at most: compressed bytes may expand a thousandfold.
constexpr int kRounds = 16;
constexpr std::size_t kEnough = kRounds * CurlConnection::kRoom;
/// How often to check a cancellation that has no descriptor.
constexpr Duration kTick{100};

}  // namespace

CurlDownload::CurlDownload(std::shared_ptr<CurlTransport::IdleLines> idle,
                           std::unique_ptr<CurlLine> line, const Origin& origin,
                           const std::string& head, const OutgoingRequest& request)
    : idle_(std::move(idle)),
      line_(std::move(line)),
      peer_(origin.HostAndPort()),
      proxy_(origin.loopback ? std::string() : ShownProxy(request.proxy)),
      connect_timeout_(request.connect_timeout),
      first_byte_timeout_(request.first_byte_timeout),
      idle_timeout_(request.idle_timeout),
      deadline_(request.deadline),
      rest_(request.body),
      upload_(request.upload),
      chunked_(upload_ != nullptr && !upload_->size()) {
  const std::string_view front = rest_.substr(0, kFirst);
  first_.reserve(head.size() + front.size());
  first_.append(head).append(front);
  rest_.remove_prefix(front.size());
}

/// Continues to connect; true once connected.
bool CurlDownload::Connect() {
  if (line_->connection.connected()) return true;
  const auto result = line_->connection.Connect();
  if (!result) return false;
  quiet_since_ = SystemClock().Now();
  if (*result != CURLE_OK) Finish(*result);
  return *result == CURLE_OK;
}

/// Connects, sends and receives as far as possible without waiting.
void CurlDownload::Move(std::string& out) {
  if (done_ || !Connect()) return;
  Refill();
  const bool sending = !Unsent().empty() && !Uploading();
  SendRest();
  // There is no response yet to a request whose last byte was sent just now.
  if (!sending || deaf_ || !Unsent().empty()) Receive(out);
}

std::string_view CurlDownload::Unsent() const {
  if (deaf_) return {};
  return first_.empty() ? rest_.substr(0, kSlice) : std::string_view(first_);
}

/// Reads the next piece of an upload once the one before is sent. It waits for the piece's sender
/// only briefly, so that an early response is noticed.
void CurlDownload::Refill() {
  if (!Uploading() || !Unsent().empty()) return;
  std::string piece;
  const auto state = upload_->Read(piece, After(SystemClock().Now(), kTick));
  if (state == BodyReader::State::kFailed) return Finish(CURLE_READ_ERROR);
  if (!piece.empty()) quiet_since_ = SystemClock().Now();
  if (chunked_ && !piece.empty()) piece = fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
  if (state == BodyReader::State::kWhole) {
    if (chunked_) piece += "0\r\n\r\n";
    upload_ = nullptr;
  }
  first_ = std::move(piece);
}

void CurlDownload::SendRest() {
  for (std::string_view slice = Unsent(); !slice.empty(); slice = Unsent()) {
    const auto sent = line_->connection.Send(slice);
    // The server may have sent a response before it stopped reading.
    if (!sent) deaf_ = true;
    if (!sent || *sent == 0) return;
    quiet_since_ = SystemClock().Now();
    if (first_.empty()) {
      rest_.remove_prefix(*sent);
    } else if (*sent < first_.size()) {
      first_.erase(0, *sent);
    } else {
      std::string().swap(first_);
    }
  }
}

/// Receives until nothing is left, because TLS may buffer bytes that the socket does not show, or
/// until kEnough bytes came.
void CurlDownload::Receive(std::string& out) {
  using State = CurlConnection::Received::State;
  std::array<char, CurlConnection::kRoom> room;
  const std::size_t before = out.size();
  more_ = true;
  for (int round = 0; round < kRounds && out.size() - before < kEnough && !done_; ++round) {
    const auto received = line_->connection.Receive(room);
    switch (received.state) {
      case State::kNothingYet:
        more_ = false;
        return;
      case State::kLost:
        Finish(deaf_ ? CURLE_SEND_ERROR : CURLE_RECV_ERROR);
        return;
      case State::kClosed:
        answer_.Close();
        break;
      case State::kBytes: {
        const std::string_view bytes(room.data(), received.size);
        tail_ = answer_.Read(bytes, out) < bytes.size();
        break;
      }
    }
    Judge();
  }
}

/// Finishes the download if the response is complete or broken.
void CurlDownload::Judge() {
  using State = ResponseReader::State;
  const bool in_head = answer_.head().state() != ResponseHead::State::kWhole;
  switch (answer_.state()) {
    case State::kHead:
    case State::kBody:
      return;
    case State::kWhole:
      return Finish(CURLE_OK);
    case State::kNoHttp:
      return Finish(CURLE_WEIRD_SERVER_REPLY);
    case State::kHeadTooLarge:
      return Finish(kTooLargeHead);
    case State::kBadPacking:
      return Finish(CURLE_BAD_CONTENT_ENCODING);
    case State::kCut:
      if (!answer_.begun()) return Finish(deaf_ ? CURLE_SEND_ERROR : CURLE_GOT_NOTHING);
      return Finish(in_head ? CURLE_PARTIAL_FILE : CURLE_RECV_ERROR);
  }
}

/// Ends the download: nothing more will be received.
void CurlDownload::Finish(CURLcode result) {
  done_ = true;
  result_ = result;
}

bool CurlDownload::EndedUnanswered() const {
  const bool lost =
      result_ == CURLE_GOT_NOTHING || result_ == CURLE_SEND_ERROR || result_ == CURLE_RECV_ERROR;
  return done_ && lost && !answer_.begun();
}

CurlDownload::Wait CurlDownload::NextWait(TimePoint until) const {
  Wait wait{until, Limit::kUntil};
  const auto at_most = [&wait](TimePoint end, Limit limit) {
    if (end < wait.end) wait = {end, limit};
  };
  if (answer_.state() != ResponseReader::State::kHead) {
    at_most(quiet_since_ + idle_timeout_, Limit::kIdle);
  } else if (line_->connection.connected()) {
    at_most(quiet_since_ + first_byte_timeout_, Limit::kFirstByte);
  } else {
    at_most(quiet_since_ + connect_timeout_, Limit::kConnect);
  }
  at_most(deadline_, Limit::kDeadline);
  return wait;
}

// Waits until the connection or the client's descriptor is readable, or until `end`; does not wait
// if more data may be buffered. Returns true if the caller cancelled. `watch` is cleared once the
// client sends data, because its descriptor would then stay readable.
bool CurlDownload::Poll(TimePoint end, const Cancellation& cancellation, bool& watch) {
  if (more_ || (Uploading() && Unsent().empty())) return cancellation.Cancelled();
  const bool can_wake = watch && cancellation.fd() >= 0;
  const bool never = &cancellation == &NeverCancelled();
  if (!can_wake && !never) end = std::min(end, After(SystemClock().Now(), kTick));
  const bool woken =
      line_->connection.Wait(end, !Unsent().empty(), can_wake ? cancellation.fd() : -1);
  if (can_wake && !woken) return false;
  if (cancellation.Cancelled()) return true;
  watch = false;
  return false;
}

Result<void> CurlDownload::AwaitHead(const Cancellation& cancellation) {
  if (cancellation.Cancelled()) return Fail(ErrorCode::kCancelled, "the client went away");
  quiet_since_ = SystemClock().Now();
  for (bool watch = true;;) {
    Move(early_);
    if (answer_.head().state() == ResponseHead::State::kWhole) break;
    if (done_) return BrokenBeforeHead();
    const Wait wait = NextWait(TimePoint::max());
    if (SystemClock().Now() >= wait.end) return TimedOut(wait.limit);
    if (Poll(wait.end, cancellation, watch)) {
      return Fail(ErrorCode::kCancelled, "the client went away");
    }
  }
  if (upload_ != nullptr) deaf_ = true;  // the rest is not wanted
  paused_since_ = quiet_since_ = SystemClock().Now();
  return {};
}

// Reads what is available, without polling: the caller has waited for awaited() before.
Result<ReadState> CurlDownload::Take(std::string& out, const Cancellation& cancellation) {
  const Wait limit = NextWait(TimePoint::max());
  const std::size_t before = out.size();
  Move(out);
  if (out.size() != before) {
    quiet_since_ = SystemClock().Now();
    return ReadState::kData;
  }
  if (done_) return End();
  if (cancellation.Cancelled()) return Fail(ErrorCode::kCancelled, "the client went away");
  if (SystemClock().Now() >= limit.end) return TimedOut(limit.limit);
  return ReadState::kNothingYet;
}

// Polls first, because between two chunks there is usually no data yet.
Result<ReadState> CurlDownload::Pull(std::string& out, TimePoint until,
                                     const Cancellation& cancellation) {
  const std::size_t before = out.size();
  for (bool watch = true;;) {
    const Wait wait = NextWait(until);
    if (Poll(wait.end, cancellation, watch)) {
      return Fail(ErrorCode::kCancelled, "the client went away");
    }
    Move(out);
    const TimePoint now = SystemClock().Now();
    if (out.size() != before) {
      quiet_since_ = now;
      return ReadState::kData;
    }
    if (done_) return End();
    if (now < wait.end) continue;
    if (wait.limit == Limit::kUntil) return ReadState::kNothingYet;
    return TimedOut(wait.limit);
  }
}

Result<ReadState> CurlDownload::Read(std::string& out, TimePoint until,
                                     const Cancellation& cancellation) {
  if (!early_.empty()) {
    if (out.empty()) {
      out.swap(early_);
    } else {
      out += early_;
    }
    early_.clear();
    return ReadState::kData;
  }
  if (error_) return *error_;
  if (done_) return End();
  EndPause();
  if (SystemClock().Now() >= deadline_) return Stop(TimedOut(Limit::kDeadline));
  auto state = until == kNoWait ? Take(out, cancellation) : Pull(out, until, cancellation);
  paused_since_ = SystemClock().Now();
  if (!state) return Stop(state.error());
  return state;
}

Error CurlDownload::Stop(Error error) {
  error_ = std::move(error);
  Close();
  return *error_;
}

// Adds the caller's own pause to quiet_since_, so that it does not count as the upstream's silence.
void CurlDownload::EndPause() {
  if (paused_since_) quiet_since_ += SystemClock().Now() - *paused_since_;
  paused_since_.reset();
}

Awaited CurlDownload::awaited() {
  if (!early_.empty() || error_ || done_) return {-1, kNoWait};
  EndPause();
  const int fd = Unsent().empty() || more_ ? line_->connection.fd() : -1;
  return {fd, more_ ? kNoWait : NextWait(TimePoint::max()).end};
}

Result<ReadState> CurlDownload::End() {
  if (result_ != CURLE_OK) {
    return Stop(Broken());
  }
  GiveBack();
  return ReadState::kEnd;
}

// Returns the connection to the pool, or closes it if leftover bytes could corrupt the next
// response.
void CurlDownload::GiveBack() {
  const bool clean = answer_.head().keep_alive() && !tail_ && !deaf_ && Unsent().empty();
  if (clean && line_) return idle_->Put(std::move(line_));
  Close();
}

// Closes the socket if the response is incomplete.
void CurlDownload::Close() { line_.reset(); }

}  // namespace agm::http
