#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/mock/reply.h"

namespace agm::mock {

/// One field at fault, as in google.rpc.BadRequest.
struct Violation {
  std::string field;  ///< empty: the request as a whole
  std::string description;
};

/// A failure in Google's terms.
struct GoogleError {
  int http = 400;
  std::string status = "INVALID_ARGUMENT";
  std::string message;
  std::vector<std::string> details;  ///< JSON objects with their "@type"
  bool html = false;                 ///< as a front end answers: a page instead of JSON
};

/// 400 INVALID_ARGUMENT.
GoogleError InvalidArgument(std::string message);
/// The same with a BadRequest detail; the message joins the descriptions, one a line.
GoogleError BadFields(std::span<const Violation> violations);
/// A page that Google's front end gives for what it does not route.
GoogleError HtmlPage(int http);

/// A known class of trouble by its name, such as "quota-minute"; nothing for an unknown one.
/// `retry` is what a quota error asks to wait ("37s"; "0" leaves RetryInfo out).
std::optional<GoogleError> MakeTrouble(std::string_view name, std::string_view model,
                                       std::string_view retry = {});

struct TroubleName {
  std::string_view name;
  std::string_view about;  ///< for help texts
};
/// All classes, for help texts and for directives in API keys.
std::span<const TroubleName> TroubleNames();

/// The error object, laid out as Google does; `in_array` for streams that are JSON arrays.
std::string WriteError(const GoogleError& error, bool in_array = false);
Reply ReplyWith(const GoogleError& error, bool in_array = false);

}  // namespace agm::mock
