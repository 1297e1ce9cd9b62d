#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace agm::config {

/// A point in a text as people count it: from 1, columns in code points, a byte order mark not
/// counted. Line 0: nowhere in particular.
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
  kHeader,   ///< [name] or [[name]]; `span` is that header's
  kInline,   ///< { ... }; `span` is all of it
  kDotted,   ///< by keys such as name.key = ...; `span` is the first such key's part
  kImplied,  ///< only by headers of its children, such as [name.child]; `span` is the first's
  kRoot,     ///< the text itself
};

struct Member;

/// One value of a TOML text, and where it stands.
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
  /// The member of that name, or nullptr.
  const Value* Find(std::string_view key) const;
  const Member* FindMember(std::string_view key) const;
};

struct Member {
  std::string key;
  Span key_span;  ///< this part only of a dotted key, quotes included
  Place key_at;
  Value value;
};

/// True if both say the same, wherever and however they are written. Tables compare without
/// order, arrays with it.
bool Same(const Value& a, const Value& b);

/// Why a text is not TOML.
struct SyntaxError {
  Place at;
  std::string message;
};

/// Parses a TOML text. This is the one door to the TOML library: loading and editing both walk the
/// tree that it returns. The parser stops at the first error.
///
/// Thread safety: any thread.
std::variant<Value, SyntaxError> ParseDocument(std::string_view text);

/// "a string", "an integer", ...
std::string_view KindName(ValueKind kind);

/// The byte order mark that some editors put before UTF-8.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace agm::config
