#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/gateway/targets.h"
#include "core/http/wire/message.h"

namespace agm::gateway {

/// The form of a native response.
enum class NativeForm {
  kWhole,   ///< one JSON value
  kEvents,  ///< server-sent events (streamGenerateContent?alt=sse)
  kArray,   ///< a JSON array that grows (streamGenerateContent)
  kBytes    ///< anything, such as the content of a file
};

/// A call of a model in Gemini's own API, as a client wrote it.
struct NativeRequest {
  std::string version;  ///< as in the path: "v1", "v1beta", "v1alpha", "v1beta1"
  std::string model;    ///< without prefixes: "gemini-2.5-flash"
  std::string method;   ///< "generateContent"
  std::string query;    ///< without credentials, percent-encoded as the client sent it
  NativeForm form = NativeForm::kWhole;
  Use use = Use::kAny;  ///< what the model must be able to do
};

/// Reads path and query. `id` is the path behind "models/": "gemini-2.5-flash:generateContent".
///
///   auto native = ReadNativeRequest(http, "gemini-2.5-flash:countTokens");
///
/// Fails with kUnknownRoute for a method that the gateway does not pass on, with kUnknownModel for
/// a name that no model has, with kInvalidRequest for an `alt` that it cannot serve.
///
/// Thread safety: any thread.
Result<NativeRequest> ReadNativeRequest(const http::Request& http, std::string_view id);

/// The version that a path names before its resource; "v1beta" if it names none.
std::string NativeVersion(std::string_view path);

/// The query without `key` and `access_token`; the order and encoding of the rest are kept.
std::string WithoutCredentials(std::string_view query);

/// A native body for another model than the client named: wherever the body repeats the name `from`
/// (requests[].model, generateContentRequest.model, model), it gets the name `to`. All other bytes
/// stay as they are. Fails if `body` is not JSON.
Result<std::string> WithNativeModel(const std::string& body, std::string_view from,
                                    std::string_view to);

/// The part of a native conversation that stays the same while it grows: its system instruction and
/// its contents up to the first of the user. Fails with kInvalidRequest if `body` is not a JSON
/// object.
Result<std::string> NativeHead(std::string_view body);

}  // namespace agm::gateway
