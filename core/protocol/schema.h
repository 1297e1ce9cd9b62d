#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agm::protocol {

/// What became of a keyword of a schema.
enum class SchemaFate {
  kHinted,   ///< told to the model in the description, not enforced
  kDropped,  ///< neither told nor enforced
  kChanged,  ///< said in other words that mean the same, or nearly
};

struct SchemaNote {
  SchemaFate fate = SchemaFate::kDropped;
  std::string path;  ///< where in the schema: ".properties.city.pattern"
  std::string what;  ///< the keyword, and why
};

struct SchemaText {
  std::string json;  ///< empty: there is nothing to say (no arguments)
  std::vector<SchemaNote> notes;
};

/// A JSON Schema (raw JSON of an object) for the API's JSON Schema fields: as it is, but for the
/// few forms that the API refuses or does not understand. Key order and number text stay.
SchemaText CleanSchema(std::string_view schema);

/// The same for the API's older fields, which take a subset of OpenAPI 3.0. Never fails: what has
/// no form there is hinted or dropped, and recursion is cut off. The result's size is bounded.
SchemaText LowerSchema(std::string_view schema);

}  // namespace agm::protocol
