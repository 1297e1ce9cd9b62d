#include "core/http/server/stream.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "core/base/buffer.h"

namespace agm::http {
namespace {

using Offset = std::string::difference_type;

}  // namespace

using Pulled = BodySource::Pulled;

StreamTask::Needs StreamTask::Advance(bool may_wait) {
  try {
    return Go(may_wait);
  } catch (...) {
    return Needs::kBroken;
  }
}

StreamTask::Needs StreamTask::Go(bool may_wait) {
  for (;;) {
    if (connection_.WasToldToGo()) return Stop();
    if (connection_.HasKept()) {
      const auto sent = connection_.SendKept();
      if (sent == Connection::Sent::kFailed) return Needs::kBroken;
      if (sent == Connection::Sent::kPart) return Needs::kClient;
    }
    const bool wait = awaited_.fd < 0 && awaited_.until != kNoWait;
    if (wait && !may_wait) return Needs::kThread;
    BeginPiece();
    const Pulled pulled = source_->Next(piece_, wait ? TimePoint::max() : kNoWait);
    const bool last = pulled == Pulled::kEnd;
    if (!SendPiece(last)) return Needs::kBroken;
    if (pulled == Pulled::kBroken) return Needs::kBroken;
    if (last) return Needs::kOver;
    awaited_ = source_->awaited();
    if (connection_.HasKept()) return Needs::kClient;
    // Send one piece per call, so that the thread's other streams get their turn.
    if (awaited_.fd >= 0) return Needs::kSource;
  }
}

/// Bytes that the client does not accept at once are lost.
StreamTask::Needs StreamTask::Stop() {
  if (connection_.HasKept() && connection_.SendKept() != Connection::Sent::kAll) {
    return Needs::kBroken;
  }
  BeginPiece();
  source_->Stop(piece_);
  return piece_.size() > PieceBegin() && SendPiece(true) ? Needs::kOver : Needs::kBroken;
}

void StreamTask::BeginPiece() {
  piece_.resize(head_);
  piece_.append(room_, ' ');
}

/// RFC 9112, 7.1. The head is sent with the first piece, the end mark with the last. The size is
/// written into the room before the piece, and the head moved up to it, so that a piece is not
/// copied.
bool StreamTask::SendPiece(bool last) {
  std::array<char, kMostDigits> digits{};
  const std::size_t size = piece_.size() - PieceBegin();
  const bool framed = chunked_ && size > 0;
  char* const end = std::to_chars(digits.begin(), digits.end(), size, 16).ptr;
  const auto count = static_cast<std::size_t>(end - digits.data());
  const std::size_t unused = room_ - (framed ? count + kLineEnd.size() : 0);
  const auto head = piece_.begin() + static_cast<Offset>(head_);
  const auto line = std::copy_backward(piece_.begin(), head, head + static_cast<Offset>(unused)) +
                    static_cast<Offset>(head_);
  if (framed) {
    std::ranges::copy(kLineEnd, std::copy(digits.begin(), end, line));
    piece_.append(kLineEnd);
  }
  if (chunked_ && last) piece_.append("0\r\n\r\n");
  const std::string_view bytes = std::string_view(piece_).substr(unused);
  const bool sent = bytes.empty() || connection_.SendOrKeep(bytes);
  head_ = 0;
  Clear(piece_);
  return sent;
}

}  // namespace agm::http
