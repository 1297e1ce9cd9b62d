#pragma once

#include <string>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/secret.h"

namespace agm::accounts {

/// The content of a Google service account's key file.
struct ServiceAccount {
  std::string email;
  std::string key_id;
  Secret private_key;     ///< PEM
  std::string token_uri;  ///< the endpoint that exchanges the assertion for a token
};

/// Reads a key file. Errors name what is missing and never contain the file's content.
Result<ServiceAccount> LoadServiceAccount(const std::string& path);

/// The signed assertion (JWT, RS256, RFC 7523) with which the account requests a token for the
/// cloud platform; valid for an hour from `now`.
///
/// Thread safety: any thread.
Result<Secret> SignAssertion(const ServiceAccount& account, WallTime now);

}  // namespace agm::accounts
