#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

#include "core/base/result.h"

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

}  // namespace agm
