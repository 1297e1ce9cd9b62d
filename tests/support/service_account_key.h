#pragma once

#include <openssl/evp.h>

#include <string>

namespace agm::test {

/// An RSA key, generated once per process, so that the repository contains none. It is never freed.
EVP_PKEY* ServiceAccountKey();

std::string Pem(EVP_PKEY* key);

/// The key file of a service account in Google's format; tokens come from `token_uri`.
std::string ServiceAccountFile(const std::string& token_uri);

}  // namespace agm::test
