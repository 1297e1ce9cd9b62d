#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/cancellation.h"
#include "core/base/clock.h"
#include "core/base/result.h"

namespace agm::gateway {

using HttpHeader = std::pair<std::string, std::string>;

/// A request as the gateway sees it: whole body read, framing checked.
struct HttpRequest {
  std::string method;   ///< upper case as sent
  std::string path;     ///< percent-decoded once, without the query; always begins with '/'
  std::string raw_path; ///< as sent, for pass-through
  std::string query;    ///< as sent, without '?'
  std::vector<HttpHeader> headers;  ///< in the order they came, names as sent
  std::string body;
  std::string remote_address;  ///< of the peer
  const Cancellation* client = nullptr;  ///< cancelled once the client is gone; valid during the exchange

  /// The first value of a header, by its name in any case; empty if there is none.
  std::string_view header(std::string_view name) const;
};

/// The body of an answer, pulled piece by piece on the request's own thread. Dropping it ends
/// whatever feeds it.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Appends the next piece to `out`; false when the body is complete (a last piece may come
  /// with it). Blocks until there is something to send.
  virtual bool Next(std::string& out) = 0;
};

struct HttpReply {
  int status = 200;
  std::vector<HttpHeader> headers;  ///< Content-Type included; Content-Length is the server's
  std::string body;                 ///< all of it, where there is no source
  std::unique_ptr<BodySource> source;
};

/// Answers one request; called on a worker thread, from many at once.
using HttpHandler = std::function<HttpReply(HttpRequest&)>;

struct HttpLimits {
  Duration header_timeout{30'000};
  Duration write_timeout{30'000};
  std::uint64_t max_body_size = 100'000'000;
  int max_connections = 4096;  ///< requests in flight
};

/// The listening side. A thread for each request in flight, none for idle keep-alive connections.
/// What is wrong with a request before a handler can see it (framing, sizes, too many requests) is
/// answered through `refuse`, which shapes an Error as the path's dialect wants it.
///
///   HttpServer server(limits, handler, refuse);
///   auto port = server.Bind("127.0.0.1", 0);
///   server.Serve();                 // blocks; Stop() from another thread ends it
///
/// Thread safety: Stop, SetLimits and in_flight from any thread; the rest from one.
class HttpServer {
 public:
  using Refusal = std::function<HttpReply(const Error& error, std::string_view path)>;
  /// Paths that are served even when max_connections are busy (health and metrics).
  using Urgent = std::function<bool(std::string_view path)>;

  HttpServer(HttpLimits limits, HttpHandler handler, Refusal refuse, Urgent urgent);
  ~HttpServer();

  /// Listens; returns the port. kIo with a clear message when the port is taken or not allowed.
  Result<int> Bind(const std::string& host, int port);
  void Serve();
  /// Stops accepting, lets running requests finish for `drain`, then cancels them. Returns when
  /// Serve is about to return. A second call with a zero drain cancels at once.
  void Stop(Duration drain);
  void SetLimits(HttpLimits limits);
  int in_flight() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace agm::gateway
