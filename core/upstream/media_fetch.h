#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/base/cancellation.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/http/client/transport.h"

namespace agm::upstream {

/// A transport for URLs that clients choose: it connects only to public addresses, and never
/// through a proxy. It checks the address of the actual connection, so neither a DNS name nor a
/// redirect can bypass it.
std::unique_ptr<http::Transport> NewMediaTransport();

struct MediaLimits {
  std::size_t bytes = 20U << 20U;
  int redirects = 5;
  TimePoint deadline = TimePoint::max();  ///< for all redirects and the body
};

struct FetchedMedia {
  std::string mime;
  std::string bytes;
};

/// Fetches the image, audio, video, PDF or text at an http(s) URL.
///
///   auto media = FetchMedia(*transport, "https://example.com/cat.png", limits, cancellation);
///
/// The type is the server's, else that of the file name or the bytes. Fails with kInvalidRequest,
/// reason invalid_image_url and no path; the message names only the host, because URLs may contain
/// secrets. Fails with kCancelled if the client disconnected.
///
/// Thread safety: like the transport's.
Result<FetchedMedia> FetchMedia(http::Transport& transport, const std::string& url,
                                const MediaLimits& limits, const Cancellation& cancellation);

}  // namespace agm::upstream
