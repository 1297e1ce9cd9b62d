#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/awaited.h"
#include "core/base/cancellation.h"
#include "core/base/result.h"

namespace agm::http {

using Header = std::pair<std::string, std::string>;

/// The value of the first header with that name (in any case); empty if there is none.
std::string_view FindHeader(const std::vector<Header>& headers, std::string_view name);

/// The body of a request that is read while its sender still sends it. It can be read once.
///
/// Thread safety: one thread at a time.
class BodyReader {
 public:
  enum class State {
    kMore,   ///< more may follow
    kWhole,  ///< the body is complete
    kFailed  ///< failure() tells why; no more follows
  };

  virtual ~BodyReader() = default;
  /// Appends bytes to `out`. Blocks until there are some, the body is complete, or `until` passes.
  virtual State Read(std::string& out, TimePoint until) = 0;
  /// The size of the whole body in bytes; nothing if its sender does not tell.
  virtual std::optional<std::uint64_t> size() const = 0;
  /// True if Read was called, so that the body cannot be sent again.
  virtual bool begun() const = 0;
  /// Why the sender did not send the whole body: kCancelled, kTimeout, kInvalidRequest,
  /// kOverloaded.
  virtual const std::optional<Error>& failure() const = 0;
};

/// A request as the gateway handles it: the framing is checked, and the body is complete unless it
/// is `incoming`.
struct Request {
  std::string method;           ///< as sent
  std::string path;             ///< percent-decoded once, without the query; begins with '/'
  std::string raw_path;         ///< as sent, for pass-through
  std::string query;            ///< as sent, without '?'
  std::vector<Header> headers;  ///< in the order received, names as sent
  std::string body;             ///< without chunking and content coding
  std::string remote_address;   ///< the client's address
  /// A body that the server does not hold (Server::StreamBodiesIf): then `body` is empty. Valid
  /// until the handler returns. Null: `body` is all.
  BodyReader* incoming = nullptr;
  /// Cancelled once the client has disconnected; valid until the response is sent. A client that
  /// closes its sending side counts as disconnected. Call fd() again before each wait, because it
  /// changes if the client sends more data early.
  const Cancellation* client = nullptr;

  /// The value of the first header with that name (in any case); empty if there is none.
  std::string_view header(std::string_view name) const;
};

/// The body of a response, pulled piece by piece. Destroying it stops whatever produces it. It may
/// use Request::client; the rest of the request no longer exists.
///
/// Thread safety: one thread at a time, not always the same one.
class BodySource {
 public:
  enum class Pulled { kPiece, kNothingYet, kEnd, kBroken };

  virtual ~BodySource() = default;
  /// Appends the next piece to `out`. kEnd: the body is complete (a last piece may come with it);
  /// kNothingYet: no piece was available until `until`; kBroken: the body breaks off, so the server
  /// closes the connection without an end mark, after what was appended.
  virtual Pulled Next(std::string& out, TimePoint until) = 0;
  /// The condition to wait for before the next call of Next.
  virtual Awaited awaited() { return {}; }
  /// Called if the server stops before the body is complete: appends the text that tells the client
  /// so. Next is not called after it.
  virtual void Stop(std::string&) {}
};

struct Reply {
  int status = 200;
  std::vector<Header> headers;  ///< includes Content-Type; the server adds framing headers
  std::string body;             ///< the whole body, if there is no source
  std::unique_ptr<BodySource> source;
};

}  // namespace agm::http
