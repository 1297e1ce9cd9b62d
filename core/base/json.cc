#include "core/base/json.h"

#include "core/base/json_doc.h"

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace agm {

Result<Json> ParseJson(std::string_view text, int depth) {
  // JsonDoc does the strict checks (depth, UTF-8) and has readable error messages; it replaces
  // halves of surrogate pairs.
  const auto checked = JsonDoc::Parse(text, {.depth = depth});
  if (!checked) return checked.error();
  Json value = Json::parse(checked->text(), nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return Fail(ErrorCode::kInvalidRequest, "not valid JSON");
  return value;
}

std::string DumpJson(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string TextOf(const Json& value, std::string_view key) {
  const auto found = value.find(key);
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t NumberOf(const Json& value, std::string_view key) {
  const auto found = value.find(key);
  return found != value.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

std::vector<Json> ObjectsOf(const Json& value, std::string_view key) {
  std::vector<Json> objects;
  const auto found = value.find(key);
  if (found == value.end() || !found->is_array()) return objects;
  for (const Json& item : *found) {
    if (item.is_object()) objects.push_back(item);
  }
  return objects;
}

}  // namespace agm
