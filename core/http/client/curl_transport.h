#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "core/base/ip_address.h"
#include "core/http/client/transport.h"

namespace agm::http {

/// HTTP/1.1 over connections that libcurl opens. All requests run on the calling thread, without
/// queue or callback. Idle connections are kept by origin, proxy and certificate; the most recently
/// used one is taken first, so that few stay in use and the others expire. A thread of the
/// transport closes an idle connection within a second after the server closed it or sent bytes,
/// or after it became too old.
///
///   CurlTransport transport;
///   auto download = transport.Send(request, cancellation);
///   while (*(*download)->Read(bytes, until, cancellation) == ReadState::kData) ...
///
/// HTTP/1.1 only: each stream has its own connection, so multiplexing has no benefit, and a slow
/// reader slows down only its own upstream. Certificates are verified with the system's store or
/// the file that SSL_CERT_FILE names. A loopback address is never reached through a proxy; if
/// `proxy` is set, NO_PROXY is ignored. An http proxy gets a CONNECT request for every upstream,
/// http or https.
///
/// Cancellation: its fd is polled beside the connection in every phase. If the fd stays readable
/// without being cancelled (a client that pipelines), Cancelled() is called ten times a second
/// instead.
///
/// A Download may outlive its transport. The first transport makes the process ignore SIGPIPE.
///
/// Thread safety: any thread.
class CurlTransport : public Transport {
 public:
  struct Options {
    std::size_t max_idle = 512;     ///< connections kept for reuse
    Duration max_idle_age{60'000};  ///< how long idle connections are kept
    /// Called with the very address that a connection is about to be made to, after name
    /// resolution. If it returns false, Send fails with kForbidden. If it is set, no proxy is used.
    /// Empty: all are allowed.
    std::function<bool(const IpAddress&)> may_connect = {};
  };

  CurlTransport() : CurlTransport(Options{}) {}
  explicit CurlTransport(Options options);
  ~CurlTransport() override;

  Result<std::unique_ptr<Download>> Send(const OutgoingRequest& request,
                                         const Cancellation& cancellation) override;

  /// The number of idle connections.
  std::size_t idle() const;
  Descriptors descriptors() const override;

 private:
  friend class CurlDownload;
  class IdleLines;
  std::shared_ptr<IdleLines> idle_;
};

}  // namespace agm::http
