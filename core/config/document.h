#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace agm::config {

/// A position in a text as editors show it: from 1, columns in code points, without a byte order
/// mark. Line 0: no position.
struct Place {
  int line = 0;
  int column = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

/// Bytes [begin, end) of a text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

enum class ValueKind : std::uint8_t {
  kTable,
  kArray,
  kString,
  kInteger,
  kFloat,
  kBool,
  kDate,
};

/// How a table is written.
enum class TableForm : std::uint8_t {
  kHeader,   ///< [name] or [[name]]; `span` is that header
  kInline,   ///< { ... }; `span` is the whole table
  kDotted,   ///< by keys such as name.key = ...; `span` is the table's part of the first key
  kImplied,  ///< only by headers of its children, such as [name.child]; `span` is the first header
  kRoot,     ///< the whole text
};

struct Member;

/// One value of a TOML text, with its position.
struct Value {
  ValueKind kind = ValueKind::kTable;
  Span span;
  Place at;
  TableForm form = TableForm::kRoot;  ///< of a table
  bool headers = false;               ///< of an array: its items are written as [[name]]
  std::vector<Member> members;        ///< of a table, in the order of the text
  std::vector<Value> items;           ///< of an array
  std::string text;                   ///< of a string, decoded; of a date, as written
  std::int64_t integer = 0;
  double number = 0;  ///< of a float
  bool boolean = false;

  bool is(ValueKind wanted) const { return kind == wanted; }
  /// The value of the member `key`, or nullptr.
  const Value* Find(std::string_view key) const;
  const Member* FindMember(std::string_view key) const;
};

struct Member {
  std::string key;
  Span key_span;  ///< only this part of a dotted key, including quotes
  Place key_at;
  Value value;
};

/// True if both have the same content, regardless of position and notation. The order matters in
/// arrays, not in tables.
bool Same(const Value& a, const Value& b);

/// The reason why a text is not valid TOML.
struct SyntaxError {
  Place at;
  std::string message;
};

/// Parses a TOML text. This is the only caller of the TOML library: loading and editing both walk
/// the tree that it returns. The parser stops at the first error.
///
/// Thread safety: any thread.
std::variant<Value, SyntaxError> ParseDocument(std::string_view text);

/// "a string", "an integer", ...
std::string_view KindName(ValueKind kind);

/// The byte order mark that some editors write before UTF-8 text.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace agm::config
