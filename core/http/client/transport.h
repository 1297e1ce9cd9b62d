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

/// The seam between the gateway and the network: real sockets behind it in the program, a script
/// in tests.
namespace agm::upstream {

using Header = std::pair<std::string, std::string>;

struct HttpRequest {
  std::string method = "POST";
  std::string url;
  /// Without the credential, and without what is the transport's: Host, User-Agent,
  /// Accept-Encoding, Content-Length.
  std::vector<Header> headers;
  std::pair<std::string, Secret> credential;  ///< header name and its value; empty name: none
  std::string_view body;                      ///< must outlive the Download
  std::string proxy;  ///< http://, https:// or socks5://; empty: environment
  /// PEM of the one certificate that an https server may show, under whatever name it is reached.
  /// Empty: it must be for the name, and one that the system trusts.
  std::string certificate;
  /// The answer comes in small pieces that must not wait for a compressor. Without it the answer
  /// may be compressed on the way.
  bool stream = false;
  Duration connect_timeout{10'000};
  Duration first_byte_timeout{120'000};  ///< from the request's end to the first byte of the answer
  Duration idle_timeout{120'000};        ///< silence inside the answer, while somebody reads
  TimePoint deadline = TimePoint::max();  ///< for all of it, by the machine's monotonic clock
};

enum class ReadState { kData, kNothingYet, kEnd };

/// An answer that is being received: one connection, held until the object dies. Destroying it
/// before kEnd closes the connection at once; after kEnd the connection goes back for reuse.
///
/// Thread safety: one thread at a time.
class Download {
 public:
  virtual ~Download() = default;
  virtual int status() const = 0;
  /// A header's value by its lower-case name; empty if there is none.
  virtual std::string_view header(std::string_view name) const = 0;
  /// Appends what has arrived of the body to `out`. Blocks until there is something, the body is
  /// complete (kEnd), or `until` passes (kNothingYet). kTimeout when the answer was silent for
  /// idle_timeout or the deadline passed, kCancelled, kUpstreamUnavailable when it broke off,
  /// kUpstreamRejected when it is packed wrongly.
  /// Nothing is taken from the network between two calls, so a slow reader slows the upstream down.
  /// After kEnd or an error it gives the same again.
  virtual Result<ReadState> Read(std::string& out, TimePoint until,
                                 const Cancellation& cancellation) = 0;
  /// What to wait for before Read with kNoWait is worth calling. Who asks waits from here on: the
  /// silence is the upstream's.
  virtual Awaited awaited() { return {}; }
};

/// Thread safety: any thread.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Sends and waits for the head of the answer, whatever its status. Redirects are not followed.
  /// Errors: kUpstreamUnavailable (name, connect, TLS, reset before the head), kTimeout,
  /// kCancelled, kUpstreamRejected (no HTTP, endless head), kConfig (an address or header that
  /// cannot be sent), kForbidden (an address that must not be reached). Messages name host and
  /// port, never the path, the query or the credential. A stale reused connection is tried once
  /// more on a fresh one, unseen by the caller.
  virtual Result<std::unique_ptr<Download>> Send(const HttpRequest& request,
                                                 const Cancellation& cancellation) = 0;
};

}  // namespace agm::upstream
