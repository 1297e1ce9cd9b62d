#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/awaited.h"
#include "core/base/cancellation.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/http/wire/message.h"

/// The interface between the gateway and the network: real sockets in the program, scripted
/// responses in tests.
namespace agm::http {

struct OutgoingRequest {
  std::string method = "POST";
  std::string url;
  /// Without the credential, and without the headers that the transport adds: Host, User-Agent,
  /// Accept-Encoding, Content-Length.
  std::vector<Header> headers;
  std::pair<std::string, Secret> credential;  ///< header name and value; empty name: none
  std::string_view body;                      ///< must outlive the Download
  /// The body, instead of `body`. The transport can read it once only, so it sends the request on
  /// a new connection and does not repeat it. It stops reading when the head of the response comes.
  /// It sends a body without a size in chunks.
  BodyReader* upload = nullptr;
  std::string proxy;  ///< http://, https:// or socks5://; empty: from the environment
  /// PEM of the only certificate that an https server may present, regardless of its name. Empty:
  /// the certificate must be valid for the name and trusted by the system.
  std::string certificate;
  /// True for a response in small pieces that a compressor must not delay. If false, the response
  /// may be compressed.
  bool stream = false;
  Duration connect_timeout{10'000};
  Duration first_byte_timeout{120'000};   ///< from the request to the first byte of the response
  Duration idle_timeout{120'000};         ///< silence inside the response, while the caller waits
  TimePoint deadline = TimePoint::max();  ///< for the whole exchange, by the monotonic clock
};

enum class ReadState { kData, kNothingYet, kEnd };

/// A response that is being received; it holds one connection. Destroying it before kEnd closes the
/// connection at once; after kEnd the connection is reused.
///
/// Thread safety: one thread at a time.
class Download {
 public:
  virtual ~Download() = default;
  virtual int status() const = 0;
  /// A header's value by its lower-case name; empty if there is none.
  virtual std::string_view header(std::string_view name) const = 0;
  /// Appends newly received bytes of the body to `out`. Blocks until there are some, the body is
  /// complete (kEnd), or `until` passes (kNothingYet). Errors: kTimeout if the response was silent
  /// for idle_timeout or the deadline passed, kCancelled, kUpstreamUnavailable if the connection
  /// broke, kUpstreamRejected if the body cannot be decoded.
  /// Between two calls no bytes are read from the network, so a slow reader slows down the
  /// upstream. After kEnd or an error it returns the same result again.
  virtual Result<ReadState> Read(std::string& out, TimePoint until,
                                 const Cancellation& cancellation) = 0;
  /// The condition to wait for before calling Read with kNoWait. The idle timeout counts from this
  /// call on, because the caller then waits for the upstream.
  virtual Awaited awaited() { return {}; }
};

/// Thread safety: any thread.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Sends the request and waits for the head of the response, with any status. Does not follow
  /// redirects. Errors: kUpstreamUnavailable (DNS, connect, TLS, reset before the head), kTimeout,
  /// kCancelled, kOverloaded (no file descriptor is left), kUpstreamRejected (not HTTP, endless
  /// head), kConfig (a URL or header that cannot be sent), kForbidden (an address that must not be
  /// reached). Messages name host and port, never the path, the query or the credential. If a
  /// reused connection turns out to be closed, the request is retried once on a new connection.
  virtual Result<std::unique_ptr<Download>> Send(const OutgoingRequest& request,
                                                 const Cancellation& cancellation) = 0;

  /// File descriptors: `held` by all connections now, and by `each` new one.
  struct Descriptors {
    std::size_t held = 0;
    std::size_t each = 1;
  };
  virtual Descriptors descriptors() const { return {}; }
};

}  // namespace agm::http
