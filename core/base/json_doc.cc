// The grammar is RFC 8259. The parser makes one pass over the text without recursion: open arrays
// and objects are linked through their nodes, and JsonLimits bounds their depth, so hostile nesting
// cannot overflow the stack.
//
//   value  := "null" | "true" | "false" | number | string | array | object
//   A JsonNode is appended for each value and for each member name, in the order of the text; an
//   object's nodes are name, value, name, value, ... and `next` is the index after a node's
//   children.
//
// Half of a surrogate pair has no UTF-8 form. If the text has one, as an escape or as three bytes,
// a second pass reads a copy in which U+FFFD replaces it, so that raw slices are well formed too.

#include "core/base/json_doc.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/json_bytes.h"
#include "core/base/json_escape.h"
#include "core/base/utf8.h"

namespace agm {
namespace {

using JsonNodes = std::vector<JsonNode>;

/// The memory of a doc that this thread has destroyed, for its next one. Null before the first doc
/// and after the thread's last.
thread_local JsonNodes* spare_nodes = nullptr;

/// Owns `spare_nodes` until the thread ends.
class SpareNodes {
 public:
  SpareNodes() { spare_nodes = &nodes_; }
  SpareNodes(const SpareNodes&) = delete;
  SpareNodes& operator=(const SpareNodes&) = delete;
  ~SpareNodes() { spare_nodes = nullptr; }

 private:
  JsonNodes nodes_;
};

JsonNodes TakeSpareNodes() {
  static thread_local const SpareNodes owner;
  return spare_nodes == nullptr ? JsonNodes() : std::exchange(*spare_nodes, {});
}

/// Half of a surrogate pair in a text.
struct JsonHalf {
  std::size_t at = 0;
  std::size_t size = 0;
};

// U+D800 to U+DFFF written as if they were characters.
constexpr std::size_t kHalfInBytes = 3;
bool IsHalfInBytes(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  return bytes.size() == kHalfInBytes && byte(0) == 0xED && byte(1) >= 0xA0 && byte(1) <= 0xBF &&
         byte(2) >= 0x80 && byte(2) <= 0xBF;
}

std::string WithoutHalves(std::string_view text, const std::vector<JsonHalf>& halves) {
  std::string out;
  out.reserve(text.size());
  std::size_t done = 0;
  for (const JsonHalf& half : halves) {
    out.append(text.substr(done, half.at - done)).append("\xEF\xBF\xBD");
    done = half.at + half.size;
  }
  return out.append(text.substr(done));
}

}  // namespace

/// The parser's state for one text; see the grammar at the top.
class JsonParser {
 public:
  JsonParser(std::string_view text, JsonLimits limits) : text_(text), limits_(limits) {
    doc_.text_ = text;
    doc_.nodes_ = TakeSpareNodes();
    doc_.nodes_.reserve(std::clamp<std::size_t>(text.size() / 8, 16, 65536));
  }

  /// The halves of surrogate pairs in the text, in its order, once Run was successful.
  const std::vector<JsonHalf>& halves() const { return halves_; }

  Result<JsonDoc> Run() {
    if (text_.size() >= UINT32_MAX) return Fail(ErrorCode::kTooLarge, "JSON text over 4 GB");
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;
    if (!Value()) return Problem();
    while (depth_ > 0) {
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

  // Reads a value. An array or object is only opened here; Continue() reads its content.
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
    if (depth_ >= limits_.depth) {
      return Expect(fmt::format("at most {} arrays and objects inside each other", limits_.depth));
    }
    Add(kind, at_);
    nodes().back().next = std::exchange(innermost_, static_cast<std::uint32_t>(nodes().size() - 1));
    ++depth_;
    ++at_;
    SkipSpace();
    const char close = kind == JsonKind::kObject ? '}' : ']';
    if (Peek() == close) return Close();
    return kind == JsonKind::kObject ? NameAndValue() : Value();
  }

  bool Close() {
    ++at_;
    JsonNode& node = nodes()[innermost_];
    node.end = static_cast<std::uint32_t>(at_);
    innermost_ = std::exchange(node.next, static_cast<std::uint32_t>(nodes().size()));
    --depth_;
    return true;
  }

  // Continues after a value inside the innermost open array or object.
  bool Continue() {
    SkipSpace();
    const bool object = nodes()[innermost_].kind == JsonKind::kObject;
    if (Peek() == (object ? '}' : ']') && at_ < text_.size()) return Close();
    if (Peek() != ',') return Expect(object ? "',' or '}'" : "',' or ']'");
    ++at_;
    return object ? NameAndValue() : Value();
  }

  bool NameAndValue() {
    SkipSpace();
    if (Peek() != '"') return Expect("a member name in quotes");
    if (!String()) return false;
    MarkName();
    SkipSpace();
    if (Peek() != ':') return Expect("':'");
    ++at_;
    return Value();
  }

  // Notes the name that was read last, in its own node and in that of its object.
  void MarkName() {
    JsonNode& name = nodes().back();
    std::uint16_t& names = nodes()[innermost_].marks;
    if (name.escaped) {
      names = UINT16_MAX;
      return;
    }
    name.marks = JsonNameMark(text_.substr(name.begin + 1, name.end - name.begin - 2));
    names = static_cast<std::uint16_t>(names | JsonNameBit(name.marks));
  }

  void Add(JsonKind kind, std::size_t begin) {
    nodes().push_back({static_cast<std::uint32_t>(begin), 0, 0, kind, false, 0});
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
      if (!digits()) return FailAt(at, "digits after the decimal point");
    }
    if (next_is('e') || next_is('E')) {
      ++at;
      if (next_is('+') || next_is('-')) ++at;
      if (!digits()) return FailAt(at, "digits in the exponent");
    }
    Add(JsonKind::kNumber, at_);
    return Finish(at);
  }

  bool String() {
    Add(JsonKind::kString, at_++);
    if (const char* end = ShortEnd()) return Finish(static_cast<std::size_t>(end - text_.data()));
    // The byte behind the window may belong to its last escape.
    while (text_.size() - at_ > json::kWindow) {
      const char* const window = text_.data() + at_;
      std::uint64_t stops = json::StopsInWindow<json::Stop::kUnsafe>(window);
      std::size_t next = json::kWindow;
      while (stops != 0) {
        const auto i = static_cast<std::size_t>(std::countr_zero(stops));
        if (window[i] == '"') return Finish(at_ + i + 1);
        const bool brief = window[i] == '\\' && Unescape(window[i + 1]) != 0;
        const std::size_t n = brief ? 2 : Checked(at_ + i);
        if (n == 0) return false;
        if (brief) nodes().back().escaped = true;
        if (i + n >= json::kWindow) {
          next = i + n;
          break;
        }
        stops &= ~std::uint64_t{0} << (i + n);
      }
      at_ += next;
    }
    for (;;) {
      at_ = SkipPlain(at_);
      if (at_ == text_.size()) return Expect("the closing quote of a string");
      if (text_[at_] == '"') return Finish(at_ + 1);
      const std::size_t n = Checked(at_);
      if (n == 0) return false;
      at_ += n;
    }
  }

  // The end of a string that ends in the next block, as names do, and that needs no check.
  const char* ShortEnd() const {
    if (text_.size() - at_ < json::kBlock) return nullptr;
    const char* const from = text_.data() + at_;
    const int plain = json::PlainInBlock<json::Stop::kUnsafe>(from);
    return plain < json::kBlock && from[plain] == '"' ? from + plain + 1 : nullptr;
  }

  // The length of the escape or character at `at`, where plain ASCII ends; 0 after a failure.
  std::size_t Checked(std::size_t at) {
    const char c = text_[at];
    if (c == '\\') {
      nodes().back().escaped = true;
      const std::size_t n = JsonEscapeLength(text_, at);
      if (n == 0) FailAt(at, "a valid escape in a string");
      if (n > 2 && IsHalfEscape(text_.substr(at, n))) halves_.push_back({at, n});
      return n;
    }
    if (static_cast<unsigned char>(c) < 0x20) {
      FailAt(at, "no control character in a string");
      return 0;
    }
    if (const std::size_t n = Utf8Sequence(text_.substr(at, 4))) return n;
    if (IsHalfInBytes(text_.substr(at, kHalfInBytes))) {
      halves_.push_back({at, kHalfInBytes});
      return kHalfInBytes;
    }
    FailAt(at, "UTF-8");
    return 0;
  }

  bool FailAt(std::size_t at, std::string_view what) {
    at_ = at;
    return Expect(what);
  }

  // Skips plain ASCII that needs no check.
  std::size_t SkipPlain(std::size_t at) const {
    const char* const begin = text_.data();
    const char* const end = begin + text_.size();
    return static_cast<std::size_t>(json::SkipPlain<json::Stop::kUnsafe>(begin + at, end) - begin);
  }

  std::string_view text_;
  JsonLimits limits_;
  std::size_t at_ = 0;
  int depth_ = 0;                // number of open arrays and objects
  std::uint32_t innermost_ = 0;  // the innermost open one; its node's `next` is its parent
  std::string problem_;
  std::vector<JsonHalf> halves_;
  JsonDoc doc_;
};

JsonDoc::~JsonDoc() {
  constexpr std::size_t kMost = 4096;
  if (spare_nodes == nullptr || nodes_.capacity() > kMost) return;
  if (nodes_.capacity() <= spare_nodes->capacity()) return;
  nodes_.clear();
  spare_nodes->swap(nodes_);
}

Result<JsonDoc> JsonDoc::Parse(std::string_view text, JsonLimits limits) {
  JsonParser parser(text, limits);
  auto doc = parser.Run();
  if (!doc || parser.halves().empty()) return doc;
  auto copy = std::make_unique<const std::string>(WithoutHalves(text, parser.halves()));
  auto again = JsonParser(*copy, limits).Run();
  if (again) again->copy_ = std::move(copy);
  return again;
}

}  // namespace agm
