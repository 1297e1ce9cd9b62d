#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "core/base/result.h"
#include "core/mock/http_message.h"
#include "core/mock/reply.h"

namespace agm::mock {

/// Counters of a server's connections; any thread may read them.
struct Traffic {
  std::atomic<long> accepted{0};
  std::atomic<long> open{0};
  std::atomic<long> busy{0};  ///< requests being answered
  std::atomic<long> most_busy{0};
  std::atomic<long> aborted{0};  ///< clients that left before their reply was complete
};

/// An HTTP/1.1 server on the loopback address that serves all connections on one thread, so that
/// thousands of slow streams need no threads, and faults happen at exactly the requested byte.
///
///   EventLoop loop(service);
///   auto port = loop.Listen(0);
///   loop.Run();                     // until Stop() from another thread
///
/// Thread safety: Stop and traffic from any thread; the rest from one. Run's thread calls the
/// service.
class EventLoop {
 public:
  using Service = std::function<Reply(Request&)>;

  explicit EventLoop(Service service);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Returns the port. Fails with kIo if the port is taken or not allowed.
  Result<int> Listen(int port);
  void Run();
  void Stop();
  const Traffic& traffic() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace agm::mock
