#include "core/http/wire/request_head.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/percent.h"
#include "core/http/wire/grammar.h"

namespace agm::http {
namespace {

using Checked = std::optional<Fault>;
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMostly = 12;  ///< usual number of headers in a request

template <class... Args>
Fault Refused(int status, fmt::format_string<Args...> text, Args&&... args) {
  return {Fail(ErrorCode::kInvalidRequest, text, std::forward<Args>(args)...), status};
}

template <class... Args>
Fault Bad(fmt::format_string<Args...> text, Args&&... args) {
  return Refused(400, text, std::forward<Args>(args)...);
}

/// Checks the characters of "host" or "host:port": letters, digits, and those of names and IPv6
/// literals.
bool IsAuthority(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return IsLetterOrDigit(c) || std::string_view("-._~:[]%").find(c) != std::string_view::npos;
  });
}

/// Reads the value of a header that may occur only once; a fault if it occurs twice.
Checked Single(const Head& head, std::string_view name, std::optional<std::string_view>& value) {
  for (const Header& header : head.headers) {
    if (!EqualsIgnoreCase(header.first, name)) continue;
    if (value) return Bad("the header {} may come only once", name);
    value = header.second;
  }
  return {};
}

Checked ReadPath(std::string_view target, Head& head) {
  std::string_view rest = target.substr(0, target.find('#'));
  head.raw_path = Cut(rest, "?");
  head.query = rest;
  head.path = PercentDecode(head.raw_path);
  if (std::ranges::any_of(head.path, IsControl)) return Bad("the path holds a control character");
  return {};
}

/// Reads "http://host[:port][/path]". Its host must equal the Host header, or replaces a missing
/// one.
Checked ReadAbsoluteTarget(std::string_view target, Head& head, std::string& authority) {
  target.remove_prefix(target.find("://") + 3);
  const std::string_view host = target.substr(0, target.find_first_of("/?#"));
  if (host.empty() || !IsAuthority(host)) return Bad("the request's URL has no valid host");
  authority = host;
  target.remove_prefix(host.size());
  return ReadPath(target.starts_with('/') ? std::string(target) : "/" + std::string(target), head);
}

Checked ReadTarget(std::string_view target, Head& head, std::string& authority) {
  if (target.size() > kMaxTargetSize) {
    return Refused(414, "the request's URL is longer than {} bytes", kMaxTargetSize);
  }
  if (std::ranges::any_of(target, IsControl)) return Bad("the URL holds a control character");
  if (target.starts_with('/')) return ReadPath(target, head);
  if (StartsWithIgnoreCase(target, "http://") || StartsWithIgnoreCase(target, "https://")) {
    return ReadAbsoluteTarget(target, head, authority);
  }
  if (target == "*" && head.method == "OPTIONS") return ReadPath("/", head);
  if (head.method == "CONNECT") {
    return Fault{Fail(ErrorCode::kMethodNotAllowed, "this is no forward proxy"), 0};
  }
  return Bad("the request's URL must begin with '/'");
}

Checked ReadVersion(std::string_view version, Head& head) {
  if (version == "HTTP/1.1" || version == "HTTP/1.0") {
    head.minor_version = version.back() - '0';
    return {};
  }
  if (version.starts_with("HTTP/") && IsToken(version.substr(5))) {
    return Refused(505, "HTTP/1.1 and HTTP/1.0 are spoken here, not {}", version);
  }
  return Bad("this is no HTTP request: expected METHOD /path HTTP/1.1");
}

Checked ReadLine(std::string_view line, Head& head, std::string& authority) {
  if (line.starts_with("\x16\x03")) return Bad("this port speaks plain HTTP, not TLS");
  const std::string_view method = Cut(line, " ");
  const std::string_view target = Cut(line, " ");
  if (!IsToken(method) || method.size() > 32 || target.empty()) {
    return Bad("this is no HTTP request: expected METHOD /path HTTP/1.1");
  }
  if (Checked fault = ReadVersion(line, head)) return fault;
  head.method = method;
  return ReadTarget(target, head, authority);
}

Checked ReadField(std::string_view line, Head& head) {
  if (head.headers.size() == kMaxHeaderCount) {
    return Refused(431, "more than {} headers", kMaxHeaderCount);
  }
  if (line.starts_with(' ') || line.starts_with('\t'))
    return Bad("a header is folded over two lines");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) {
    return Bad("a header line is not \"name: value\"");
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = Trim(line.substr(colon + 1));
  if (!IsFieldValue(value)) return Bad("the header {} holds a control character", name);
  if (head.headers.empty()) head.headers.reserve(kMostly);
  head.headers.emplace_back(name, value);
  return {};
}

Checked CheckHost(Head& head, const std::string& authority) {
  std::optional<std::string_view> host;
  if (Checked fault = Single(head, "Host", host)) return fault;
  if (!host && head.minor_version == 1) return Bad("the header Host is missing");
  if (host && !IsAuthority(*host)) return Bad("the header Host names no host");
  if (authority.empty()) return {};
  if (host && !EqualsIgnoreCase(*host, authority)) {
    return Bad("the request's URL names another host than its header Host");
  }
  if (!host) head.headers.emplace_back("Host", authority);
  return {};
}

Checked ReadLength(std::string_view value, Head& head) {
  if (value.empty() || !std::ranges::all_of(value, IsDigit)) {
    return Bad("Content-Length is not a plain number");
  }
  const char* end = value.data() + value.size();
  if (std::from_chars(value.data(), end, head.content_length).ec != std::errc{}) {
    head.content_length = UINT64_MAX;  // larger than any limit
  }
  head.framing = head.content_length == 0 ? BodyFraming::kNone : BodyFraming::kLength;
  return {};
}

Checked ReadFraming(Head& head) {
  std::optional<std::string_view> length;
  std::optional<std::string_view> encoding;
  if (Checked fault = Single(head, "Content-Length", length)) return fault;
  if (Checked fault = Single(head, "Transfer-Encoding", encoding)) return fault;
  if (length && encoding) return Bad("Content-Length and Transfer-Encoding exclude each other");
  if (length) return ReadLength(*length, head);
  if (!encoding) return {};
  if (head.minor_version == 0) return Bad("HTTP/1.0 has no Transfer-Encoding");
  if (!EqualsIgnoreCase(*encoding, "chunked")) {
    return Refused(501, "the only Transfer-Encoding read here is chunked");
  }
  head.framing = BodyFraming::kChunked;
  return {};
}

Checked ReadCoding(Head& head) {
  std::optional<std::string_view> coding;
  if (Checked fault = Single(head, "Content-Encoding", coding)) return fault;
  if (!coding || coding->empty() || EqualsIgnoreCase(*coding, "identity")) return {};
  if (EqualsIgnoreCase(*coding, "gzip") || EqualsIgnoreCase(*coding, "x-gzip")) {
    head.coding = BodyCoding::kGzip;
  } else if (EqualsIgnoreCase(*coding, "deflate")) {
    head.coding = BodyCoding::kDeflate;
  } else {
    return Fault{
        Fail(ErrorCode::kUnsupportedMedia, "Content-Encoding must be gzip, deflate or identity"),
        0};
  }
  return {};
}

Checked ReadExpect(Head& head) {
  std::optional<std::string_view> expect;
  if (Checked fault = Single(head, "Expect", expect)) return fault;
  if (!expect || head.minor_version == 0) return {};
  if (!EqualsIgnoreCase(*expect, "100-continue")) {
    return Refused(417, "the only expectation met here is 100-continue");
  }
  head.expects_continue = true;
  return {};
}

/// Decides whether the connection persists: HTTP/1.1 unless "close", HTTP/1.0 only if "keep-alive".
void ReadConnection(Head& head) {
  bool close = false;
  bool keep = head.minor_version == 1;
  for (const Header& header : head.headers) {
    if (!EqualsIgnoreCase(header.first, "Connection")) continue;
    close = close || ListHas(header.second, "close");
    keep = keep || ListHas(header.second, "keep-alive");
  }
  head.keep_alive = keep && !close;
}

}  // namespace

std::optional<Fault> ReadHead(std::string_view bytes, Head& head) {
  std::string authority;
  if (Checked fault = ReadLine(Cut(bytes, kLineEnd), head, authority)) return fault;
  while (!bytes.empty() && bytes != kLineEnd) {
    if (Checked fault = ReadField(Cut(bytes, kLineEnd), head)) return fault;
  }
  if (Checked fault = CheckHost(head, authority)) return fault;
  if (Checked fault = ReadFraming(head)) return fault;
  if (Checked fault = ReadCoding(head)) return fault;
  if (Checked fault = ReadExpect(head)) return fault;
  ReadConnection(head);
  return {};
}

std::size_t FindHeadEnd(std::string_view bytes, std::size_t from, bool& bare) {
  for (std::size_t line = bytes.find('\n', from); line != std::string_view::npos;
       line = bytes.find('\n', line + 1)) {
    if (line == 0 || bytes[line - 1] != '\r') {
      bare = true;
      return std::string_view::npos;
    }
    if (line >= 3 && bytes[line - 2] == '\n') return line + 1;
  }
  return std::string_view::npos;
}

}  // namespace agm::http
