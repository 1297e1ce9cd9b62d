#pragma once

#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/protocol/dialect.h"

namespace agm::gateway {

/// The API whose formats a route uses.
enum class Surface { kOpenAi, kAnthropic, kGemini, kOwn };

/// The names of the response headers that tell what a client key has left of a limit.
struct LimitHeaders {
  std::string_view limit;
  std::string_view remaining;
  std::string_view reset;
};

/// What the responses of an API have in common, apart from their content.
struct SurfaceFacts {
  Surface surface;
  protocol::WireError (*write_error)(const Error& error, std::string_view request_id);
  std::string_view base_path;          ///< of the base URL that clients take: "/v1"; may be empty
  std::string_view request_id_header;  ///< named besides x-request-id; empty: none
  LimitHeaders requests;
  LimitHeaders tokens;
  /// Writes when a limit is full again: `left` from `now` on.
  std::string (*write_reset)(Duration left, WallTime now);
};

/// The row of an API.
const SurfaceFacts& FactsOf(Surface surface);

}  // namespace agm::gateway
