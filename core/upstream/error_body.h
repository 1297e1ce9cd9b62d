#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace agm::upstream {

/// One wall that was hit.
struct QuotaViolation {
  std::string id;      ///< "GenerateRequestsPerDayPerProjectPerModel-FreeTier"; may be empty
  std::string period;  ///< id, metric and description as letters of one case: "...perday..."
  std::optional<std::int64_t> limit;  ///< as the answer names it; 0: no waiting helps
};

/// One field that upstream found at fault.
struct FieldViolation {
  std::string field;
  std::string description;
};

/// What an upstream's error answer says, before anybody judges it: the envelope
/// {"error":{code, status, message, details[]}} of google.rpc, read from every detail in any order.
///
/// Thread safety: plain value.
struct ErrorBody {
  bool json = false;   ///< an error object was found
  bool html = false;   ///< a web page
  int code = 0;        ///< the body's own; 0: none
  std::string status;  ///< "RESOURCE_EXHAUSTED"
  std::string message;
  /// In lower case, to recognise things by: the message and what is said of fields, or whatever
  /// there was.
  std::string text;
  std::vector<std::string> reasons;  ///< ErrorInfo.reason
  std::vector<QuotaViolation> quotas;
  std::vector<FieldViolation> fields;
  std::optional<Duration> retry_delay;  ///< the longest that is named, from details or prose
  std::string project;                  ///< consumer project, without "projects/"
};

/// Never fails: a body that is no JSON is still searched for words.
ErrorBody ReadErrorBody(std::string_view body);

}  // namespace agm::upstream
