#include "core/mock/checks.h"

#include <fmt/format.h>

#include "core/mock/message.h"

namespace agm::mock {
namespace {

constexpr int kLargestEmbedding = 3072;
constexpr int kSmallestEmbedding = 128;  // documented, but not enforced on all routes

}  // namespace

void Complaints::Field(std::string_view path, std::string_view what) {
  lines_ += fmt::format("* {}: {}\n", path, what);
}

void Complaints::Refuse(std::string sentence) { Refuse(InvalidArgument(std::move(sentence))); }

void Complaints::Refuse(GoogleError error) {
  if (!error_) error_ = std::move(error);
}

std::optional<GoogleError> Complaints::error() const {
  if (error_ || lines_.empty()) return error_;
  return InvalidArgument(lines_);
}

std::optional<GoogleError> CheckGenerate(const CheckRules& rules, JsonView request) {
  Complaints complaints;
  const std::string named = Field(request, "model").text();
  if (!named.empty() && !named.ends_with("models/" + rules.model.id) && named != rules.model.id) {
    complaints.Field("GenerateContentRequest.model", "is another model than that of the URL");
  }
  CheckContents(rules, request, complaints);
  CheckTools(rules, request, complaints);
  CheckConfig(rules, request, complaints);
  return complaints.error();
}

std::optional<GoogleError> CheckCount(const CheckRules& rules, JsonView request) {
  const JsonView wrapped = Field(request, "generateContentRequest");
  Complaints complaints;
  if (wrapped && Field(request, "contents").size() > 0) {
    complaints.Refuse("contents and generate_content_request are mutually exclusive.");
  }
  if (wrapped && Field(wrapped, "model").text() != "models/" + rules.model.id) {
    complaints.Field("CountTokensRequest.generate_content_request.model",
                     "must be set to the model of the request");
  }
  if (Field(request, "instances")) return complaints.error();
  CheckContents(rules, wrapped ? wrapped : request, complaints);
  return complaints.error();
}

std::optional<GoogleError> CheckEmbed(const CheckRules& rules, JsonView request,
                                      std::string_view path) {
  Complaints complaints;
  const auto field = [&](std::string_view name) { return fmt::format("{}.{}", path, name); };
  const JsonView content = Field(request, "content");
  if (Field(content, "parts").size() == 0) {
    complaints.Field(field("content"), "content is not specified");
  }
  ForEach(Field(content, "parts"), [&](JsonView part) {
    const bool blank = Field(part, "text").text().empty() && !Field(part, "inlineData") &&
                       !Field(part, "fileData");
    if (blank) complaints.Field(field("content"), "content contains an empty Part");
  });
  const int smallest = rules.strict ? kSmallestEmbedding : 1;
  if (const auto size = NumberOf(Field(request, "outputDimensionality"));
      size && (*size < smallest || *size > kLargestEmbedding)) {
    complaints.Field(field("output_dimensionality"),
                     fmt::format("must be in the range [{}, {}]", smallest, kLargestEmbedding));
  }
  if (Field(request, "title") && EnumOf(Field(request, "taskType")) != "RETRIEVAL_DOCUMENT") {
    complaints.Field(field("title"), "is only allowed with task_type RETRIEVAL_DOCUMENT");
  }
  return complaints.error();
}

}  // namespace agm::mock
