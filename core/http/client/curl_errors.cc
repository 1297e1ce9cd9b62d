#include <fmt/format.h>

#include <array>

#include "core/base/descriptors.h"
#include "core/base/duration.h"
#include "core/http/client/curl_download.h"

// The messages of CurlDownload's failures: host, port and what happened, never path or query.
namespace agm::http {
namespace {

// Failures before the response, with their messages.
struct Words {
  CURLcode code;
  ErrorCode error;
  std::string_view text;
};

constexpr std::array<Words, 15> kWords = {{
    {CURLE_COULDNT_RESOLVE_HOST, ErrorCode::kUpstreamUnavailable, "the name cannot be resolved"},
    {CURLE_COULDNT_RESOLVE_PROXY, ErrorCode::kUpstreamUnavailable,
     "the proxy's name cannot be resolved"},
    {CURLE_COULDNT_CONNECT, ErrorCode::kUpstreamUnavailable, "the connection was refused"},
    {CURLE_OPERATION_TIMEDOUT, ErrorCode::kUpstreamUnavailable, "no connection in time"},
    {CURLE_PROXY, ErrorCode::kUpstreamUnavailable, "the proxy refused the way"},
    {CURLE_SSL_CONNECT_ERROR, ErrorCode::kUpstreamUnavailable, "TLS failed"},
    {CURLE_PEER_FAILED_VERIFICATION, ErrorCode::kUpstreamUnavailable,
     "the certificate is not trusted, or not for this name"},
    {CURLE_SSL_CACERT_BADFILE, ErrorCode::kUpstreamUnavailable,
     "the store of trusted certificates cannot be read"},
    {CURLE_GOT_NOTHING, ErrorCode::kUpstreamUnavailable,
     "the connection was closed without an answer"},
    {CURLE_SEND_ERROR, ErrorCode::kUpstreamUnavailable,
     "the connection was lost while the request was sent"},
    {CURLE_RECV_ERROR, ErrorCode::kUpstreamUnavailable, "the connection was lost before an answer"},
    {CURLE_PARTIAL_FILE, ErrorCode::kUpstreamUnavailable,
     "the connection was closed in the middle of the answer's head"},
    {CURLE_WEIRD_SERVER_REPLY, ErrorCode::kUpstreamRejected, "the answer is not HTTP"},
    {kTooLargeHead, ErrorCode::kUpstreamRejected, "the head of the answer is too large"},
    {CURLE_URL_MALFORMAT, ErrorCode::kConfig, "the address cannot be used"},
}};

}  // namespace

std::string CurlDownload::Peer() const {
  return proxy_.empty() ? peer_ : fmt::format("{} (through the proxy {})", peer_, proxy_);
}

Error CurlDownload::TimedOut(Limit limit) const {
  switch (limit) {
    case Limit::kConnect:
      return Fail(ErrorCode::kUpstreamUnavailable, "no connection to {} within {}", Peer(),
                  WriteDuration(connect_timeout_));
    case Limit::kFirstByte:
      return Fail(ErrorCode::kTimeout, "no answer from {} within {}", Peer(),
                  WriteDuration(first_byte_timeout_));
    case Limit::kIdle:
      return Fail(ErrorCode::kTimeout, "{} was silent for {} in the middle of its answer", Peer(),
                  WriteDuration(idle_timeout_));
    case Limit::kUntil:
    case Limit::kDeadline:
      break;
  }
  return Fail(ErrorCode::kTimeout, "the request's time was over before {} had answered", Peer());
}

Error CurlDownload::Broken() const {
  if (result_ == CURLE_BAD_CONTENT_ENCODING) {
    return Fail(ErrorCode::kUpstreamRejected, "the answer of {} is compressed wrongly", Peer());
  }
  return Fail(ErrorCode::kUpstreamUnavailable, "{} broke off its answer", Peer());
}

Error CurlDownload::BrokenBeforeHead() const {
  if (line_->refused && !line_->connection.connected()) {
    return Fail(ErrorCode::kForbidden, "{}: no connection is made to such an address", Peer());
  }
  if (!line_->connection.connected() && !DescriptorLeft()) {
    return Fail(
        ErrorCode::kOverloaded,
        "the gateway has no file descriptor left for a connection to {}: all {} are in use; "
        "raise the limit (ulimit -n, or LimitNOFILE= of the service)",
        Peer(), DescriptorLimit());
  }
  if (result_ == CURLE_READ_ERROR && upload_ != nullptr && upload_->failure()) {
    return *upload_->failure();
  }
  long tunnel = 0;
  if (CURL* easy = line_->connection.easy()) {
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
  }
  if (tunnel >= 300) {
    return Fail(ErrorCode::kUpstreamUnavailable, "the proxy refused the way to {} (HTTP {})",
                Peer(), tunnel);
  }
  for (const Words& words : kWords) {
    if (words.code != result_) continue;
    return Fail(words.error, "{}: {}", Peer(), words.text);
  }
  return Fail(ErrorCode::kUpstreamUnavailable, "{}: the connection failed (libcurl error {})",
              Peer(), static_cast<int>(result_));
}

}  // namespace agm::http
