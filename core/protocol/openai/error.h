#pragma once

#include <string>

#include "core/protocol/dialect.h"

namespace agm::protocol {

/// Writes an error in OpenAI's format, {"error":{"message","type","param","code"}}, with a status
/// and headers that make the official SDKs either wait and retry, or give up.
WireError WriteOpenAiError(const Error& error);

/// Only the error's body, for use inside a stream.
std::string OpenAiErrorBody(const Error& error);

}  // namespace agm::protocol
