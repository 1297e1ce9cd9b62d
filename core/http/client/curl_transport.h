#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "core/base/ip_address.h"
#include "core/http/client/transport.h"

namespace agm::upstream {

/// HTTP/1.1 over connections that libcurl makes, pulled on the calling thread: no thread, queue or
/// callback of its own. Idle connections are kept by origin, proxy and certificate, the last used
/// first, so that few are kept warm and the rest grow old and close; one on which anything came
/// while it was idle is closed.
///
///   CurlTransport transport;
///   auto download = transport.Send(request, cancellation);
///   while (*(*download)->Read(bytes, until, cancellation) == ReadState::kData) ...
///
/// HTTP/1.1 only: a stream has its connection for itself, so that multiplexing has nothing to give
/// and a slow reader stops its own upstream alone. Certificates are verified, with the system's
/// store or the file that SSL_CERT_FILE names. A loopback address is never reached through a proxy;
/// with `proxy` given the environment's exceptions (NO_PROXY) do not count. An http proxy is asked
/// for a tunnel, whatever the upstream speaks.
///
/// Cancellation: its fd is polled beside the connection in every phase. Where it stays readable
/// without being cancelled (a client that pipelines), it is asked ten times a second instead.
///
/// A Download may outlive its transport. SIGPIPE is ignored from the first transport on.
///
/// Thread safety: any thread.
class CurlTransport : public Transport {
 public:
  struct Options {
    std::size_t max_idle = 512;     ///< connections kept for reuse
    Duration max_idle_age{90'000};  ///< how long they are
    /// Asked of the very address that a connection is about to be made to, whatever name led there.
    /// Where it says no, Send fails with kForbidden. With it no proxy is used. Empty: all may be.
    std::function<bool(const IpAddress&)> may_connect = {};
  };

  CurlTransport() : CurlTransport(Options{}) {}
  explicit CurlTransport(Options options);
  ~CurlTransport() override;

  Result<std::unique_ptr<Download>> Send(const HttpRequest& request,
                                         const Cancellation& cancellation) override;

  /// Connections that wait for reuse.
  std::size_t idle() const;

 private:
  friend class CurlDownload;
  class IdleLines;
  std::shared_ptr<IdleLines> idle_;
};

}  // namespace agm::upstream
