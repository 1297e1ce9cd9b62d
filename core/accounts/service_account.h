#pragma once

#include <string>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/secret.h"

namespace agm::accounts {

/// The key file of a Google service account, as the console gives it out.
struct ServiceAccount {
  std::string email;
  std::string key_id;
  Secret private_key;     ///< PEM
  std::string token_uri;  ///< where the assertion is changed for a token
};

/// Reads a key file. Errors say what is missing and never what is there.
Result<ServiceAccount> LoadServiceAccount(const std::string& path);

/// The signed statement (JWT, RS256, RFC 7523) that the account asks for a token with which the
/// cloud platform can be used; good for an hour from `now`.
///
/// Thread safety: any thread.
Result<Secret> SignAssertion(const ServiceAccount& account, WallTime now);

}  // namespace agm::accounts
