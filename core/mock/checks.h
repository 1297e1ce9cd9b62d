#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/mock/google_error.h"
#include "core/mock/models.h"

namespace agm::mock {

/// For whom a request is checked. `strict` refuses also what the service is only believed to
/// refuse, or refuses on some routes only.
struct CheckRules {
  const Model& model;
  bool vertex = false;
  bool strict = false;
};

/// Collects what is wrong with a request, as the service reports it: many complaints about fields
/// in one message, one a line, or a single sentence, whichever comes first.
///
/// Thread safety: one thread at a time.
class Complaints {
 public:
  /// "* GenerateContentRequest.contents: what"
  void Field(std::string_view path, std::string_view what);
  /// A refusal in one sentence; the first one counts.
  void Refuse(std::string sentence);
  void Refuse(GoogleError error);

  bool any() const { return error_.has_value() || !lines_.empty(); }
  std::optional<GoogleError> error() const;

 private:
  std::optional<GoogleError> error_;
  std::string lines_;
};

/// Roles, parts, blobs, names of calls; pairing of calls and responses; thought signatures. The
/// later ones only where the earlier ones found nothing.
void CheckContents(const CheckRules& rules, JsonView request, Complaints& complaints);

/// Declarations and the function calling configuration.
void CheckTools(const CheckRules& rules, JsonView request, Complaints& complaints);

/// A schema in the OpenAPI subset; unknown keywords were refused by CheckMessage.
void CheckSchema(const CheckRules& rules, JsonView schema, const std::string& path,
                 Complaints& complaints);
/// A free JSON schema, of which the service only wants that it is one.
void CheckJsonSchema(const CheckRules& rules, JsonView schema, const std::string& path,
                     Complaints& complaints);

/// generationConfig, safety settings and cached content.
void CheckConfig(const CheckRules& rules, JsonView request, Complaints& complaints);

/// All of the above for a GenerateContentRequest that CheckMessage found well formed.
std::optional<GoogleError> CheckGenerate(const CheckRules& rules, JsonView request);

/// The contents of a countTokens request.
std::optional<GoogleError> CheckCount(const CheckRules& rules, JsonView request);

/// One EmbedContentRequest; `path` names it in complaints.
std::optional<GoogleError> CheckEmbed(const CheckRules& rules, JsonView request,
                                      std::string_view path);

}  // namespace agm::mock
