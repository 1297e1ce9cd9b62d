#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/http/wire/message.h"

namespace agm::gateway {

inline constexpr std::size_t kMaxHeadSize = 64 * 1024;
inline constexpr std::size_t kMaxHeaderCount = 100;
inline constexpr std::size_t kMaxTargetSize = 8 * 1024;

/// Why a request is turned away before a handler sees it.
struct HttpFault {
  Error error;
  int status = 0;  ///< where HTTP has a finer word than the error's own status; 0: the error's
};

enum class BodyFraming { kNone, kLength, kChunked };
enum class BodyCoding { kIdentity, kGzip, kDeflate };

/// A request's line and headers, checked.
struct HttpHead {
  std::string method;
  std::string path;      ///< percent-decoded once; begins with '/'
  std::string raw_path;  ///< as sent
  std::string query;     ///< as sent, without '?'
  std::vector<HttpHeader> headers;
  int minor_version = 1;  ///< of HTTP/1.x
  bool keep_alive = true;
  bool expects_continue = false;
  BodyFraming framing = BodyFraming::kNone;
  BodyCoding coding = BodyCoding::kIdentity;
  std::uint64_t content_length = 0;
};

/// Reads one head, the empty line at its end included; what is wrong with it, if anything. Strict
/// where two readers could disagree about where a request ends (RFC 9112, 11.2), because behind a
/// proxy that is an attack:
///
///   head   := line *( field CRLF ) CRLF
///   line   := token SP target SP "HTTP/1." ( "0" | "1" ) CRLF
///   field  := token ":" OWS value OWS        no folding, no control characters, CRLF only
///
/// At most one of Content-Length (digits, once) and Transfer-Encoding (exactly "chunked", once, not
/// in HTTP/1.0). HTTP/1.1 needs Host exactly once. An absolute target must name that same host. On
/// a fault `head` holds what was understood so far, so that the answer can have the path's shape.
///
/// Thread safety: any thread.
std::optional<HttpFault> ReadHead(std::string_view bytes, HttpHead& head);

/// Where the head at the front of `bytes` ends (just behind its empty line), looking from `from`
/// on; npos while it is not complete. `bare` is set when a line ends without CR.
std::size_t FindHeadEnd(std::string_view bytes, std::size_t from, bool& bare);

}  // namespace agm::gateway
