#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/base/secret.h"
#include "core/config/config.h"

/// Where an account's requests go, and how they say who sends them.
namespace agm::upstream {

/// The address that serves `method` ("generateContent", "countTokens", ...) of a model for an
/// account: its base_url, else the Gemini API's, or Vertex AI's by location and project. A base_url
/// may end in a version ("/v1beta") or not.
///
///   ModelUrl(account, "gemini-2.5-flash", "countTokens")
///       == "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:countTokens"
///
/// The model is percent-encoded segment by segment; "tunedModels/x" stands where "models/x" would.
std::string ModelUrl(const config::Account& account, std::string_view model,
                     std::string_view method);

/// The address of the account's list of models, without a query.
std::string ModelListUrl(const config::Account& account);

/// The header that carries the credential: x-goog-api-key, or a bearer token for Vertex AI and for
/// OAuth clients. No name where there is no credential.
std::pair<std::string, Secret> CredentialHeader(const config::Account& account,
                                                const Secret& credential);

}  // namespace agm::upstream
