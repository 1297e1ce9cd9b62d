#pragma once

#include "core/protocol/dialect.h"

namespace agm::protocol {

/// Writes an error in Google's format: {"error":{"code","message","status"}}, with google.rpc
/// codes.
WireError WriteGeminiError(const Error& error);

}  // namespace agm::protocol
