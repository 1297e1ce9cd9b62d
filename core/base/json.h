#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace agm {

/// The one door to nlohmann/json, for trees that are built or walked off the hot path: --json
/// output, the admin pages, schemas, token files. Members keep the order they came in. What a
/// client or upstream sends is read with JsonDoc and written with JsonWriter instead, which keep
/// the text of numbers and never build a tree.
using Json = nlohmann::ordered_json;

/// Parses one JSON text. Refuses nesting over `depth` (a tree that deep overflows the stack when
/// it is copied or dumped), comments, and anything behind the value.
Result<Json> ParseJson(std::string_view text, int depth = 128);

/// The text of `value`; invalid UTF-8 becomes U+FFFD, never an exception. `indent` -1 = one line.
std::string DumpJson(const Json& value, int indent = -1);

}  // namespace agm
