#pragma once

#include "cli/clients/key_edit.h"
#include "core/base/json_doc.h"

namespace agm::cli {

/// The functions of key_edit.h for JSON, with comments and trailing commas where the file has them.
///
/// Thread safety: any thread.
class JsonEdit {
 public:
  /// Parses a text; a blank one counts as an empty object. kConfig if it is not an object.
  static Result<JsonEdit> Open(std::string_view text);

  std::optional<std::string> Read(const KeyPath& path) const;
  Result<std::string> Set(const KeyPath& path, std::string_view raw) const;
  std::string Remove(const KeyPath& path) const;
  /// The number of objects on the path, without its last name.
  std::size_t Tables(const KeyPath& path) const;
  /// True if the path leads to an object without members.
  bool IsEmptyObject(const KeyPath& path) const;

 private:
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  struct Node {
    Span key;
    Span value;
    bool object = false;
    std::vector<Node> members;
    std::string name;
  };

  JsonEdit() = default;
  static Node Build(std::string_view text, JsonView view);
  const Node* Find(const KeyPath& path, std::size_t length) const;
  static const Node* Member(const Node& object, std::string_view name);
  std::string Insert(const Node& object, const std::string& member) const;
  std::string Indentation(std::size_t at) const;
  std::string ChildIndentation(const Node& object) const;
  std::size_t EndOfLine(std::size_t at, std::size_t limit) const;
  std::size_t CommaAfter(std::size_t at) const;

  std::string text_;
  std::string bare_;  ///< the text with spaces for comments
  Node root_;
};

}  // namespace agm::cli
