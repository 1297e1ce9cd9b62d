#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/json_doc.h"

namespace agm::mock {

/// True when `key` names the field `name` (given in camelCase): proto JSON reads both spellings.
bool IsField(std::string_view key, std::string_view name);

/// The field of a message under either spelling; absent when unset or null.
JsonView Field(JsonView message, std::string_view name);

/// "thinkingConfig" -> "thinking_config"
std::string SnakeCase(std::string_view name);

/// The items of a repeated field; a lone value counts as a list of one, as proto JSON reads it.
template <class Visit>
void ForEach(JsonView repeated, Visit visit) {
  if (!repeated.is(JsonKind::kArray)) {
    if (repeated) visit(repeated);
    return;
  }
  for (const JsonView item : repeated.items()) visit(item);
}

/// A number field, which may be given as a string of digits.
std::optional<double> NumberOf(JsonView value);

/// An enum field's name in capitals, whatever case it came in; empty when unset.
std::string EnumOf(JsonView value);

/// The text of a Content: its text parts that are no thoughts, joined.
std::string TextOf(JsonView content);

/// "user" where the role is unset.
std::string RoleOf(JsonView content);

}  // namespace agm::mock
