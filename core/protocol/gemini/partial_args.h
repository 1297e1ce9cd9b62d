#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"

namespace agm::protocol {

/// The arguments of a call that the upstream streams piece by piece (`partialArgs`): each piece
/// names a place ("$.a.b[2].c") and a value there; a string goes on until a piece of it comes
/// without `willContinue`.
///
///   GeminiPartialArgs args;
///   args.Add(call["partialArgs"]);       // of each part of the call
///   args.Json();                         // the object so far
///
/// Pieces whose place cannot be read, or which are out of bounds (a path of more than 32 steps, an
/// index that skips more than one item, 100,000 values), are left out.
///
/// Thread safety: one thread at a time.
class GeminiPartialArgs {
 public:
  void Add(JsonView pieces);
  std::string Json() const;

 private:
  struct Node {
    enum class Kind { kNothing, kText, kScalar, kObject, kArray };
    Kind kind = Kind::kNothing;
    std::string name;            ///< of an object's member
    std::string value;           ///< of a text; of a scalar, its JSON
    std::vector<Node> children;  ///< of an object or an array
  };

  Node* At(std::string_view path);
  Node* Child(Node& parent, std::string_view step, bool index);
  static void Write(const Node& node, JsonWriter& json);

  Node root_;
  std::size_t nodes_ = 0;
};

}  // namespace agm::protocol
