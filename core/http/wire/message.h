#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/awaited.h"
#include "core/base/cancellation.h"

namespace agm::gateway {

using HttpHeader = std::pair<std::string, std::string>;

/// The first value of a header, by its name in any case; empty if there is none.
std::string_view FindHeader(const std::vector<HttpHeader>& headers, std::string_view name);

/// A request as the gateway sees it: whole body read, framing checked.
struct HttpRequest {
  std::string method;    ///< upper case as sent
  std::string path;      ///< percent-decoded once, without the query; always begins with '/'
  std::string raw_path;  ///< as sent, for pass-through
  std::string query;     ///< as sent, without '?'
  std::vector<HttpHeader> headers;  ///< in the order they came, names as sent
  std::string body;                 ///< without chunking and content coding
  std::string remote_address;       ///< of the peer
  /// Cancelled once the client is gone; valid until the answer is sent. A client that closes its
  /// sending side counts as gone. Ask fd() anew before each wait: it changes when the client sends
  /// early.
  const Cancellation* client = nullptr;

  /// The first value of a header, by its name in any case; empty if there is none.
  std::string_view header(std::string_view name) const;
};

/// The body of an answer, pulled piece by piece. Dropping it ends whatever feeds it. It may use
/// HttpRequest::client, but the rest of the request is gone.
///
/// Thread safety: one thread at a time, not always the same.
class BodySource {
 public:
  enum class Pulled { kPiece, kNothingYet, kEnd };

  virtual ~BodySource() = default;
  /// Appends the next piece to `out`; kEnd when the body is complete (a last piece may come with
  /// it), kNothingYet when there was none by `until`.
  virtual Pulled Next(std::string& out, TimePoint until) = 0;
  /// What to wait for before Next is called again.
  virtual Awaited awaited() { return {}; }
};

struct HttpReply {
  int status = 200;
  std::vector<HttpHeader> headers;  ///< Content-Type included; framing headers are the server's
  std::string body;                 ///< all of it, where there is no source
  std::unique_ptr<BodySource> source;
};

}  // namespace agm::gateway
