#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace agm {

enum class JsonKind : std::uint8_t { kAbsent, kNull, kBool, kNumber, kString, kArray, kObject };

/// The kind as people say it: "a string", "an object", "nothing".
std::string_view KindName(JsonKind kind);

struct JsonLimits {
  int depth = 128;                ///< arrays and objects inside each other
  std::size_t nodes = 4'000'000;  ///< values in all
};

class JsonItems;
class JsonMembers;

/// One value of a JsonDoc; cheap to copy. Valid as long as the doc and the text it was parsed from.
///
/// Thread safety: immutable.
class JsonView {
 public:
  JsonView() = default;

  JsonKind kind() const;
  bool is(JsonKind kind) const { return this->kind() == kind; }
  /// False where there is no such value. A null is a value: see operator[].
  explicit operator bool() const { return doc_ != nullptr; }

  /// The value's own bytes in the text: numbers as they were written, objects with all members.
  std::string_view raw() const;

  /// The member of that name; the last one if it is repeated. Absent if there is none, if this is
  /// no object, or if the member is null: in all dialects a null field counts as not given.
  JsonView operator[](std::string_view key) const;
  /// As operator[], but a null is found as a null.
  JsonView Find(std::string_view key) const;

  JsonItems items() const;      ///< of an array; empty for everything else
  JsonMembers members() const;  ///< of an object; empty for everything else
  std::size_t size() const;     ///< of an array or object, else 0

  /// The decoded text of a string; empty for everything else.
  std::string text() const;
  /// True for a string with exactly this text.
  bool equals(std::string_view text) const;
  /// The text where the string holds no escapes, so that nothing need be copied.
  std::optional<std::string_view> plain() const;

  bool boolean() const;                         ///< false for everything that is not `true`
  std::optional<double> number() const;         ///< of a number; finite
  std::optional<std::int64_t> integer() const;  ///< 1, 1.0 and 1e0 are integers, 1.5 is none

 private:
  friend class JsonDoc;
  friend class JsonItems;
  friend class JsonMembers;
  JsonView(const class JsonDoc* doc, std::uint32_t index) : doc_(doc), index_(index) {}
  const struct JsonNode& node() const;

  const class JsonDoc* doc_ = nullptr;
  std::uint32_t index_ = 0;
};

struct JsonMember {
  JsonView key;  ///< a string
  JsonView value;
};

struct JsonNode {
  std::uint32_t begin = 0;  ///< of the value's bytes; a string's begin at its quote
  std::uint32_t end = 0;
  std::uint32_t next = 0;  ///< index of the node after this value and all it holds
  JsonKind kind = JsonKind::kAbsent;
  bool escaped = false;  ///< a string that holds a backslash
};

/// A JSON text, checked and indexed, not copied: a flat list of values in the order of the text.
///
///   auto doc = JsonDoc::Parse(body);
///   if (!doc) return doc.error();
///   for (JsonView message : doc->root()["messages"].items()) ...
///
/// The text must outlive the doc. Parse refuses what RFC 8259 refuses, ill-formed UTF-8, escapes
/// of lone surrogates, too deep nesting and too many values; a byte order mark is skipped. Errors
/// are kInvalidRequest and name line and column. Numbers are not converted until they are asked
/// for.
///
/// Thread safety: immutable.
class JsonDoc {
 public:
  static Result<JsonDoc> Parse(std::string_view text, JsonLimits limits = {});

  JsonDoc(JsonDoc&&) = default;
  JsonDoc& operator=(JsonDoc&&) = default;
  JsonDoc(const JsonDoc&) = delete;
  JsonDoc& operator=(const JsonDoc&) = delete;

  JsonView root() const { return JsonView(this, 0); }

 private:
  friend class JsonView;
  friend class JsonItems;
  friend class JsonMembers;
  friend class JsonParser;
  JsonDoc() = default;

  std::string_view text_;
  std::vector<JsonNode> nodes_;
};

/// Ranges for `for`. Thread safety: immutable.
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

}  // namespace agm
