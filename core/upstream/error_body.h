#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace agm::upstream {

/// One quota that was exceeded.
struct QuotaViolation {
  std::string id;      ///< "GenerateRequestsPerDayPerProjectPerModel-FreeTier"; may be empty
  std::string period;  ///< letters of id, metric and description in lower case: "...perday..."
  std::optional<std::int64_t> limit;  ///< as named in the response; 0: waiting does not help
};

/// One field that the upstream found invalid.
struct FieldViolation {
  std::string field;
  std::string description;
};

/// The content of an upstream's error response before classification. Each kind of upstream reads
/// its own format into it.
///
/// Thread safety: plain value.
struct ErrorBody {
  bool json = false;   ///< the body has an error object
  bool html = false;   ///< a web page
  int code = 0;        ///< the code in the body; 0: none
  std::string status;  ///< "RESOURCE_EXHAUSTED"
  std::string message;
  /// Lower-case text for recognition: the message and the descriptions of fields, or the whole body
  /// if it is not JSON.
  std::string text;
  std::vector<std::string> reasons;  ///< ErrorInfo.reason
  std::vector<QuotaViolation> quotas;
  std::vector<FieldViolation> fields;
  std::optional<Duration> retry_delay;  ///< the longest delay in details or message
  std::string project;                  ///< the consumer project, without "projects/"
  std::string link;                     ///< the first https link that a detail offers
};

/// True for a body that is a web page.
bool LooksLikeHtml(std::string_view body);

}  // namespace agm::upstream
