#include "core/base/json.h"

#include "core/base/json_doc.h"

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

}  // namespace agm
