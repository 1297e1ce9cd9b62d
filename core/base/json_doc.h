#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace agm {

enum class JsonKind : std::uint8_t { kAbsent, kNull, kBool, kNumber, kString, kArray, kObject };

/// The kind in words for error messages: "a string", "an object", "nothing".
std::string_view KindName(JsonKind kind);

struct JsonLimits {
  int depth = 128;                ///< levels of arrays and objects
  std::size_t nodes = 4'000'000;  ///< number of values
};

class JsonItems;
class JsonMembers;

/// One value of a JsonDoc; cheap to copy. Valid as long as the doc and the parsed text.
///
/// Thread safety: immutable.
class JsonView {
 public:
  JsonView() = default;

  JsonKind kind() const;
  bool is(JsonKind kind) const { return this->kind() == kind; }
  /// False if the value is absent. A null is a value, but see operator[].
  explicit operator bool() const { return doc_ != nullptr; }

  /// The value's own bytes in the text: numbers as written, objects with all their members.
  std::string_view raw() const;

  /// The member `key`; the last one if it is repeated. Absent if there is none, if this value is
  /// not an object, or if the member is null: in all dialects a null field counts as not given.
  JsonView operator[](std::string_view key) const;
  /// Like operator[], but a null member is returned as a null.
  JsonView Find(std::string_view key) const;

  JsonItems items() const;      ///< of an array; empty for other kinds
  JsonMembers members() const;  ///< of an object; empty for other kinds
  std::size_t size() const;     ///< of an array or object; otherwise 0

  /// The decoded text of a string; empty for other kinds.
  std::string text() const;
  /// True for a string with exactly this decoded text.
  bool equals(std::string_view text) const;
  /// The text of a string without escapes, so that no copy is needed; otherwise nullopt.
  std::optional<std::string_view> plain() const;

  bool boolean() const;                         ///< false for everything except `true`
  std::optional<double> number() const;         ///< of a number, always finite; otherwise nullopt
  std::optional<std::int64_t> integer() const;  ///< 1, 1.0 and 1e0 are integers, 1.5 is not

 private:
  friend class JsonDoc;
  friend class JsonItems;
  friend class JsonMembers;
  JsonView(const class JsonDoc* doc, std::uint32_t index) : doc_(doc), index_(index) {}
  const struct JsonNode& node() const;
  /// Of an object that may have the name: Find(key), where `mark` is that of `key`.
  JsonView FindMarked(std::string_view key, std::uint16_t mark) const;

  const class JsonDoc* doc_ = nullptr;
  std::uint32_t index_ = 0;
};

struct JsonMember {
  JsonView key;  ///< a string
  JsonView value;
};

struct JsonNode {
  std::uint32_t begin = 0;  ///< offset of the value's first byte; of a string: of its quote
  std::uint32_t end = 0;
  std::uint32_t next = 0;  ///< index of the node after this value and its children
  JsonKind kind = JsonKind::kAbsent;
  bool escaped = false;  ///< a string that contains a backslash
  /// Of a member's name: its JsonNameMark. Of an object: bit `mark % 16` for each of its names, all
  /// bits if a name is escaped.
  std::uint16_t marks = 0;
};

/// A number that tells most names of an object apart, so that a search compares few texts.
inline std::uint16_t JsonNameMark(std::string_view name) {
  if (name.empty()) return 0;
  const auto byte = [](char c) { return static_cast<unsigned>(static_cast<unsigned char>(c)); };
  return static_cast<std::uint16_t>(name.size() + 5 * byte(name.front()) + 57 * byte(name.back()));
}

/// The bit of an object's `marks` for a name with this mark.
inline std::uint16_t JsonNameBit(std::uint16_t mark) {
  return static_cast<std::uint16_t>(1U << (mark % 16U));
}

/// A JSON text, checked and indexed but not copied: a flat list of values in the order of the text.
///
///   auto doc = JsonDoc::Parse(body);
///   if (!doc) return doc.error();
///   for (JsonView message : doc->root()["messages"].items()) ...
///
/// The text must outlive the doc. Parse rejects everything that RFC 8259 forbids, ill-formed UTF-8,
/// too deep nesting and too many values; it skips a byte order mark. Errors are kInvalidRequest and
/// name line and column. Numbers are converted only when a caller asks for them.
///
/// Parse reads half of a surrogate pair in a string as U+FFFD: clients and models cut emoji in two.
/// The doc then views its own copy of the text, so that text() and raw slices agree.
///
/// A thread parses its next text in the memory of a small doc that it destroyed before.
///
/// Thread safety: immutable.
class JsonDoc {
 public:
  static Result<JsonDoc> Parse(std::string_view text, JsonLimits limits = {});

  JsonDoc(JsonDoc&&) = default;
  JsonDoc& operator=(JsonDoc&&) = default;
  ~JsonDoc();
  JsonDoc(const JsonDoc&) = delete;
  JsonDoc& operator=(const JsonDoc&) = delete;

  JsonView root() const { return JsonView(this, 0); }
  /// The text that was read: the one that was given, with U+FFFD for halves of surrogate pairs.
  std::string_view text() const { return text_; }

 private:
  friend class JsonView;
  friend class JsonItems;
  friend class JsonMembers;
  friend class JsonParser;
  JsonDoc() = default;

  std::string_view text_;
  std::unique_ptr<const std::string> copy_;  ///< what `text_` views where halves were replaced
  std::vector<JsonNode> nodes_;
};

/// The ranges that items() and members() return. Thread safety: immutable.
class JsonItems {
 public:
  class Iterator {
   public:
    Iterator(const JsonDoc* doc, std::uint32_t at) : doc_(doc), at_(at) {}
    JsonView operator*() const { return JsonView(doc_, at_); }
    Iterator& operator++() {
      at_ = doc_->nodes_[at_].next;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const JsonDoc* doc_;
    std::uint32_t at_;
  };
  JsonItems(const JsonDoc* doc, std::uint32_t begin, std::uint32_t end)
      : doc_(doc), begin_(begin), end_(end) {}
  Iterator begin() const { return {doc_, begin_}; }
  Iterator end() const { return {doc_, end_}; }

 private:
  const JsonDoc* doc_;
  std::uint32_t begin_;
  std::uint32_t end_;
};

class JsonMembers {
 public:
  class Iterator {
   public:
    Iterator(const JsonDoc* doc, std::uint32_t at) : doc_(doc), at_(at) {}
    JsonMember operator*() const { return {JsonView(doc_, at_), JsonView(doc_, at_ + 1)}; }
    Iterator& operator++() {
      at_ = doc_->nodes_[at_ + 1].next;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const JsonDoc* doc_;
    std::uint32_t at_;
  };
  JsonMembers(const JsonDoc* doc, std::uint32_t begin, std::uint32_t end)
      : doc_(doc), begin_(begin), end_(end) {}
  Iterator begin() const { return {doc_, begin_}; }
  Iterator end() const { return {doc_, end_}; }

 private:
  const JsonDoc* doc_;
  std::uint32_t begin_;
  std::uint32_t end_;
};

inline const JsonNode& JsonView::node() const { return doc_->nodes_[index_]; }

inline JsonKind JsonView::kind() const { return doc_ == nullptr ? JsonKind::kAbsent : node().kind; }

inline std::string_view JsonView::raw() const {
  if (doc_ == nullptr) return {};
  return doc_->text_.substr(node().begin, node().end - node().begin);
}

inline JsonView JsonView::Find(std::string_view key) const {
  if (!is(JsonKind::kObject)) return {};
  const std::uint16_t mark = JsonNameMark(key);
  return (node().marks & JsonNameBit(mark)) == 0 ? JsonView() : FindMarked(key, mark);
}

inline JsonView JsonView::operator[](std::string_view key) const {
  const JsonView found = Find(key);
  return found.is(JsonKind::kNull) ? JsonView() : found;
}

inline JsonItems JsonView::items() const {
  if (!is(JsonKind::kArray)) return {doc_, 0, 0};
  return {doc_, index_ + 1, node().next};
}

inline JsonMembers JsonView::members() const {
  if (!is(JsonKind::kObject)) return {doc_, 0, 0};
  return {doc_, index_ + 1, node().next};
}

}  // namespace agm
