#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/protocol/shared/form.h"

namespace agm::protocol {

/// The type of a form's field; a form itself contains only text.
enum class FormKind { kText, kNumber, kBool, kTexts };

struct FormField {
  std::string_view name;
  FormKind kind;
};

/// Converts the form's fields to the equivalent JSON object, so that one reader with one set of
/// errors handles both (fields.h). Text that is not a valid number or bool stays a string, which
/// that reader refuses; an empty value and "null" are left out. kTexts collects `name`, `name[]`
/// and `name[0]`. Other fields are left out. Fails if a text is not UTF-8.
///
/// Thread safety: any thread.
Result<std::string> FormAsJson(std::span<const FormPart> parts, std::span<const FormField> fields);

/// The parts named `name`, `name[]` or `name[0]`, in their order.
std::vector<const FormPart*> FormFiles(std::span<const FormPart> parts, std::string_view name);

}  // namespace agm::protocol
