#include "core/http/server/stream.h"

#include <fmt/format.h>

#include <iterator>

namespace agm::http {

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
    piece_.clear();
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
  piece_.clear();
  source_->Stop(piece_);
  return !piece_.empty() && SendPiece(true) ? Needs::kOver : Needs::kBroken;
}

/// RFC 9112, 7.1. The head is sent with the first piece, the end mark with the last.
bool StreamTask::SendPiece(bool last) {
  if (chunked_ && !piece_.empty()) {
    fmt::format_to(std::back_inserter(out_), "{:x}\r\n", piece_.size());
    out_.append(piece_).append("\r\n");
  } else {
    out_.append(piece_);
  }
  if (chunked_ && last) out_.append("0\r\n\r\n");
  const bool sent = out_.empty() || connection_.SendOrKeep(out_);
  out_.clear();
  return sent;
}

}  // namespace agm::http
