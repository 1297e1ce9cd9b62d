#include "core/protocol/gemini/count.h"

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"

namespace agm::protocol {
std::string WriteGeminiCount(std::string_view body, std::string_view model, bool vertex) {
  std::string out;
  JsonWriter json(out);
  json.Object();
  if (!vertex) {
    json.Key("generateContentRequest").Object().Key("model").String("models/" + std::string(model));
  }
  const auto doc = JsonDoc::Parse(body);
  if (doc) {
    for (const JsonMember member : doc->root().members()) {
      const std::string key = member.key.text();
      const bool costs = key == "contents" || key == "systemInstruction" || key == "tools" ||
                         key == "generationConfig";
      if (!vertex || costs) json.Key(key).Raw(member.value.raw());
    }
  }
  if (!vertex) json.EndObject();
  json.EndObject();
  return out;
}

std::optional<std::int64_t> ReadGeminiCount(std::string_view answer) {
  const auto doc = JsonDoc::Parse(answer);
  if (!doc) return std::nullopt;
  const auto tokens = doc->root()["totalTokens"].integer();
  return tokens && *tokens > 0 ? tokens : std::nullopt;
}

}  // namespace agm::protocol
