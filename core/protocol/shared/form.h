#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace agm::protocol {

/// One part of a form. `data` is a view into the body.
struct FormPart {
  std::string name;
  std::string filename;  ///< without folders; empty: not given
  std::string type;      ///< media type as sent; empty: not given
  std::string_view data;
};

struct FormLimits {
  std::size_t parts = 128;
  std::size_t head = 8192;  ///< bytes of a part's headers
};

/// True if a Content-Type is multipart/form-data.
bool IsForm(std::string_view content_type);

/// The error of a route that reads only `expected`.
Error UnreadableType(std::string_view content_type, std::string_view expected);

/// Reads a body of multipart/form-data (RFC 7578).
///
///   auto parts = ReadForm(R"(multipart/form-data; boundary=xyz)", body);
///   if (!parts) return parts.error();
///   for (const FormPart& part : *parts) ...
///
/// The body must outlive the parts; file data is not copied. Names may be tokens, quoted strings
/// with backslash or percent escapes as written by browsers, and `filename*` of RFC 5987. Text
/// before the first and after the last boundary is skipped; so are unknown headers.
/// Fails with kInvalidRequest and the number of the part if the boundary is missing, a part has no
/// end or no name, a header is malformed, or a limit is exceeded.
///
/// Thread safety: any thread.
Result<std::vector<FormPart>> ReadForm(std::string_view content_type, std::string_view body,
                                       FormLimits limits = {});

/// The body with a further field of text, which counts before earlier ones of that name. A body
/// that has no end as ReadForm expects it, or a value of several lines, is left as it is.
std::string WithField(std::string_view content_type, std::string body, std::string_view name,
                      std::string_view value);

}  // namespace agm::protocol
