#pragma once

#include "core/protocol/dialect.h"

namespace agm::protocol {

/// Writes an error in Google's format: {"error":{"code","message","status","details"}}, with
/// google.rpc codes. A 429 has the details by which Google's own clients wait or give up: RetryInfo
/// (and "Please retry in Ns." at the end of the message) and QuotaFailure; a 503 has RetryInfo. A
/// wrong key, and what a person must fix, has an ErrorInfo with the reason.
WireError WriteGeminiError(const Error& error);

}  // namespace agm::protocol
