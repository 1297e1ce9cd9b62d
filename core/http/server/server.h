#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/http/server/tls_identity.h"
#include "core/http/wire/message.h"
#include "core/http/wire/request_head.h"

namespace agm::gateway {

/// Answers one request; called on a worker thread, from many at once.
using HttpHandler = std::function<HttpReply(HttpRequest&)>;

struct HttpLimits {
  Duration header_timeout{30'000};  ///< for line and headers; the body may pause as long
  Duration write_timeout{30'000};   ///< a client that takes nothing for so long is dropped
  std::uint64_t max_body_size = 100'000'000;
  int max_connections = 4096;     ///< requests in flight
  Duration idle_timeout{75'000};  ///< how long a connection may stay without a request
};

/// The listening side. A thread for each request that waits for its answer; none for idle
/// connections, nor for clients that send slowly or take an answer slowly, nor for streams between
/// their pieces.
/// What is wrong with a request before a handler can see it (framing, sizes, too many requests) is
/// answered through `refuse`, which shapes it as the path's dialect wants it. The handler and the
/// bodies of its answers should not throw; where they do, the client gets a 500, or a stream that
/// breaks off.
///
///   HttpServer server(limits, handler, refuse);
///   auto port = server.Bind("127.0.0.1", 0);
///   server.Serve();                 // blocks; Stop() from another thread ends it
///
/// Thread safety: Stop, SetLimits, UseTls and in_flight from any thread; the rest from one.
class HttpServer {
 public:
  using Refusal = std::function<HttpReply(const HttpFault& fault, std::string_view path)>;
  /// Paths that are served even when max_connections are busy (health and metrics).
  using Urgent = std::function<bool(std::string_view path)>;

  HttpServer(HttpLimits limits, HttpHandler handler, Refusal refuse, Urgent urgent);
  ~HttpServer();

  /// Listens; returns the port. kConfig with a clear message when the port is taken or not allowed.
  /// Raises this process' limit of open descriptors as far as it may.
  Result<int> Bind(const std::string& host, int port);
  void Serve();
  /// Stops accepting and closes idle connections, lets running requests and streams finish for
  /// `drain`, then cancels them: their clients look gone. Returns when
  /// Serve is about to return. A second call with a zero drain cancels at once.
  void Stop(Duration drain);
  void SetLimits(HttpLimits limits);
  /// What connections that come from now on speak; null: plain HTTP.
  void UseTls(std::shared_ptr<const TlsIdentity> identity);
  int in_flight() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace agm::gateway
