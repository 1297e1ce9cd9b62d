#pragma once

#include <cstdint>
#include <optional>

#include "core/base/json_doc.h"

namespace agm::protocol {

/// A number, or a string that holds one and nothing else: protocol buffers write 64-bit integers as
/// strings in JSON (https://protobuf.dev/programming-guides/json), and clients send "0.7". Nothing
/// for everything else, the empty string too.
std::optional<double> NumberOf(JsonView value);

/// The same for an integer: "12", 12 and 12.0, but not 1.5.
std::optional<std::int64_t> IntegerOf(JsonView value);

}  // namespace agm::protocol
