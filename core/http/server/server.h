#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/http/server/tls_identity.h"
#include "core/http/wire/message.h"
#include "core/http/wire/request_head.h"

namespace agm::http {

/// Answers one request; worker threads call it concurrently.
using Handler = std::function<Reply(Request&)>;

struct Limits {
  Duration header_timeout{30'000};  ///< for the head; also the longest pause in a body
  Duration write_timeout{30'000};   ///< a client that accepts no data for this long is dropped
  std::uint64_t max_body_size = 100'000'000;
  int max_connections = 4096;     ///< requests in progress
  Duration idle_timeout{75'000};  ///< how long a connection may stay open without a request
};

/// The HTTP server. A request that waits for its response has a thread; idle connections, clients
/// that send or receive slowly, and streams between two pieces have none. If a request is invalid
/// before a handler can see it (framing, sizes, too many requests, no descriptor left), `refuse`
/// creates the response in the dialect of the path. The handler and its response bodies should not
/// throw; if they do, the client gets a 500, or a stream that breaks off.
///
///   Server server(limits, handler, refuse, urgent);
///   auto port = server.Bind("127.0.0.1", 0);
///   auto served = server.Serve();   // blocks; Stop() from another thread ends it
///
/// Thread safety: Stop, SetLimits, UseTls, in_flight, connections and stopping from any thread; the
/// rest from one.
class Server {
 public:
  using Refusal = std::function<Reply(const Fault& fault, std::string_view path)>;
  /// True for paths that are served even if max_connections requests are in progress (health,
  /// metrics).
  using Urgent = std::function<bool(std::string_view path)>;

  /// Answers a request from its head alone, before any body is accepted or counted against the
  /// memory budget; nothing: the body is accepted. `head` has no body. The server calls it on a
  /// thread that must not block, and only if the body has not arrived with the head.
  using HeadCheck = std::function<std::optional<Reply>(Request& head)>;
  /// File descriptors that other connections of this process hold.
  struct Descriptors {
    std::size_t held = 0;  ///< now
    std::size_t each = 1;  ///< for one more request in progress
  };
  using CountDescriptors = std::function<Descriptors()>;

  Server(Limits limits, Handler handler, Refusal refuse, Urgent urgent);
  ~Server();

  /// Call these before Serve.
  void CheckHeadsWith(HeadCheck check);
  /// Selects the requests whose body the handler reads as Request::incoming, unless the body came
  /// with the head. Any thread calls `streams`; it must not block.
  void StreamBodiesIf(StreamsBody streams);
  void CountDescriptorsWith(CountDescriptors count);

  /// Listens and returns the port. Fails with kConfig if the port is taken or not allowed. Raises
  /// this process's limit of open descriptors as far as allowed.
  Result<int> Bind(const std::string& host, int port);
  /// Serves until Stop. Fails with kIo, and no longer listens, if the system gives it no thread.
  Result<void> Serve();
  /// Stops accepting, closes idle connections, and lets running requests and streams finish for
  /// `drain`; then cancels them: their clients look disconnected. For the first `delay` of this
  /// time the server still accepts connections and keeps idle ones open, but closes each after its
  /// next response; so load balancers that learn of the stop meanwhile lose no request. If no
  /// connection is open, there is no delay. Returns when Serve is about to return. A second call
  /// with a zero drain cancels at once.
  void Stop(Duration drain, Duration delay = Duration(0));
  /// True once Stop was called.
  bool stopping() const;
  void SetLimits(Limits limits);
  /// The identity for future connections; null: plain HTTP.
  void UseTls(std::shared_ptr<const TlsIdentity> identity);
  int in_flight() const;
  /// The number of open connections.
  std::size_t connections() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace agm::http
