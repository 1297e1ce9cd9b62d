#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/protocol/schema/node.h"

namespace agm::protocol {

/// What a schema allows, as LowerSchema understood it and before it is written.
struct LoweredSchema {
  std::vector<std::string> types;  ///< upper case, without NULL
  bool nullable = false;
  std::vector<JsonView> alternatives;
  std::vector<std::string> values;                         ///< of a string enum
  std::string hints;                                       ///< for the end of the description
  std::map<std::string, std::string, std::less<>> hinted;  ///< keyword to its hint

  /// Puts what a keyword says into words.
  void Hint(std::string_view keyword, std::string_view hint);
  /// Written as a choice, with its kinds in an `anyOf`.
  bool Choice(const SchemaNode& node) const;
  /// The type it is written with; empty for several.
  std::string_view Type() const;
  bool TakesFormat(std::string_view format) const;
};

/// Hints at what the OpenAPI subset has no keyword for and words can tell.
void HintAtLosses(const SchemaNode& node, LoweredSchema& lowered);

/// Notes what becomes of every keyword of `node` when it is written as `lowered`.
void NoteFates(const SchemaNode& node, const LoweredSchema& lowered, const FieldPath& at,
               SchemaScope& scope);

}  // namespace agm::protocol
