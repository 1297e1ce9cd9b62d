#include "core/protocol/responses/text_message.h"

#include <algorithm>
#include <utility>

#include "core/base/json_writer.h"

namespace agm::protocol {

std::vector<chat::Citation> CitationsOf(const TextMessage& message,
                                        const std::vector<chat::Citation>& all, bool last) {
  std::vector<chat::Citation> own;
  for (chat::Citation citation : all) {
    if (citation.start < message.begin || (!last && citation.start >= message.end())) continue;
    citation.start -= message.begin;
    citation.end = std::min(citation.end, message.end()) - message.begin;
    own.push_back(std::move(citation));
  }
  return own;
}

std::string ChoicesOf(const chat::Response& response) {
  std::string text;
  if (!response.choices.empty()) {
    for (const chat::Block& block : response.choices.front().blocks) {
      if (const auto* part = std::get_if<chat::Text>(&block)) text += part->text;
    }
  }
  std::string out;
  JsonWriter json(out);
  json.Key("choices").Array().Object().Key("index").Int(0).Key("message").Object();
  json.Key("role").String("assistant").Key("content").String(text).EndObject();
  json.Key("finish_reason").String("stop").EndObject().EndArray();
  return out;
}

}  // namespace agm::protocol
