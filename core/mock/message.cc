#include "core/mock/message.h"

#include <cctype>
#include <cstdlib>

#include "core/base/ascii.h"

namespace agm::mock {
bool IsField(std::string_view key, std::string_view name) {
  if (key == name) return true;
  std::size_t at = 0;
  for (const char c : name) {
    if (IsUpper(c)) {
      if (at >= key.size() || key[at] != '_') return false;
      ++at;
    }
    if (at >= key.size() || key[at] != ToLower(c)) return false;
    ++at;
  }
  return at == key.size();
}

JsonView Field(JsonView message, std::string_view name) {
  JsonView found;
  for (const JsonMember member : message.members()) {
    const auto key = member.key.plain();
    if (key && IsField(*key, name)) found = member.value;
  }
  return found.is(JsonKind::kNull) ? JsonView() : found;
}

std::string SnakeCase(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (IsUpper(c)) out += '_';
    out += ToLower(c);
  }
  return out;
}

std::optional<double> NumberOf(JsonView value) {
  if (value.is(JsonKind::kNumber)) return value.number();
  if (!value.is(JsonKind::kString)) return std::nullopt;
  const std::string text = value.text();
  if (text.empty() || std::isspace(static_cast<unsigned char>(text[0])) != 0) return std::nullopt;
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  return *end == '\0' ? std::optional(number) : std::nullopt;
}

std::string EnumOf(JsonView value) {
  std::string text = value.text();
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string TextOf(JsonView content) {
  std::string out;
  ForEach(Field(content, "parts"), [&](JsonView part) {
    if (!Field(part, "thought").boolean()) out += Field(part, "text").text();
  });
  return out;
}

std::string RoleOf(JsonView content) {
  const JsonView role = Field(content, "role");
  return role ? role.text() : "user";
}

}  // namespace agm::mock
