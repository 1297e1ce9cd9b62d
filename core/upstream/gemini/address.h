#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/base/secret.h"
#include "core/config/config.h"

/// The URLs and the credential header of an account's requests.
namespace agm::upstream {

/// The URL of `method` ("generateContent", "countTokens", ...) of a model for an account, below its
/// base_url, else of the Gemini API, or of Vertex AI by location and project. A base_url may end in
/// a version ("/v1beta") or not.
///
///   ModelUrl(account, "gemini-2.5-flash", "countTokens")
///       == "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:countTokens"
///
/// The model is percent-encoded segment by segment; "tunedModels/x" takes the place of "models/x".
std::string ModelUrl(const config::Account& account, std::string_view model,
                     std::string_view method);

/// The URL of a resource in a version of the API that the client chose: "models/m:countTokens" or
/// "files/abc" in "v1". Empty if there is no such resource: Vertex AI has only models, and knows
/// versions of its own.
std::string ResourceUrl(const config::Account& account, std::string_view version,
                        std::string_view resource);

/// The URL of the account's list of models, without a query.
std::string ModelListUrl(const config::Account& account);

/// The header with the credential: x-goog-api-key, or a bearer token for Vertex AI and for OAuth
/// clients. The name is empty if there is no credential.
std::pair<std::string, Secret> CredentialHeader(const config::Account& account,
                                                const Secret& credential);

}  // namespace agm::upstream
