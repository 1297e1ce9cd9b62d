#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/http/server/live_limits.h"
#include "core/http/server/server.h"
#include "core/http/server/thread_pool.h"
#include "core/http/wire/request_head.h"

namespace agm::http {

/// A fault that ends by itself: a 503 with Retry-After.
Fault Overloaded(std::string message);

/// Counts the requests in progress, and decides whether there is room for one more: their number,
/// the threads that they block, and the file descriptors that they need.
///
///   Capacity capacity(limits, urgent, threads);
///   capacity.Start();
///   if (auto fault = capacity.Enter(path, connections.size())) return Refuse(*fault);
///   ...
///   capacity.Leave();
///
/// Thread safety: any thread; CountDescriptorsWith and Start before the others.
class Capacity {
 public:
  Capacity(const LiveLimits& limits, Server::Urgent urgent, ThreadPool& threads)
      : limits_(limits), urgent_(std::move(urgent)), threads_(threads) {}

  void CountDescriptorsWith(Server::CountDescriptors count) { others_ = std::move(count); }
  void Start();

  /// Counts a request, whose thread may block from now on, or returns a fault if there is no room
  /// for it. `connections` are open.
  std::optional<Fault> Enter(std::string_view path, std::size_t connections);
  /// The request has ended on the thread that Enter was called on.
  void Leave();
  /// A streamed request has ended, on any thread. The thread that Enter was called on has called
  /// ThreadPool::EndBlocking before.
  void LeaveStream() { in_flight_.fetch_sub(1); }

  /// True if no descriptor is left for a further connection.
  bool IsShort(std::size_t connections) const;
  int in_flight() const { return in_flight_; }

 private:
  std::size_t DescriptorsNeeded(int requests, std::size_t connections) const;

  const LiveLimits& limits_;
  const Server::Urgent urgent_;
  ThreadPool& threads_;
  Server::CountDescriptors others_;
  std::size_t descriptor_limit_ = 0;
  std::size_t own_descriptors_ = 0;  ///< files, log, store, and some to spare
  std::atomic<int> in_flight_{0};
};

}  // namespace agm::http
