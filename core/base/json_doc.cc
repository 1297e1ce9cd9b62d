// The grammar is RFC 8259. One pass over the text; a stack of open arrays and objects instead of
// recursion, so that hostile nesting cannot overflow anything.
//
//   value  := "null" | "true" | "false" | number | string | array | object
//   A JsonNode is appended for each value and for each member name, in the order of the text; an
//   object's nodes are name, value, name, value, ... and `next` jumps over all that a node holds.

#include "core/base/json_doc.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "core/base/utf8.h"

namespace agm {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101U;
constexpr std::uint64_t kHighs = 0x8080808080808080U;

// Non-zero if a byte of `word` is below 0x20, is `"` or `\`, or is not ASCII.
std::uint64_t Special(std::uint64_t word) {
  const auto has_zero = [](std::uint64_t w) { return (w - kOnes) & ~w & kHighs; };
  const std::uint64_t control = (word - kOnes * 0x20U) & ~word & kHighs;
  return control | has_zero(word ^ (kOnes * '"')) | has_zero(word ^ (kOnes * '\\')) |
         (word & kHighs);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The four hex digits of \uXXXX at `at`, or -1.
int HexFour(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = HexValue(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

bool IsHighSurrogate(int code) { return code >= 0xD800 && code <= 0xDBFF; }
bool IsLowSurrogate(int code) { return code >= 0xDC00 && code <= 0xDFFF; }

bool IsShortEscape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return true;
    default:
      return false;
  }
}

char Unescape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

// Copies up to the next backslash, eight bytes at a time; `to` has room for all that is left.
void CopyPlain(const char*& from, const char* end, char*& to) {
  constexpr bool kLittle = std::endian::native == std::endian::little;
  while (kLittle && end - from >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, 8);
    std::memcpy(to, &word, 8);
    const std::uint64_t slash = word ^ (kOnes * '\\');
    const std::uint64_t marks = (slash - kOnes) & ~slash & kHighs;
    const int plain = marks == 0 ? 8 : std::countr_zero(marks) / 8;
    from += plain;
    to += plain;
    if (marks != 0) return;
  }
  while (from != end && *from != '\\') *to++ = *from++;
}

// Decodes the inside of a string that Parse has checked. What an escape means is never longer than
// the escape, so the result fits where the text did.
std::string Decode(std::string_view inside) {
  std::string out(inside.size(), '\0');
  const char* from = inside.data();
  const char* const end = from + inside.size();
  char* to = out.data();
  for (CopyPlain(from, end, to); from != end; CopyPlain(from, end, to)) {
    if (from[1] != 'u') {
      *to++ = Unescape(from[1]);
      from += 2;
      continue;
    }
    const auto at = static_cast<std::size_t>(from - inside.data());
    int code = HexFour(inside, at + 2);
    from += 6;
    if (IsHighSurrogate(code)) {
      code = 0x10000 + ((code - 0xD800) << 10) + (HexFour(inside, at + 8) - 0xDC00);
      from += 6;
    }
    std::string utf8;
    AppendUtf8(utf8, static_cast<char32_t>(code));
    to = std::copy(utf8.begin(), utf8.end(), to);
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  return out;
}

}  // namespace

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

/// The parser's state for one text; see the grammar on top.
class JsonParser {
 public:
  JsonParser(std::string_view text, JsonLimits limits) : text_(text), limits_(limits) {
    doc_.text_ = text;
    doc_.nodes_.reserve(std::clamp<std::size_t>(text.size() / 12, 16, 65536));
    open_.reserve(16);
  }

  Result<JsonDoc> Run() {
    if (text_.size() >= UINT32_MAX) return Fail(ErrorCode::kTooLarge, "JSON text over 4 GB");
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;
    if (!Value()) return Problem();
    while (!open_.empty()) {
      if (!Continue()) return Problem();
    }
    SkipSpace();
    if (at_ != text_.size()) {
      Expect("the end of the text");
      return Problem();
    }
    return std::move(doc_);
  }

 private:
  std::vector<JsonNode>& nodes() { return doc_.nodes_; }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool Expect(std::string_view what) {
    if (problem_.empty()) problem_ = what;
    return false;
  }

  Error Problem() const {
    const std::string_view before = text_.substr(0, at_);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t newline = before.rfind('\n');
    const std::size_t column = at_ - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
    std::string found = at_ >= text_.size() ? "the end of the text" : "something else";
    if (at_ < text_.size() && text_[at_] > ' ' && text_[at_] < 0x7f) {
      found = fmt::format("'{}'", text_[at_]);
    }
    return Fail(ErrorCode::kInvalidRequest,
                "not valid JSON at line {}, column {}: expected {}, found {}", line, column,
                problem_, found);
  }

  void SkipSpace() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }

  // Reads a value; an array or object is only opened, Continue() reads on inside it.
  bool Value() {
    SkipSpace();
    if (nodes().size() >= limits_.nodes) return Expect("fewer values in one text");
    switch (Peek()) {
      case '{':
        return Open(JsonKind::kObject);
      case '[':
        return Open(JsonKind::kArray);
      case '"':
        return String();
      case 't':
        return Word("true", JsonKind::kBool);
      case 'f':
        return Word("false", JsonKind::kBool);
      case 'n':
        return Word("null", JsonKind::kNull);
      default:
        return Number();
    }
  }

  bool Open(JsonKind kind) {
    if (open_.size() >= static_cast<std::size_t>(limits_.depth)) {
      return Expect(fmt::format("at most {} arrays and objects inside each other", limits_.depth));
    }
    Add(kind, at_);
    open_.push_back(static_cast<std::uint32_t>(nodes().size() - 1));
    ++at_;
    SkipSpace();
    const char close = kind == JsonKind::kObject ? '}' : ']';
    if (Peek() == close) return Close();
    return kind == JsonKind::kObject ? NameAndValue() : Value();
  }

  bool Close() {
    ++at_;
    JsonNode& node = nodes()[open_.back()];
    node.end = static_cast<std::uint32_t>(at_);
    node.next = static_cast<std::uint32_t>(nodes().size());
    open_.pop_back();
    return true;
  }

  // After a value inside the innermost open array or object.
  bool Continue() {
    SkipSpace();
    const bool object = nodes()[open_.back()].kind == JsonKind::kObject;
    if (Peek() == (object ? '}' : ']') && at_ < text_.size()) return Close();
    if (Peek() != ',') return Expect(object ? "',' or '}'" : "',' or ']'");
    ++at_;
    return object ? NameAndValue() : Value();
  }

  bool NameAndValue() {
    SkipSpace();
    if (Peek() != '"') return Expect("a member name in quotes");
    if (!String()) return false;
    SkipSpace();
    if (Peek() != ':') return Expect("':'");
    ++at_;
    return Value();
  }

  void Add(JsonKind kind, std::size_t begin) {
    nodes().push_back({static_cast<std::uint32_t>(begin), 0, 0, kind, false});
  }

  bool Finish(std::size_t end) {
    at_ = end;
    nodes().back().end = static_cast<std::uint32_t>(end);
    nodes().back().next = static_cast<std::uint32_t>(nodes().size());
    return true;
  }

  bool Word(std::string_view word, JsonKind kind) {
    if (text_.substr(at_, word.size()) != word) return Expect("a value");
    Add(kind, at_);
    return Finish(at_ + word.size());
  }

  bool Number() {
    std::size_t at = at_;
    const auto digits = [&] {
      const std::size_t from = at;
      while (at < text_.size() && IsDigit(text_[at])) ++at;
      return at > from;
    };
    const auto next_is = [&](char c) { return at < text_.size() && text_[at] == c; };
    if (next_is('-')) ++at;
    const bool leading_zero = next_is('0');
    if (!digits()) return Expect("a value");
    if (leading_zero && IsDigit(text_[at - 1]) && at - at_ > (text_[at_] == '-' ? 2U : 1U)) {
      return Expect("a number without leading zeros");
    }
    if (next_is('.')) {
      ++at;
      if (!digits()) return Expect("digits behind the decimal point");
    }
    if (next_is('e') || next_is('E')) {
      ++at;
      if (next_is('+') || next_is('-')) ++at;
      if (!digits()) return Expect("digits in the exponent");
    }
    Add(JsonKind::kNumber, at_);
    return Finish(at);
  }

  bool String() {
    Add(JsonKind::kString, at_);
    std::size_t at = at_ + 1;
    for (;;) {
      at = SkipPlain(at);
      if (at >= text_.size()) return FailAt(text_.size(), "the closing quote of a string");
      const char c = text_[at];
      if (c == '"') return Finish(at + 1);
      if (c == '\\') {
        nodes().back().escaped = true;
        const std::size_t n = EscapeLength(at);
        if (n == 0) return FailAt(at, "a valid escape (no lone surrogate) in a string");
        at += n;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        return FailAt(at, "no control character in a string");
      } else {
        const std::size_t n = Utf8Sequence(text_.substr(at, 4));
        if (n == 0) return FailAt(at, "UTF-8");
        at += n;
      }
    }
  }

  bool FailAt(std::size_t at, std::string_view what) {
    at_ = at;
    return Expect(what);
  }

  // Over bytes that need no look, eight at a time.
  std::size_t SkipPlain(std::size_t at) const {
    while (at + 8 <= text_.size()) {
      std::uint64_t word = 0;
      std::memcpy(&word, text_.data() + at, 8);
      if (const std::uint64_t hits = Special(word); hits != 0) {
        // The lowest mark is exact (a borrow can only spoil those above it).
        if constexpr (std::endian::native == std::endian::little) {
          return at + static_cast<std::size_t>(std::countr_zero(hits)) / 8;
        }
        break;
      }
      at += 8;
    }
    while (at < text_.size()) {
      const auto c = static_cast<unsigned char>(text_[at]);
      if (c < 0x20 || c == '"' || c == '\\' || c >= 0x80) break;
      ++at;
    }
    return at;
  }

  // Bytes of the escape at `at`; 0 if it is none.
  std::size_t EscapeLength(std::size_t at) const {
    const char c = at + 1 < text_.size() ? text_[at + 1] : '\0';
    if (c != 'u') return IsShortEscape(c) ? 2 : 0;
    const int code = HexFour(text_, at + 2);
    if (code < 0 || IsLowSurrogate(code)) return 0;
    if (!IsHighSurrogate(code)) return 6;
    const bool pair = text_.substr(at + 6, 2) == "\\u" && IsLowSurrogate(HexFour(text_, at + 8));
    return pair ? 12 : 0;
  }

  std::string_view text_;
  JsonLimits limits_;
  std::size_t at_ = 0;
  std::vector<std::uint32_t> open_;
  std::string problem_;
  JsonDoc doc_;
};

Result<JsonDoc> JsonDoc::Parse(std::string_view text, JsonLimits limits) {
  return JsonParser(text, limits).Run();
}

const JsonNode& JsonView::node() const { return doc_->nodes_[index_]; }

JsonKind JsonView::kind() const { return doc_ == nullptr ? JsonKind::kAbsent : node().kind; }

std::string_view JsonView::raw() const {
  if (doc_ == nullptr) return {};
  return doc_->text_.substr(node().begin, node().end - node().begin);
}

JsonView JsonView::Find(std::string_view key) const {
  if (!is(JsonKind::kObject)) return {};
  const JsonNode* nodes = doc_->nodes_.data();
  const std::uint32_t end = nodes[index_].next;
  std::uint32_t found = 0;
  // Names come before their values; most differ in length already.
  for (std::uint32_t i = index_ + 1; i < end; i = nodes[i + 1].next) {
    const bool may_be = nodes[i].escaped || nodes[i].end - nodes[i].begin - 2 == key.size();
    if (may_be && JsonView(doc_, i).equals(key)) found = i + 1;
  }
  return found == 0 ? JsonView() : JsonView(doc_, found);
}

JsonView JsonView::operator[](std::string_view key) const {
  const JsonView found = Find(key);
  return found.is(JsonKind::kNull) ? JsonView() : found;
}

JsonItems JsonView::items() const {
  if (!is(JsonKind::kArray)) return {doc_, 0, 0};
  return {doc_, index_ + 1, node().next};
}

JsonMembers JsonView::members() const {
  if (!is(JsonKind::kObject)) return {doc_, 0, 0};
  return {doc_, index_ + 1, node().next};
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
  return node().escaped ? Decode(inside) : std::string(inside);
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
  // from_chars says out of range for 1e-400 too, which is as good as 0.
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
