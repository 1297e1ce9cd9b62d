#include "core/upstream/media_fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "core/base/base64.h"
#include "core/base/origin.h"
#include "core/http/client/curl_transport.h"
#include "core/http/client/curl_url.h"
#include "core/protocol/shared/mime.h"

namespace agm::upstream {
namespace {

constexpr Duration kConnect{5'000};
constexpr Duration kSilence{10'000};
constexpr std::string_view kUnknown = "application/octet-stream";

Error Refused(std::string_view host, std::string_view why) {
  return Invalid("invalid_image_url", "", fmt::format("{}: {}", host, why));
}

// The error for the client that named the URL, if the connection fails.
Error Unreachable(std::string_view host, const Error& error) {
  if (error.code == ErrorCode::kCancelled) return error;
  if (error.code == ErrorCode::kForbidden) {
    return Refused(host, "expected a public address, found one of a private network");
  }
  return Refused(host, "it cannot be fetched: " + error.message);
}

http::OutgoingRequest NewRequest(const std::string& url, const MediaLimits& limits) {
  http::OutgoingRequest request;
  request.method = "GET";
  request.url = url;
  request.headers = {{"Accept", "image/*,audio/*,video/*,application/pdf,text/*;q=0.8"}};
  request.stream = true;  // media is already compressed
  request.connect_timeout = kConnect;
  request.first_byte_timeout = kSilence;
  request.idle_timeout = kSilence;
  request.deadline = limits.deadline;
  return request;
}

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool IsTaken(std::string_view mime) {
  return mime.starts_with("image/") || mime.starts_with("audio/") || mime.starts_with("video/") ||
         mime.starts_with("text/") || mime == "application/pdf";
}

// The server's type; if it has none, the type of the file name or of the first bytes.
std::string MimeOf(std::string_view told, const std::string& url, std::string_view bytes) {
  std::string mime = protocol::CanonicalMime(told);
  if (!mime.empty() && mime != kUnknown && mime != "binary/octet-stream") return mime;
  mime = protocol::MimeOfName(url);
  return mime.empty() ? protocol::MimeOfBase64(EncodeBase64(bytes.substr(0, 24))) : mime;
}

Result<std::string> ReadBody(http::Download& download, std::string_view host,
                             const MediaLimits& limits, const Cancellation& cancellation) {
  const Error too_large =
      Refused(host, fmt::format("expected at most {} bytes, found more", limits.bytes));
  const std::string_view told = download.header("content-length");
  if (told.size() > 18 ||
      (!told.empty() && std::strtoull(std::string(told).c_str(), nullptr, 10) > limits.bytes)) {
    return too_large;
  }
  std::string body;
  for (;;) {
    const auto state = download.Read(body, limits.deadline, cancellation);
    if (!state) return Unreachable(host, state.error());
    if (body.size() > limits.bytes) return too_large;
    if (*state == http::ReadState::kEnd) return body;
    if (*state == http::ReadState::kNothingYet && SystemClock().Now() >= limits.deadline) {
      return Refused(host, "it was not fetched in time");
    }
  }
}

Result<FetchedMedia> Receive(http::Download& download, const std::string& url,
                             std::string_view host, const MediaLimits& limits,
                             const Cancellation& cancellation) {
  if (download.status() != 200) {
    return Refused(host, fmt::format("it answered with status {}", download.status()));
  }
  // Usually known before the body arrives.
  const std::string told = protocol::CanonicalMime(download.header("content-type"));
  auto body = ReadBody(download, host, limits, cancellation);
  if (!body) return std::move(body).error();
  if (body->empty()) return Refused(host, "it answered with nothing");
  std::string mime = MimeOf(told, url, *body);
  if (!IsTaken(mime)) {
    return Refused(host, fmt::format("expected an image, audio, video, PDF or text, found {}",
                                     mime == kUnknown ? "unknown bytes" : mime));
  }
  return FetchedMedia{std::move(mime), *std::move(body)};
}

}  // namespace

std::unique_ptr<http::Transport> NewMediaTransport() {
  http::CurlTransport::Options options;
  options.max_idle = 8;
  options.may_connect = [](const IpAddress& address) { return IsPublic(address); };
  return std::make_unique<http::CurlTransport>(std::move(options));
}

Result<FetchedMedia> FetchMedia(http::Transport& transport, const std::string& url,
                                const MediaLimits& limits, const Cancellation& cancellation) {
  std::optional<std::string> at = http::ResolveUrl({}, url);
  std::string host;
  for (int hops = 0; hops <= limits.redirects; ++hops) {
    const auto origin = at ? ReadOrigin(*at) : std::nullopt;
    if (!origin) {
      return Refused(host.empty() ? "the address" : host,
                     "expected http(s)://host/..., without a user name");
    }
    host = origin->host;
    const auto download = transport.Send(NewRequest(*at, limits), cancellation);
    if (!download) return Unreachable(host, download.error());
    const std::string_view location = (*download)->header("location");
    if (!IsRedirect((*download)->status()) || location.empty()) {
      return Receive(**download, *at, host, limits, cancellation);
    }
    at = http::ResolveUrl(*at, std::string(location));
  }
  return Refused(host, fmt::format("expected at most {} redirects, found more", limits.redirects));
}

}  // namespace agm::upstream
