#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/json_doc.h"

namespace agm::mock {

/// True if `key` names the field `name` (given in camelCase): proto JSON accepts two spellings.
bool IsField(std::string_view key, std::string_view name);

/// The field of a message under either spelling; absent if unset or null.
JsonView Field(JsonView message, std::string_view name);

/// "thinkingConfig" -> "thinking_config"
std::string SnakeCase(std::string_view name);

/// Visits the items of a repeated field; proto JSON reads a single value as a list of one.
template <class Visit>
void ForEach(JsonView repeated, Visit visit) {
  if (!repeated.is(JsonKind::kArray)) {
    if (repeated) visit(repeated);
    return;
  }
  for (const JsonView item : repeated.items()) visit(item);
}

/// The value of a number field, which may be given as a string of digits.
std::optional<double> NumberOf(JsonView value);

/// The name of an enum value in capitals, in whatever case it was given; empty if unset.
std::string EnumOf(JsonView value);

/// The text of a Content: its text parts without thoughts, joined.
std::string TextOf(JsonView content);

/// The role; "user" if unset.
std::string RoleOf(JsonView content);

}  // namespace agm::mock
