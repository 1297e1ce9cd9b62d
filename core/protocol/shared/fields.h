#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/base/result.h"

namespace agm::protocol {

/// The path of a field in a request, as a linked list on the stack: its text is built only for an
/// error.
///
///   FieldPath messages("messages");
///   FieldPath message(messages, 2);
///   FieldPath content(message, "content");     // messages[2].content
///
/// A path must not outlive its parents. Thread safety: plain value.
class FieldPath {
 public:
  FieldPath() = default;
  explicit FieldPath(std::string_view name) : name_(name) {}
  FieldPath(const FieldPath& parent, std::string_view name) : parent_(&parent), name_(name) {}
  FieldPath(const FieldPath& parent, std::size_t index)
      : parent_(&parent), index_(static_cast<std::int64_t>(index)) {}

  std::string Text() const;

 private:
  const FieldPath* parent_ = nullptr;
  std::string_view name_;
  std::int64_t index_ = -1;
};

/// Parses a request's body, which must be a JSON object.
Result<JsonDoc> ParseBody(std::string_view body);

template <class T>
struct Range {
  T min = std::numeric_limits<T>::lowest();
  T max = std::numeric_limits<T>::max();
};

/// Reads the members of JSON objects, with the checks and errors of the OpenAI API. It keeps the
/// first problem and treats everything after it as absent, so that a reader can be a plain list of
/// fields with one check at its end. A null counts as absent. A number may come as a string
/// ("0.7"), because forms and templates send it so.
///
/// Thread safety: one thread at a time.
class Fields {
 public:
  /// Records the first problem; returns false so that a reader can return at once.
  bool Refuse(std::string_view reason, const FieldPath& at, std::string_view what);
  /// Records "expected X, found Y" at `at`, with the reason invalid_type.
  bool WrongType(const FieldPath& at, std::string_view expected, JsonView found);

  bool ok() const { return !error_; }
  const std::optional<Error>& error() const { return error_; }

  /// The member, if it is of that kind; absent if there is none; otherwise a problem.
  JsonView Get(JsonView object, std::string_view key, JsonKind kind, const FieldPath& at);
  std::string Text(JsonView object, std::string_view key, const FieldPath& at);
  /// Like Text, but a missing member is a problem.
  std::string NeededText(JsonView object, std::string_view key, const FieldPath& at);
  /// Like Text, but a value that is not in `words` is a problem.
  std::string Word(JsonView object, std::string_view key, const FieldPath& at,
                   std::initializer_list<std::string_view> words);
  std::optional<bool> Bool(JsonView object, std::string_view key, const FieldPath& at);
  std::optional<std::int64_t> Integer(JsonView object, std::string_view key, const FieldPath& at,
                                      Range<std::int64_t> range = {});
  std::optional<double> Number(JsonView object, std::string_view key, const FieldPath& at,
                               Range<double> range = {});

 private:
  JsonView GetNumber(JsonView object, std::string_view key, const FieldPath& at);

  std::optional<Error> error_;
};

}  // namespace agm::protocol
