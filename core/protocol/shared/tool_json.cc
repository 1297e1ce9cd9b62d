#include "core/protocol/shared/tool_json.h"

#include <string>

#include "core/base/json_writer.h"

namespace agm::protocol {

void ReadJsonSchema(JsonView spec, const FieldPath& at, Fields& fields, chat::Request& request) {
  const std::string name = fields.Text(spec, "name", at);
  const bool strict = fields.Bool(spec, "strict", at).value_or(false);
  const JsonView schema = fields.Get(spec, "schema", JsonKind::kObject, at);
  if (schema) {
    request.format = {chat::OutputFormat::kJsonSchema, name, std::string(schema.raw()), strict,
                      false};
  } else {
    request.format.kind = chat::OutputFormat::kJson;
  }
}

std::string ArgumentsObject(JsonView arguments) {
  if (arguments.is(JsonKind::kObject)) return std::string(arguments.raw());
  const std::string text = arguments.text();
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return "{}";
  std::string out;
  const auto doc = JsonDoc::Parse(text);
  if (doc && doc->root().is(JsonKind::kObject)) return std::string(doc->root().raw());
  JsonWriter json(out);
  json.Object().Key("input");
  if (doc) {
    json.Raw(doc->root().raw());
  } else {
    json.String(text);
  }
  json.EndObject();
  return out;
}

}  // namespace agm::protocol
