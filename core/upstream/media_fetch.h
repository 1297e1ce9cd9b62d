#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/base/cancellation.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/http/client/transport.h"

namespace agm::upstream {

/// A transport for addresses that clients choose: it connects to public addresses only, and never
/// through a proxy. What counts is the address that a connection is really made to, so neither a
/// name nor a redirect leads round it.
std::unique_ptr<Transport> NewMediaTransport();

struct MediaLimits {
  std::size_t bytes = 20U << 20U;
  int redirects = 5;
  TimePoint deadline = TimePoint::max();  ///< for all of it
};

struct FetchedMedia {
  std::string mime;
  std::string bytes;
};

/// Gets the picture, sound, film, PDF or text at an http(s) address.
///
///   auto media = FetchMedia(*transport, "https://example.com/cat.png", limits, cancellation);
///
/// The type is what the server says, else what the name or the bytes tell. Fails with
/// kInvalidRequest, reason invalid_image_url and no path; the message names the host alone, because
/// addresses hold secrets. kCancelled when the client went away.
///
/// Thread safety: as the transport's.
Result<FetchedMedia> FetchMedia(Transport& transport, const std::string& url,
                                const MediaLimits& limits, const Cancellation& cancellation);

}  // namespace agm::upstream
