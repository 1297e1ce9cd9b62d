#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/awaited.h"
#include "core/http/server/connection.h"
#include "core/http/wire/message.h"

namespace agm::http {

/// Sends a streamed response to its client. Each piece from the source is sent at once; while the
/// client does not accept it, nothing more is pulled.
///
/// Thread safety: one thread at a time.
class StreamTask {
 public:
  /// The condition for the stream to continue.
  enum class Needs {
    kSource,  ///< the source is ready: see awaited()
    kClient,  ///< the client accepts the kept bytes, before patience_ends()
    kThread,  ///< a thread that may block: call Advance(true)
    kOver,    ///< nothing: all is sent, or kept by the connection
    kBroken,  ///< nothing: the client is gone, or the stream failed
  };
  /// True if StreamCarriers can continue the stream.
  static bool MayBeCarried(Needs needs) {
    return needs == Needs::kSource || needs == Needs::kClient;
  }
  struct Form {
    std::string head;     ///< sent with the first piece
    bool chunked = true;  ///< false: the body ends when the connection closes
    Duration patience{};  ///< time limit for a client that accepts no data
  };

  StreamTask(Connection& connection, std::unique_ptr<BodySource> source, Form form)
      : connection_(connection),
        source_(std::move(source)),
        piece_(std::move(form.head)),
        head_(piece_.size()),
        chunked_(form.chunked),
        room_(chunked_ ? kMostDigits + kLineEnd.size() : 0),
        patience_(form.patience),
        awaited_(source_->awaited()) {}

  /// Sends what is available. If it may block, it continues until a carrier thread can take over.
  Needs Advance(bool may_wait);
  const Awaited& awaited() const { return awaited_; }
  TimePoint patience_ends() const { return After(connection_.took(), patience_); }

 private:
  static constexpr std::string_view kLineEnd = "\r\n";
  static constexpr std::size_t kMostDigits = 16;  ///< of a size in base 16

  Needs Go(bool may_wait);
  Needs Stop();
  void BeginPiece();
  /// Where the current piece of the body begins in piece_.
  std::size_t PieceBegin() const { return head_ + room_; }
  bool SendPiece(bool last);

  Connection& connection_;
  std::unique_ptr<BodySource> source_;
  std::string piece_;  ///< the head, room for the chunk's size, and the current piece of the body
  std::size_t head_;   ///< bytes of the head at the front of piece_; 0 once it was sent
  const bool chunked_;
  const std::size_t room_;  ///< bytes for the chunk's size, behind the head
  const Duration patience_;
  Awaited awaited_;
};

}  // namespace agm::http
