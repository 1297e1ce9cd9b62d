#pragma once

#include <openssl/evp.h>

#include <string>

namespace agm::test {

/// A fresh RSA key, made once, so that none lies in the repository. Nobody frees it.
EVP_PKEY* ServiceAccountKey();

std::string Pem(EVP_PKEY* key);

/// The key file of a service account, as Google gives it out; tokens come from `token_uri`.
std::string ServiceAccountFile(const std::string& token_uri);

}  // namespace agm::test
