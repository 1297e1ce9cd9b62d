#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "core/http/server/stream.h"

namespace agm::gateway {

/// Carries streamed answers between their pieces: a few threads, each with an epoll set and the
/// streams that it was given, so that thousands cost no thread each. A stream that is over, or that
/// needs a thread which may wait, goes back through `leave`.
///
///   HttpStreams streams(leave);
///   streams.Start();
///   streams.Carry(connection);      // connection.stream is set, and may be carried
///   streams.Stop();                 // when none is left
///
/// Thread safety: Carry from any thread; Start and Stop from one. `leave` is called on the threads
/// in here and must not wait.
class HttpStreams {
 public:
  using Leave = std::function<void(HttpConnection&, HttpStream::Needs)>;

  explicit HttpStreams(Leave leave);
  ~HttpStreams();
  HttpStreams(const HttpStreams&) = delete;
  HttpStreams& operator=(const HttpStreams&) = delete;

  /// False when no thread can be had.
  bool Start();
  /// False when memory is out; else the connection is in other hands.
  bool Carry(HttpConnection& connection, HttpStream::Needs needs);
  void Stop();

 private:
  class Carrier;

  const Leave leave_;
  std::vector<std::unique_ptr<Carrier>> carriers_;
  std::atomic<std::size_t> next_{0};
};

}  // namespace agm::gateway
