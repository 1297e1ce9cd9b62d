#include "tests/support/service_account_key.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "core/base/json.h"

namespace agm::test {

std::string Pem(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

EVP_PKEY* ServiceAccountKey() {
  static EVP_PKEY* const key = EVP_RSA_gen(2048);
  return key;
}

std::string ServiceAccountFile(const std::string& token_uri) {
  const Json file = {{"type", "service_account"},
                     {"client_email", "robot@my-project.example"},
                     {"private_key_id", "key-1"},
                     {"private_key", Pem(ServiceAccountKey())},
                     {"token_uri", token_uri}};
  return DumpJson(file);
}

}  // namespace agm::test
