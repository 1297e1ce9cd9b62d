#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/mock/reply.h"

namespace agm::mock {

/// An invalid field, as in google.rpc.BadRequest.
struct Violation {
  std::string field;  ///< empty: the request as a whole
  std::string description;
};

/// A failure in the form of Google's API.
struct GoogleError {
  int http = 400;
  std::string status = "INVALID_ARGUMENT";
  std::string message;
  std::vector<std::string> details;  ///< JSON objects with their "@type"
  bool html = false;  ///< an HTML page instead of JSON, as Google's front end sends it
};

/// 400 INVALID_ARGUMENT.
GoogleError InvalidArgument(std::string message);
/// 400 with a BadRequest detail; the message has one description per line.
GoogleError BadFields(std::span<const Violation> violations);
/// The page that Google's front end sends for a path that it does not route.
GoogleError HtmlPage(int http);

/// A known class of failure by its name, such as "quota-minute"; nullopt for an unknown name.
/// `retry` is the delay that a quota error asks for ("37s"; "0" leaves RetryInfo out).
std::optional<GoogleError> MakeTrouble(std::string_view name, std::string_view model,
                                       std::string_view retry = {});

struct TroubleName {
  std::string_view name;
  std::string_view about;  ///< for help texts
};
/// All classes, for help texts and for keywords in API keys.
std::span<const TroubleName> TroubleNames();

/// Writes the error object in Google's layout; `in_array` for streams that are JSON arrays.
std::string WriteError(const GoogleError& error, bool in_array = false);
Reply ReplyWith(const GoogleError& error, bool in_array = false);

}  // namespace agm::mock
