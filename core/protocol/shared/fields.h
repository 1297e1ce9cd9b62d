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

/// Where a field stands in a request, as a list on the stack: it costs nothing until an error needs
/// its text.
///
///   FieldPath messages("messages");
///   FieldPath url(FieldPath(messages, 2), "content");     // messages[2].content
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

/// A request's body, which must be a JSON object.
Result<JsonDoc> ParseBody(std::string_view body);

template <class T>
struct Range {
  T min = std::numeric_limits<T>::lowest();
  T max = std::numeric_limits<T>::max();
};

/// Reads the members of one JSON object, with the checks and the errors of the OpenAI API. The
/// first problem is kept and everything after it is read as absent, so that a reader can be a plain
/// list of fields with one check at its end. A null counts as absent.
///
/// Thread safety: one thread at a time.
class Fields {
 public:
  /// Keeps the first problem; returns false so that a reader can return at once.
  bool Refuse(std::string_view reason, const FieldPath& at, std::string_view what);
  /// "expected X, found Y" at `at`, reason invalid_type.
  bool WrongType(const FieldPath& at, std::string_view expected, JsonView found);

  bool ok() const { return !error_; }
  const std::optional<Error>& error() const { return error_; }

  /// The member, if it is of that kind; absent if there is none; a problem otherwise.
  JsonView Get(JsonView object, std::string_view key, JsonKind kind, const FieldPath& at);
  std::string Text(JsonView object, std::string_view key, const FieldPath& at);
  /// As Text; a missing one is a problem.
  std::string NeededText(JsonView object, std::string_view key, const FieldPath& at);
  /// As Text; one that is none of `words` is a problem.
  std::string Word(JsonView object, std::string_view key, const FieldPath& at,
                   std::initializer_list<std::string_view> words);
  std::optional<bool> Bool(JsonView object, std::string_view key, const FieldPath& at);
  std::optional<std::int64_t> Integer(JsonView object, std::string_view key, const FieldPath& at,
                                      Range<std::int64_t> range = {});
  std::optional<double> Number(JsonView object, std::string_view key, const FieldPath& at,
                               Range<double> range = {});

 private:
  std::optional<Error> error_;
};

}  // namespace agm::protocol
