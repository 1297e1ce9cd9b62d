#include "core/config/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <unordered_map>

// The parser takes some mistakes of the text's author for its own and asserts that they do not
// happen ("[*]" as a header), but goes on to report them well. So its asserts must neither end the
// program nor be taken as facts by the optimizer, which is what they become with NDEBUG.
#undef NDEBUG
#define TOML_ASSERT(condition) static_assert(true)
#include <toml++/toml.h>

#include "core/base/utf8.h"
#include "core/config/lexer.h"

namespace agm::config {
namespace {

/// Turns the parser's lines and columns into byte offsets.
class Offsets {
 public:
  explicit Offsets(std::string_view text) : text_(text) {
    lines_.push_back(text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') lines_.push_back(i + 1);
    }
  }

  std::size_t Of(const toml::source_position& at) {
    if (at.line == 0 || at.line > lines_.size()) return text_.size();
    const auto& columns = Columns(at.line - 1);
    return columns.at(std::min<std::size_t>(at.column - 1, columns.size() - 1));
  }

 private:
  // The offset of each code point of a line and of the line's end.
  const std::vector<std::size_t>& Columns(std::size_t line) {
    auto& columns = columns_[line];
    if (!columns.empty()) return columns;
    const std::size_t end = line + 1 < lines_.size() ? lines_[line + 1] : text_.size();
    for (std::size_t i = lines_[line]; i < end; ++i) {
      const bool continued = (static_cast<unsigned char>(text_[i]) & 0xC0U) == 0x80U;
      if (!continued) columns.push_back(i);
    }
    columns.push_back(end);
    return columns;
  }

  std::string_view text_;
  std::vector<std::size_t> lines_;
  std::unordered_map<std::size_t, std::vector<std::size_t>> columns_;
};

Place PlaceOf(const toml::source_position& at) {
  return {static_cast<int>(at.line), static_cast<int>(at.column)};
}

/// Copies the library's tree into ours.
class Converter {
 public:
  explicit Converter(std::string_view text) : text_(text), offsets_(text) {}

  Value Root(const toml::table& table) {
    Value root = Table(table);
    root.form = TableForm::kRoot;
    root.span = {0, text_.size()};
    return root;
  }

 private:
  Span SpanOf(const toml::source_region& region) {
    return {offsets_.Of(region.begin), offsets_.Of(region.end)};
  }

  Value Convert(const toml::node& node, const Span* key) {
    Value value = Content(node);
    value.span = SpanOf(node.source());
    value.at = PlaceOf(node.source().begin);
    if (const auto* table = node.as_table()) value.form = FormOf(*table, value.span, key);
    return value;
  }

  Value Content(const toml::node& node) {
    if (const auto* table = node.as_table()) return Table(*table);
    if (const auto* array = node.as_array()) return Array(*array);
    Value value;
    if (const auto* text = node.as_string()) {
      value.kind = ValueKind::kString;
      value.text = text->get();
    } else if (const auto* integer = node.as_integer()) {
      value.kind = ValueKind::kInteger;
      value.integer = integer->get();
    } else if (const auto* number = node.as_floating_point()) {
      value.kind = ValueKind::kFloat;
      value.number = number->get();
    } else if (const auto* boolean = node.as_boolean()) {
      value.kind = ValueKind::kBool;
      value.boolean = boolean->get();
    } else {
      value.kind = ValueKind::kDate;
      const Span span = SpanOf(node.source());
      value.text = text_.substr(span.begin, span.end - span.begin);
    }
    return value;
  }

  Value Table(const toml::table& table) {
    Value value;
    value.kind = ValueKind::kTable;
    for (const auto& [key, node] : table) {
      const Span span = SpanOf(key.source());
      value.members.push_back(
          {std::string(key.str()), span, PlaceOf(key.source().begin), Convert(node, &span)});
    }
    std::ranges::sort(value.members, {}, [](const Member& m) { return m.key_span.begin; });
    return value;
  }

  Value Array(const toml::array& array) {
    Value value;
    value.kind = ValueKind::kArray;
    for (const auto& node : array) value.items.push_back(Convert(node, nullptr));
    value.headers = !value.items.empty() && value.items.front().is(ValueKind::kTable) &&
                    value.items.front().form == TableForm::kHeader;
    return value;
  }

  // A header's region is the header; a table that a header only passes through has it too.
  TableForm FormOf(const toml::table& table, Span span, const Span* key) const {
    if (table.is_inline()) return TableForm::kInline;
    if (span.begin >= text_.size() || text_[span.begin] != '[') return TableForm::kDotted;
    // The key is that of the first mention, the header may come later.
    if (key == nullptr || key->begin < span.begin || key->begin >= span.end) {
      return TableForm::kHeader;
    }
    std::size_t after = key->end;
    while (after < text_.size() && (text_[after] == ' ' || text_[after] == '\t')) ++after;
    const bool last = after < text_.size() && text_[after] == ']' && after < span.end;
    return last ? TableForm::kHeader : TableForm::kImplied;
  }

  std::string_view text_;
  Offsets offsets_;
};

// Dotted names nest, and the library tears deep trees down by recursion.
constexpr std::size_t kMostDots = 16;

std::string Reword(std::string_view message) {
  std::string text(message);
  if (text.starts_with("Error while")) text.replace(0, 5, "syntax error");
  if (text.ends_with("could not determine value type")) text += "; a text stands in quotes";
  return text;
}

std::variant<Value, SyntaxError> Parse(std::string_view text) {
  try {
    const toml::table table = toml::parse(text);
    return Converter(text).Root(table);
  } catch (const toml::parse_error& error) {
    return SyntaxError{PlaceOf(error.source().begin), Reword(error.description())};
  } catch (const std::exception& error) {
    return SyntaxError{{}, error.what()};
  }
}

// The first error of a text that has a stray character, which the parser must not see: one that may
// come before it, or the character.
SyntaxError StrayError(std::string_view text, std::size_t stray) {
  const std::size_t length = std::max<std::size_t>(1, Utf8Sequence(text.substr(stray)));
  std::string harmless(text.substr(0, stray));
  harmless += '?';
  const Place at = PlaceAt(text, stray);
  auto parsed = Parse(harmless);
  auto* error = std::get_if<SyntaxError>(&parsed);
  const bool before =
      error != nullptr &&
      (error->at.line < at.line || (error->at.line == at.line && error->at.column < at.column));
  if (before && error->at.line > 0) return std::move(*error);
  return {at, fmt::format("syntax error: \"{}\" stands outside of quotes",
                          ToUtf8(text.substr(stray, length)))};
}

}  // namespace

const Member* Value::FindMember(std::string_view key) const {
  const auto found = std::ranges::find(members, key, &Member::key);
  return found == members.end() ? nullptr : &*found;
}

const Value* Value::Find(std::string_view key) const {
  const Member* member = FindMember(key);
  return member == nullptr ? nullptr : &member->value;
}

bool Same(const Value& a, const Value& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case ValueKind::kTable:
      return a.members.size() == b.members.size() &&
             std::ranges::all_of(a.members, [&](const Member& member) {
               const Value* other = b.Find(member.key);
               return other != nullptr && Same(member.value, *other);
             });
    case ValueKind::kArray:
      return std::ranges::equal(a.items, b.items, Same);
    case ValueKind::kString:
    case ValueKind::kDate:
      return a.text == b.text;
    case ValueKind::kInteger:
      return a.integer == b.integer;
    case ValueKind::kFloat:
      return a.number == b.number || (a.number != a.number && b.number != b.number);
    case ValueKind::kBool:
      return a.boolean == b.boolean;
  }
  return false;
}

std::variant<Value, SyntaxError> ParseDocument(std::string_view text) {
  if (MostDots(text) > kMostDots) {
    return SyntaxError{{}, fmt::format("a name has more than {} dots", kMostDots)};
  }
  if (const std::size_t stray = FirstStray(text); stray < text.size()) {
    return StrayError(text, stray);
  }
  return Parse(text);
}

std::string_view KindName(ValueKind kind) {
  switch (kind) {
    case ValueKind::kTable:
      return "a table";
    case ValueKind::kArray:
      return "an array";
    case ValueKind::kString:
      return "a string";
    case ValueKind::kInteger:
      return "an integer";
    case ValueKind::kFloat:
      return "a number with a fraction";
    case ValueKind::kBool:
      return "a boolean";
    case ValueKind::kDate:
      return "a date or time";
  }
  return "something";
}

}  // namespace agm::config
