#include "core/http/wire/request_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "core/http/wire/grammar.h"

namespace agm::http {
namespace {

constexpr std::size_t kSmallRead = 4 * 1024;
constexpr std::size_t kLargeRead = 64 * 1024;

/// The buffer in which a thread receives a head or a small part of a body. The reader then copies
/// what came.
thread_local std::array<char, kSmallRead> small_room;

/// True for a character that cannot begin a request, so that the reader need not wait for more
/// bytes.
bool BeginsNoRequest(char c) { return c != '\r' && !IsToken(std::string_view(&c, 1)); }

/// Releases the memory; assigning an empty string would keep it.
void Free(std::string& text) { std::string().swap(text); }

}  // namespace

bool RequestReader::BodyGoesStraight() const {
  return state_ == State::kBody && head_.framing == BodyFraming::kLength;
}

bool RequestReader::RoomIsSmall() const { return !BodyGoesStraight() && room_ == kSmallRead; }

std::span<char> RequestReader::Room() {
  std::string& target = BodyGoesStraight() ? body_ : in_;
  const std::size_t used = target.size();
  room_ = streamed_ ? kLargeRead : std::clamp(body_.size(), kSmallRead, kLargeRead);
  if (RoomIsSmall()) return small_room;
  if (BodyGoesStraight()) {
    room_ = std::min<std::uint64_t>(room_, head_.content_length - taken_ - used);
  }
  target.resize(used + room_);
  return {target.data() + used, room_};
}

RequestReader::State RequestReader::Filled(std::size_t size, std::uint64_t max_body) {
  std::string& target = BodyGoesStraight() ? body_ : in_;
  if (RoomIsSmall()) {
    target.append(small_room.data(), size);
  } else {
    target.resize(target.size() - room_ + size);
  }
  room_ = 0;
  Advance(max_body);
  return state_;
}

RequestReader::State RequestReader::Next(std::uint64_t max_body) {
  state_ = State::kIdle;
  head_ = {};
  streamed_ = false;
  taken_ = 0;
  body_.clear();
  chunks_ = {};
  Advance(max_body);
  return state_;
}

void RequestReader::TakeBody(std::string& out) {
  taken_ += body_.size();
  out += body_;
  body_.clear();
}

void RequestReader::Shrink() {
  Free(body_);
  if (in_.empty()) Free(in_);
}

void RequestReader::Advance(std::uint64_t max_body) {
  if (state_ == State::kIdle || state_ == State::kHead) AdvanceHead(max_body);
  if (state_ == State::kBody) AdvanceBody(max_body);
}

void RequestReader::AdvanceHead(std::uint64_t max_body) {
  if (state_ == State::kIdle) {  // RFC 9112, 2.2: ignore empty lines between requests
    while (in_.starts_with("\r\n")) in_.erase(0, 2);
    if (in_.empty() || in_ == "\r") return;
    if (BeginsNoRequest(in_.front())) {
      return Refuse({Fail(ErrorCode::kInvalidRequest,
                          "this is no HTTP request (is it TLS? this port speaks plain HTTP)"),
                     400});
    }
    state_ = State::kHead;
  }
  bool bare = false;
  const std::size_t end = FindHeadEnd(in_, scanned_, bare);
  if (bare) {
    return Refuse(
        {Fail(ErrorCode::kInvalidRequest, "a line of the head does not end with CR LF"), 400});
  }
  if (std::min(end, in_.size()) > kMaxHeadSize) {
    return Refuse(
        {Fail(ErrorCode::kTooLarge, "the headers are larger than {} bytes", kMaxHeadSize), 431});
  }
  scanned_ = in_.size();
  if (end == std::string::npos) return;
  scanned_ = 0;
  if (auto fault = ReadHead(std::string_view(in_).substr(0, end), head_))
    return Refuse(*std::move(fault));
  in_.erase(0, end);
  BeginBody(max_body);
}

void RequestReader::BeginBody(std::uint64_t max_body) {
  state_ = State::kBody;
  streamed_ = head_.framing != BodyFraming::kNone && head_.coding == BodyCoding::kIdentity &&
              streams_ != nullptr && *streams_ && (*streams_)(head_);
  switch (head_.framing) {
    case BodyFraming::kNone:
      state_ = State::kWhole;
      return;
    case BodyFraming::kLength:
      if (head_.content_length > max_body && !streamed_) return RefuseSize(max_body);
      body_.reserve(std::min<std::uint64_t>(head_.content_length, kLargeRead));
      return;
    case BodyFraming::kChunked:
      return;
  }
}

void RequestReader::AdvanceBody(std::uint64_t max_body) {
  if (head_.framing == BodyFraming::kLength) {
    const std::uint64_t missing = head_.content_length - taken_ - body_.size();
    const std::size_t taken = std::min<std::uint64_t>(missing, in_.size());
    body_.append(in_, 0, taken);
    in_.erase(0, taken);
    if (taken == missing) state_ = State::kWhole;
    return;
  }
  constexpr auto kUnlimited = std::numeric_limits<std::uint64_t>::max();
  in_.erase(0, chunks_.Read(in_, body_, streamed_ ? kUnlimited : max_body));
  switch (chunks_.state()) {
    case ChunkReader::State::kMore:
      return;
    case ChunkReader::State::kDone:
      state_ = State::kWhole;
      return;
    case ChunkReader::State::kTooLarge:
      return RefuseSize(max_body);
    case ChunkReader::State::kBroken:
      return Refuse(
          {Fail(ErrorCode::kInvalidRequest, "the body's chunks are not well formed"), 400});
  }
}

void RequestReader::Refuse(Fault fault) {
  fault_ = std::move(fault);
  state_ = State::kRefused;
  Free(in_);
  Free(body_);
}

void RequestReader::RefuseSize(std::uint64_t max_body) {
  Refuse({Fail(ErrorCode::kTooLarge, "the body is larger than {} bytes", max_body), 413});
}

}  // namespace agm::http
