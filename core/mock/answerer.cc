#include "core/mock/answerer.h"

#include <fmt/format.h>

#include "core/mock/message.h"

namespace agm::mock {

Answer MakeAnswer(const Model& model, JsonView request, std::string_view id) {
  Answer answer;
  answer.model_version = model.id;
  answer.response_id = id;
  answer.prompt_tokens = PromptTokens(request);
  std::string last;
  ForEach(Field(request, "contents"), [&](JsonView content) {
    const std::string text = RoleOf(content) == "user" ? TextOf(content) : "";
    if (!text.empty()) last = text;
  });
  answer.text = fmt::format("This is the agm mock standing in for {}. You said: {}", model.id, last);
  return answer;
}

std::int64_t PromptTokens(JsonView request) {
  return CountTokens(Field(request, "contents").raw()) + 1;
}

}  // namespace agm::mock
