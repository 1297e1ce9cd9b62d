#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/awaited.h"
#include "core/http/server/connection.h"
#include "core/http/wire/message.h"

namespace agm::gateway {

/// A streamed answer on its way to its client: what the source gives goes out at once, and nothing
/// more is pulled while the client does not take it.
///
/// Thread safety: one thread at a time.
class HttpStream {
 public:
  /// What has to happen before it goes on.
  enum class Needs {
    kSource,  ///< awaited()
    kClient,  ///< takes what the connection keeps, before patience_ends()
    kThread,  ///< that may wait: Advance(true)
    kOver,    ///< nothing, all was sent or is kept by the connection
    kBroken,  ///< nothing: the client is gone, or sees that the end is missing
  };
  /// True where HttpStreams may carry it on.
  static bool MayBeCarried(Needs needs) {
    return needs == Needs::kSource || needs == Needs::kClient;
  }
  struct Form {
    std::string head;     ///< sent before all else, with the first piece
    bool chunked = true;  ///< else the body ends with the connection
    Duration patience{};  ///< with a client that takes nothing
  };

  HttpStream(HttpConnection& connection, std::unique_ptr<BodySource> source, Form form)
      : connection_(connection),
        source_(std::move(source)),
        out_(std::move(form.head)),
        chunked_(form.chunked),
        patience_(form.patience),
        awaited_(source_->awaited()) {}

  /// Sends what there is; where it may wait, until somebody else can.
  Needs Advance(bool may_wait);
  const Awaited& awaited() const { return awaited_; }
  TimePoint patience_ends() const { return After(connection_.took(), patience_); }

 private:
  Needs Go(bool may_wait);
  bool SendPiece(bool last);

  HttpConnection& connection_;
  std::unique_ptr<BodySource> source_;
  std::string out_;    ///< not sent yet
  std::string piece_;  ///< of the body
  const bool chunked_;
  const Duration patience_;
  Awaited awaited_;
};

}  // namespace agm::gateway
