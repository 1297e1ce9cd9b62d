#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/protocol/schema/node.h"

namespace agm::protocol {

/// The meaning of a schema as LowerSchema determined it, before it is written.
struct LoweredSchema {
  std::vector<std::string> types;  ///< upper case, without NULL
  bool nullable = false;
  std::vector<JsonView> alternatives;
  std::vector<std::string> values;                         ///< of a string enum
  std::string hints;                                       ///< for the end of the description
  std::map<std::string, std::string, std::less<>> hinted;  ///< keyword to its hint

  /// Adds a hint that expresses a keyword in words.
  void Hint(std::string_view keyword, std::string_view hint);
  /// True if it is written as an `anyOf` of its alternatives or types.
  bool Choice(const SchemaNode& node) const;
  /// The type that is written; empty for several.
  std::string_view Type() const;
  bool TakesFormat(std::string_view format) const;
};

/// Adds hints for keywords that the OpenAPI subset does not have.
void HintAtLosses(const SchemaNode& node, LoweredSchema& lowered);

/// Notes the fate of every keyword of `node` if it is written as `lowered`.
void NoteFates(const SchemaNode& node, const LoweredSchema& lowered, const FieldPath& at,
               SchemaScope& scope);

}  // namespace agm::protocol
