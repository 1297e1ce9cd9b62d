#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agm::protocol {

/// The treatment of a keyword of a schema.
enum class SchemaFate {
  kKept,
  kChanged,  ///< written in another form with the same, or nearly the same, meaning
  kHinted,   ///< described to the model in words, not enforced
  kDropped,  ///< neither described nor enforced
};

struct SchemaNote {
  SchemaFate fate = SchemaFate::kDropped;
  std::string path;     ///< of the keyword: "properties.city.pattern"
  std::string keyword;  ///< the path's end: "pattern"; empty for the schema itself
  std::string what;     ///< the reason, or the new form; may be empty
};

struct SchemaText {
  std::string json;  ///< empty: the schema was no JSON object
  std::vector<SchemaNote> notes;
};

/// Whether to note every keyword once (`agm schema check`), or only losses. Leaving out a keyword
/// without meaning for the model ($schema, examples) is not a loss.
enum class SchemaReport { kLosses, kAll };

/// Converts a JSON Schema (raw JSON of an object) for the API's JSON Schema fields: unchanged,
/// except for the few forms that the API refuses or misreads. Key order and number text are kept.
/// Only schemas are changed, never the data in them (enum, const, default).
SchemaText CleanSchema(std::string_view schema, SchemaReport report = SchemaReport::kLosses);

/// The same for the API's older fields, which accept a subset of OpenAPI 3.0. Never fails: keywords
/// without an equivalent become hints or are dropped, and recursion is cut off. The size is
/// bounded.
SchemaText LowerSchema(std::string_view schema, SchemaReport report = SchemaReport::kLosses);

/// The reverse: converts the OpenAPI subset to JSON Schema (lower-case types, nullable as a type).
std::string RaiseSchema(std::string_view openapi);

}  // namespace agm::protocol
