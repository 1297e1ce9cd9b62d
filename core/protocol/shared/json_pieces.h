#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace agm::protocol {

/// Cuts a byte stream into whole JSON objects: one object, several behind each other, or the
/// elements of one array that is still being sent. What is inside an object is not checked; that
/// is for whoever parses the piece.
///
///   pieces.Push(bytes);
///   while (auto piece = pieces.Next()) JsonDoc::Parse(*piece);
///
/// The view dies with the next call. Each byte is looked at once. garbage() is true once something
/// stood between the objects that does not belong there; no more pieces come then. unfinished() is
/// true while an object is open.
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
