#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/protocol/shared/form.h"

namespace agm::protocol {

/// What a form's field means; in forms all is text.
enum class FormKind { kText, kNumber, kBool, kTexts };

struct FormField {
  std::string_view name;
  FormKind kind;
};

/// The form's plain fields as the JSON object that would say the same, so that one reader with one
/// set of errors serves both (fields.h). What is no number or bool where one belongs stays a
/// string, which that reader refuses; an empty one and "null" are left out. kTexts gathers `name`,
/// `name[]` and `name[0]`. Other fields are left out. Fails where a text is not UTF-8.
///
/// Thread safety: any thread.
Result<std::string> FormAsJson(std::span<const FormPart> parts, std::span<const FormField> fields);

/// The parts called `name`, `name[]` or `name[0]`, in their order.
std::vector<const FormPart*> FormFiles(std::span<const FormPart> parts, std::string_view name);

}  // namespace agm::protocol
