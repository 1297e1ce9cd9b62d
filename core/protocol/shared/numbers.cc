#include "core/protocol/shared/numbers.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kLongestNumber = 64;  // longer digits are no number that anybody means

// Reads the string's content as JSON, so that the grammar of numbers is written once.
template <class T>
std::optional<T> Inside(JsonView value, std::optional<T> (JsonView::*read)() const) {
  if (!value.is(JsonKind::kString) || value.raw().size() > kLongestNumber) return std::nullopt;
  const std::string text = value.text();
  const auto doc = JsonDoc::Parse(text);
  return doc ? (doc->root().*read)() : std::nullopt;
}

}  // namespace

std::optional<double> NumberOf(JsonView value) {
  const auto number = value.number();
  return number ? number : Inside(value, &JsonView::number);
}

std::optional<std::int64_t> IntegerOf(JsonView value) {
  const auto number = value.integer();
  return number ? number : Inside(value, &JsonView::integer);
}

}  // namespace agm::protocol
