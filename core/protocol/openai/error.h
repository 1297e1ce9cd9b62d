#pragma once

#include <string>

#include "core/protocol/dialect.h"

namespace agm::protocol {

/// An error in OpenAI's envelope, {"error":{"message","type","param","code"}}, with the status and
/// the headers that make the official SDKs do the right thing: wait and try again, or give up.
WireError WriteOpenAiError(const Error& error);

/// The envelope alone, as it stands inside a stream.
std::string OpenAiErrorBody(const Error& error);

}  // namespace agm::protocol
