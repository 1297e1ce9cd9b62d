#include <charconv>
#include <cmath>

#include "core/base/json_doc.h"
#include "core/base/json_escape.h"

namespace agm {

std::string_view KindName(JsonKind kind) {
  switch (kind) {
    case JsonKind::kAbsent:
      return "nothing";
    case JsonKind::kNull:
      return "null";
    case JsonKind::kBool:
      return "a boolean";
    case JsonKind::kNumber:
      return "a number";
    case JsonKind::kString:
      return "a string";
    case JsonKind::kArray:
      return "an array";
    case JsonKind::kObject:
      return "an object";
  }
  return "nothing";
}

JsonView JsonView::FindMarked(std::string_view key, std::uint16_t mark) const {
  const JsonNode* nodes = doc_->nodes_.data();
  const std::uint32_t end = nodes[index_].next;
  std::uint32_t found = 0;
  // A name's node stands before its value's.
  for (std::uint32_t i = index_ + 1; i < end; i = nodes[i + 1].next) {
    if (nodes[i].marks != mark && !nodes[i].escaped) continue;
    if (JsonView(doc_, i).equals(key)) found = i + 1;
  }
  return found == 0 ? JsonView() : JsonView(doc_, found);
}

std::size_t JsonView::size() const {
  std::size_t count = 0;
  for ([[maybe_unused]] const JsonView item : items()) ++count;
  for ([[maybe_unused]] const JsonMember member : members()) ++count;
  return count;
}

std::optional<std::string_view> JsonView::plain() const {
  if (!is(JsonKind::kString) || node().escaped) return std::nullopt;
  const std::string_view quoted = raw();
  return quoted.substr(1, quoted.size() - 2);
}

std::string JsonView::text() const {
  if (!is(JsonKind::kString)) return {};
  const std::string_view quoted = raw();
  const std::string_view inside = quoted.substr(1, quoted.size() - 2);
  return node().escaped ? DecodeJsonString(inside) : std::string(inside);
}

bool JsonView::equals(std::string_view text) const {
  if (!is(JsonKind::kString)) return false;
  const JsonNode& string = node();
  if (string.escaped) return this->text() == text;
  return std::string_view(doc_->text_.data() + string.begin + 1, string.end - string.begin - 2) ==
         text;
}

bool JsonView::boolean() const { return is(JsonKind::kBool) && raw() == "true"; }

std::optional<double> JsonView::number() const {
  if (!is(JsonKind::kNumber)) return std::nullopt;
  double value = 0;
  const std::string_view digits = raw();
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  // from_chars reports a value like 1e-400 as out of range too; we read it as 0.
  if (error == std::errc::result_out_of_range) {
    const bool tiny =
        digits.find("e-") != std::string_view::npos || digits.find("E-") != std::string_view::npos;
    return tiny ? std::optional<double>(0.0) : std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> JsonView::integer() const {
  if (!is(JsonKind::kNumber)) return std::nullopt;
  std::int64_t whole = 0;
  const std::string_view digits = raw();
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
  if (error == std::errc() && end == digits.data() + digits.size()) return whole;
  const auto value = number();
  if (!value || *value != std::floor(*value) || std::abs(*value) > 9007199254740992.0) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*value);
}

}  // namespace agm
