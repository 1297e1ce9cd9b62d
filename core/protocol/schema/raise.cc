#include "core/base/ascii.h"
#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/protocol/schema/schema.h"

namespace agm::protocol {
namespace {

/// Converts the OpenAPI subset to JSON Schema.
class Raiser {
 public:
  std::string Run(JsonView root) {
    Schema(root);
    return std::move(text_);
  }

 private:
  void Schema(JsonView schema) {
    json_.Object();
    for (const JsonMember member : schema.members()) {
      const std::string key = member.key.text();
      if (key == "type") {
        Type(schema, member.value);
      } else if (key == "properties") {
        json_.Key(key).Object();
        for (const JsonMember property : member.value.members()) {
          json_.Key(property.key.text());
          Schema(property.value);
        }
        json_.EndObject();
      } else if (key == "items") {
        json_.Key(key);
        Schema(member.value);
      } else if (key == "anyOf") {
        json_.Key(key).Array();
        for (const JsonView item : member.value.items()) Schema(item);
        json_.EndArray();
      } else if (key != "nullable" && key != "propertyOrdering" && key != "example") {
        json_.Key(key).Raw(member.value.raw());
      }
    }
    json_.EndObject();
  }

  void Type(JsonView schema, JsonView type) {
    const std::string name = AsciiLower(type.text());
    json_.Key("type");
    if (schema["nullable"].boolean()) {
      json_.Array().String(name).String("null").EndArray();
    } else {
      json_.String(name);
    }
  }

  std::string text_;
  JsonWriter json_{text_};
};

}  // namespace

std::string RaiseSchema(std::string_view openapi) {
  const auto doc = JsonDoc::Parse(openapi);
  if (!doc) return {};
  return Raiser().Run(doc->root());
}

}  // namespace agm::protocol
