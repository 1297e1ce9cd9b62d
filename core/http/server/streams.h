#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "core/http/server/stream.h"

namespace agm::gateway {

/// Carries streamed responses between their pieces: a few carrier threads, each with a poller
/// and its share of the streams, so that thousands of streams need no thread each. A stream that
/// has ended, or needs a thread that may block, is handed back through `leave`.
///
///   HttpStreams streams(leave);
///   streams.Start();
///   streams.Carry(connection, needs);   // connection.stream is set, and MayBeCarried(needs)
///   streams.Stop();                     // when no stream is left
///
/// Thread safety: Carry from any thread; Start and Stop from one. The carrier threads call `leave`,
/// which must not block.
class HttpStreams {
 public:
  using Leave = std::function<void(HttpConnection&, HttpStream::Needs)>;

  explicit HttpStreams(Leave leave);
  ~HttpStreams();
  HttpStreams(const HttpStreams&) = delete;
  HttpStreams& operator=(const HttpStreams&) = delete;

  /// False if the system refuses a thread.
  bool Start();
  /// Takes over a connection. False if memory ran out; the caller then still holds the connection.
  bool Carry(HttpConnection& connection, HttpStream::Needs needs);
  void Stop();

 private:
  class Carrier;

  const Leave leave_;
  std::vector<std::unique_ptr<Carrier>> carriers_;
  std::atomic<std::size_t> next_{0};
};

}  // namespace agm::gateway
