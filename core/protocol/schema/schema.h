#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agm::protocol {

/// What became of a keyword of a schema.
enum class SchemaFate {
  kKept,
  kChanged,  ///< said in other words that mean the same, or nearly
  kHinted,   ///< told to the model in the description, not enforced
  kDropped,  ///< neither told nor enforced
};

struct SchemaNote {
  SchemaFate fate = SchemaFate::kDropped;
  std::string path;     ///< of the keyword: "properties.city.pattern"
  std::string keyword;  ///< the path's end: "pattern"; empty where it is the schema itself
  std::string what;     ///< why, or what it became; may be empty
};

struct SchemaText {
  std::string json;  ///< empty: the schema was no JSON object
  std::vector<SchemaNote> notes;
};

/// Whether notes are made of every keyword, once (`agm schema check`), or of losses only. A word
/// that says nothing to a model ($schema, examples) is no loss.
enum class SchemaReport { kLosses, kAll };

/// A JSON Schema (raw JSON of an object) for the API's JSON Schema fields: as it is, but for the
/// few forms that the API refuses or does not understand. Key order and number text stay. Only
/// schemas are touched, never the data in them (enum, const, default).
SchemaText CleanSchema(std::string_view schema, SchemaReport report = SchemaReport::kLosses);

/// The same for the API's older fields, which take a subset of OpenAPI 3.0. Never fails: what has
/// no form there is hinted or dropped, and recursion is cut off. The result's size is bounded.
SchemaText LowerSchema(std::string_view schema, SchemaReport report = SchemaReport::kLosses);

/// The other way: the OpenAPI subset as JSON Schema (types in lower case, nullable as a type).
std::string RaiseSchema(std::string_view openapi);

}  // namespace agm::protocol
