#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

// json.cc instantiates the tree once, instead of each file that uses it.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace agm {

/// The only header that includes nlohmann/json. Use it for trees that are built or walked off the
/// hot path: --json output, the admin pages, schemas, token files. Members keep their order. Bodies
/// of clients and upstreams are read with JsonDoc and written with JsonWriter instead: those keep
/// the text of numbers and never build a tree.
using Json = nlohmann::ordered_json;

/// Parses one JSON text. Rejects nesting deeper than `depth` (copying or dumping a deeper tree
/// overflows the stack), comments, and anything after the value.
Result<Json> ParseJson(std::string_view text, int depth = 128);

/// Serialises `value`; invalid UTF-8 becomes U+FFFD and never throws. `indent` -1 = one line.
std::string DumpJson(const Json& value, int indent = -1);

/// These read one member of a document that somebody else wrote: a value of another type, or a
/// document that is no object, reads like a missing member and never throws.
///
/// The text of the member `key`; empty if there is none.
std::string TextOf(const Json& value, std::string_view key);
/// The integer of the member `key`; 0 if there is none.
std::int64_t NumberOf(const Json& value, std::string_view key);
/// The objects in the array of the member `key`; the other items are left out.
std::vector<Json> ObjectsOf(const Json& value, std::string_view key);

}  // namespace agm
