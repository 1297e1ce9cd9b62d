#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "core/http/server/stream.h"

namespace agm::http {

/// Carries streamed responses between their pieces: a few carrier threads, each with a poller
/// and its share of the streams, so that thousands of streams need no thread each. A stream that
/// has ended, or needs a thread that may block, is handed back through `leave`.
///
///   StreamCarriers streams(leave);
///   streams.Start();
///   streams.Carry(connection, needs);   // connection.stream is set, and MayBeCarried(needs)
///   streams.Stop();                     // when no stream is left
///
/// Thread safety: Carry from any thread; Start and Stop from one. The carrier threads call `leave`,
/// which must not block.
class StreamCarriers {
 public:
  using Leave = std::function<void(Connection&, StreamTask::Needs)>;

  explicit StreamCarriers(Leave leave);
  ~StreamCarriers();
  StreamCarriers(const StreamCarriers&) = delete;
  StreamCarriers& operator=(const StreamCarriers&) = delete;

  /// False if the system refuses a thread.
  bool Start();
  /// Takes over a connection. False if memory ran out; the caller then still holds the connection.
  bool Carry(Connection& connection, StreamTask::Needs needs);
  void Stop();

 private:
  class Carrier;

  const Leave leave_;
  std::vector<std::unique_ptr<Carrier>> carriers_;
  std::atomic<std::size_t> next_{0};
};

}  // namespace agm::http
