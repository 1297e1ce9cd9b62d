#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace agm::protocol {

/// Splits a byte stream into complete JSON objects: one object, several in a row, or the elements
/// of one array that is still arriving. It does not check the inside of an object; the caller
/// parses the piece.
///
///   pieces.Push(bytes);
///   while (auto piece = pieces.Next()) Use(JsonDoc::Parse(*piece));
///
/// The view is valid until the next call. Each byte is examined once. garbage() is true after an
/// invalid character between the objects; no more pieces come then. unfinished() is true while an
/// object is open.
///
/// Thread safety: one thread at a time.
class JsonPieces {
 public:
  void Push(std::string_view bytes);
  std::optional<std::string_view> Next();
  bool garbage() const { return garbage_; }
  bool unfinished() const { return depth_ > 0; }
  std::size_t size() const { return buffer_.size(); }  ///< bytes held

 private:
  bool FindStart();
  bool FindEnd();
  bool SkipString();

  std::string buffer_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool garbage_ = false;
};

}  // namespace agm::protocol
