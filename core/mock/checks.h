#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/mock/google_error.h"
#include "core/mock/models.h"

namespace agm::mock {

/// The service and rules that a request is checked for. `strict` also refuses what Google refuses
/// on some routes only, or only according to reports.
struct CheckRules {
  const Model& model;
  bool vertex = false;
  bool strict = false;
};

/// Collects what is wrong with a request and reports it like the service: either many complaints
/// about fields in one message, one per line, or a single sentence; the kind that comes first
/// counts.
///
/// Thread safety: one thread at a time.
class Complaints {
 public:
  /// "* GenerateContentRequest.contents: what"
  void Field(std::string_view path, std::string_view what);
  /// Refuses with one sentence; only the first refusal counts.
  void Refuse(std::string sentence);
  void Refuse(GoogleError error);

  bool any() const { return error_.has_value() || !lines_.empty(); }
  std::optional<GoogleError> error() const;

 private:
  std::optional<GoogleError> error_;
  std::string lines_;
};

/// Checks roles, parts, blobs, names of calls; then the pairing of calls and responses; then
/// thought signatures. Each step runs only if the earlier ones found nothing.
void CheckContents(const CheckRules& rules, JsonView request, Complaints& complaints);

/// Checks declarations and the function calling configuration.
void CheckTools(const CheckRules& rules, JsonView request, Complaints& complaints);

/// Checks a schema in the OpenAPI subset; CheckMessage has already refused unknown keywords.
void CheckSchema(const CheckRules& rules, JsonView schema, const std::string& path,
                 Complaints& complaints);
/// Checks a JSON schema, which the service only requires to be one.
void CheckJsonSchema(const CheckRules& rules, JsonView schema, const std::string& path,
                     Complaints& complaints);

/// Checks generationConfig, safety settings and cached content.
void CheckConfig(const CheckRules& rules, JsonView request, Complaints& complaints);

/// Runs all checks above on a GenerateContentRequest that CheckMessage found well formed.
std::optional<GoogleError> CheckGenerate(const CheckRules& rules, JsonView request);

/// Checks the contents of a countTokens request.
std::optional<GoogleError> CheckCount(const CheckRules& rules, JsonView request);

/// Checks one EmbedContentRequest; `path` names it in complaints.
std::optional<GoogleError> CheckEmbed(const CheckRules& rules, JsonView request,
                                      std::string_view path);

}  // namespace agm::mock
