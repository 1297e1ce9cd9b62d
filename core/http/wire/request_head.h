#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/http/wire/message.h"

namespace agm::http {

inline constexpr std::size_t kMaxHeadSize = 64 * 1024;
inline constexpr std::size_t kMaxHeaderCount = 100;
inline constexpr std::size_t kMaxTargetSize = 8 * 1024;

/// Why the server refuses a request before it calls a handler.
struct Fault {
  Error error;
  int status = 0;        ///< if HTTP has a more exact status than the error's; 0: the error's
  std::string method{};  ///< as far as it was read; for the log
  std::string peer{};    ///< the address of the client; for the log
};

enum class BodyFraming { kNone, kLength, kChunked };
enum class BodyCoding { kIdentity, kGzip, kDeflate };

/// A checked request line with its headers.
struct Head {
  std::string method;
  std::string path;      ///< percent-decoded once; begins with '/'
  std::string raw_path;  ///< as sent
  std::string query;     ///< as sent, without '?'
  std::vector<Header> headers;
  int minor_version = 1;  ///< of HTTP/1.x
  bool keep_alive = true;
  bool expects_continue = false;
  BodyFraming framing = BodyFraming::kNone;
  BodyCoding coding = BodyCoding::kIdentity;
  std::uint64_t content_length = 0;
};

/// True for a request whose body its handler reads while it arrives, so that it is not held in
/// memory and has no limit of size.
using StreamsBody = std::function<bool(const Head&)>;

/// Reads one head, including the empty line at its end, and returns what is wrong with it, if
/// anything. It is strict wherever two parsers could disagree about a request's end (RFC 9112,
/// 11.2), because behind a proxy such a disagreement allows request smuggling:
///
///   head   := line *( field CRLF ) CRLF
///   line   := token SP target SP "HTTP/1." ( "0" | "1" ) CRLF
///   field  := token ":" OWS value OWS        no folding, no control characters, CRLF only
///
/// At most one of Content-Length (digits, once) and Transfer-Encoding (exactly "chunked", once, not
/// in HTTP/1.0). HTTP/1.1 needs Host exactly once. An absolute target must name that same host.
/// After a fault `head` holds what was read so far, so that the error can use the path's dialect.
///
/// Thread safety: any thread.
std::optional<Fault> ReadHead(std::string_view bytes, Head& head);

/// Finds the end of the head at the front of `bytes` (the offset after its empty line), searching
/// from `from` on; npos while it is incomplete. Sets `bare` if a line ends without CR.
std::size_t FindHeadEnd(std::string_view bytes, std::size_t from, bool& bare);

}  // namespace agm::http
