#include "core/protocol/responses/listing.h"

#include <string>

namespace agm::protocol {
namespace {

void WriteOthers(JsonWriter& json, JsonView object, std::initializer_list<std::string_view> but) {
  for (const JsonMember member : object.members()) {
    bool skip = false;
    for (const std::string_view key : but) skip = skip || member.key.equals(key);
    if (!skip) json.Key(member.key.text()).Raw(member.value.raw());
  }
}

// Writes a part with the members that the list requires: annotations and logprobs of text, the
// detail of an image.
void WritePart(JsonWriter& json, JsonView part) {
  json.Object();
  WriteOthers(json, part, {});
  if (part["type"].equals("output_text")) {
    if (!part.Find("annotations")) json.Key("annotations").Array().EndArray();
    if (!part.Find("logprobs")) json.Key("logprobs").Array().EndArray();
  } else if (part["type"].equals("input_image") && !part.Find("detail")) {
    json.Key("detail").String("auto");
  }
  json.EndObject();
}

void WriteText(JsonWriter& json, JsonView text, bool assistant) {
  json.Object().Key("type").String(assistant ? "output_text" : "input_text");
  json.Key("text").String(text.text());
  if (assistant) {
    json.Key("annotations").Array().EndArray().Key("logprobs").Array().EndArray();
  }
  json.EndObject();
}

void WriteContent(JsonWriter& json, JsonView content, bool assistant) {
  json.Key("content").Array();
  if (content.is(JsonKind::kString)) WriteText(json, content, assistant);
  for (const JsonView part : content.items()) {
    part.is(JsonKind::kString) ? WriteText(json, part, assistant) : WritePart(json, part);
  }
  json.EndArray();
}

}  // namespace

void WriteListedItem(JsonWriter& json, JsonView item, std::string_view id) {
  const std::string type = item["type"] ? item["type"].text() : "message";
  json.Object().Key("id").String(item["id"] ? item["id"].text() : std::string(id));
  json.Key("type").String(type);
  json.Key("status").String(item["status"] ? item["status"].text() : "completed");
  if (type == "message") {
    WriteOthers(json, item, {"id", "type", "status", "content"});
    WriteContent(json, item["content"], item["role"].equals("assistant"));
  } else {
    WriteOthers(json, item, {"id", "type", "status"});
  }
  json.EndObject();
}

}  // namespace agm::protocol
