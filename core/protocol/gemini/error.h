#pragma once

#include "core/protocol/dialect.h"

namespace agm::protocol {

/// An error in Google's envelope: {"error":{"code","message","status"}}, codes as google.rpc.Code.
WireError WriteGeminiError(const Error& error);

}  // namespace agm::protocol
