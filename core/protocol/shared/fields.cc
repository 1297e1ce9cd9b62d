#include "core/protocol/shared/fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/protocol/shared/numbers.h"

namespace agm::protocol {

std::string FieldPath::Text() const {
  std::string text = parent_ == nullptr ? std::string() : parent_->Text();
  if (index_ >= 0) return text + fmt::format("[{}]", index_);
  if (!text.empty() && !name_.empty()) text += '.';
  return text.append(name_);
}

Result<JsonDoc> ParseBody(std::string_view body) {
  auto doc = JsonDoc::Parse(body);
  if (!doc || doc->root().is(JsonKind::kObject)) return doc;
  return Invalid(
      "", "",
      fmt::format("expected a JSON object as the body, found {}", KindName(doc->root().kind())));
}

bool Fields::Refuse(std::string_view reason, const FieldPath& at, std::string_view what) {
  if (error_) return false;
  const std::string path = at.Text();
  error_ =
      Invalid(reason, path, path.empty() ? std::string(what) : fmt::format("{}: {}", path, what));
  return false;
}

bool Fields::WrongType(const FieldPath& at, std::string_view expected, JsonView found) {
  return Refuse("invalid_type", at,
                fmt::format("expected {}, found {}", expected, KindName(found.kind())));
}

JsonView Fields::Get(JsonView object, std::string_view key, JsonKind kind, const FieldPath& at) {
  if (error_) return {};
  const JsonView value = object[key];
  if (!value || value.is(kind)) return value;
  WrongType(FieldPath(at, key), KindName(kind), value);
  return {};
}

JsonView Fields::GetNumber(JsonView object, std::string_view key, const FieldPath& at) {
  const JsonView value = object[key];
  return NumberOf(value) && ok() ? value : Get(object, key, JsonKind::kNumber, at);
}

std::string Fields::Text(JsonView object, std::string_view key, const FieldPath& at) {
  return Get(object, key, JsonKind::kString, at).text();
}

std::string Fields::NeededText(JsonView object, std::string_view key, const FieldPath& at) {
  const JsonView value = Get(object, key, JsonKind::kString, at);
  if (!value) Refuse("missing_required_parameter", FieldPath(at, key), "a string is required");
  return value.text();
}

std::string Fields::Word(JsonView object, std::string_view key, const FieldPath& at,
                         std::initializer_list<std::string_view> words) {
  std::string word = Text(object, key, at);
  if (word.empty() || std::find(words.begin(), words.end(), word) != words.end()) return word;
  Refuse("invalid_value", FieldPath(at, key),
         fmt::format("expected one of {}, found \"{}\"", fmt::join(words, ", "), word));
  return {};
}

std::optional<bool> Fields::Bool(JsonView object, std::string_view key, const FieldPath& at) {
  const JsonView value = Get(object, key, JsonKind::kBool, at);
  if (!value) return std::nullopt;
  return value.boolean();
}

std::optional<std::int64_t> Fields::Integer(JsonView object, std::string_view key,
                                            const FieldPath& at, Range<std::int64_t> range) {
  const JsonView value = GetNumber(object, key, at);
  if (!value) return std::nullopt;
  const FieldPath path(at, key);
  const auto number = IntegerOf(value);
  if (!number) {
    Refuse("invalid_type", path, fmt::format("expected an integer, found {}", value.raw()));
  } else if (*number < range.min) {
    Refuse("integer_below_min_value", path,
           fmt::format("expected at least {}, found {}", range.min, *number));
  } else if (*number > range.max) {
    Refuse("integer_above_max_value", path,
           fmt::format("expected at most {}, found {}", range.max, *number));
  }
  return ok() ? number : std::nullopt;
}

std::optional<double> Fields::Number(JsonView object, std::string_view key, const FieldPath& at,
                                     Range<double> range) {
  const JsonView value = GetNumber(object, key, at);
  if (!value) return std::nullopt;
  const FieldPath path(at, key);
  const auto number = NumberOf(value);
  if (!number) {
    Refuse("invalid_value", path, "expected a number that a double can hold");
  } else if (*number < range.min) {
    Refuse("decimal_below_min_value", path,
           fmt::format("expected at least {}, found {}", range.min, *number));
  } else if (*number > range.max) {
    Refuse("decimal_above_max_value", path,
           fmt::format("expected at most {}, found {}", range.max, *number));
  }
  return ok() ? number : std::nullopt;
}

}  // namespace agm::protocol
