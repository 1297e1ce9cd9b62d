#include "core/accounts/service_account.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <chrono>
#include <memory>
#include <string_view>

#include "core/base/base64.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/json_writer.h"

namespace agm::accounts {
namespace {

constexpr std::string_view kScope = "https://www.googleapis.com/auth/cloud-platform";
constexpr const char* kDefaultTokenUri = "https://oauth2.googleapis.com/token";
constexpr std::size_t kMostBytes = 64U << 10U;

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* value) const {
    Free(value);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

Key ReadKey(const Secret& pem) {
  const std::string& text = pem.Reveal();
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!bio) return nullptr;
  return Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

// RSASSA-PKCS1-v1_5 with SHA-256; empty if the key is not an RSA key.
std::string Sign(EVP_PKEY* key, std::string_view text) {
  const Digest digest(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  if (!digest || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA ||
      EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(digest.get(), nullptr, &size, bytes, text.size()) != 1) {
    return {};
  }
  std::string signature(size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  if (EVP_DigestSign(digest.get(), out, &size, bytes, text.size()) != 1) return {};
  signature.resize(size);
  return signature;
}

std::string Header(const ServiceAccount& account) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("alg").String("RS256").Key("typ").String("JWT");
  if (!account.key_id.empty()) json.Key("kid").String(account.key_id);
  json.EndObject();
  return out;
}

std::string Claims(const ServiceAccount& account, WallTime now) {
  const std::int64_t issued =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  std::string out;
  JsonWriter json(out);
  json.Object().Key("iss").String(account.email).Key("scope").String(kScope);
  json.Key("aud").String(account.token_uri);
  json.Key("iat").Int(issued).Key("exp").Int(issued + 3600).EndObject();
  return out;
}

}  // namespace

Result<ServiceAccount> LoadServiceAccount(const std::string& path) {
  auto text = ReadFile(path, kMostBytes);
  if (!text) return std::move(text).error();
  const auto json = ParseJson(*text);
  if (!json || !json->is_object()) {
    return Fail(ErrorCode::kConfig, "{}: it is not the JSON key file of a service account", path);
  }
  ServiceAccount account{TextOf(*json, "client_email"), TextOf(*json, "private_key_id"),
                         Secret(TextOf(*json, "private_key")), TextOf(*json, "token_uri")};
  if (account.token_uri.empty()) account.token_uri = kDefaultTokenUri;
  if (account.email.empty() || account.private_key.empty()) {
    return Fail(ErrorCode::kConfig, "{}: expected client_email and private_key in it", path);
  }
  return account;
}

Result<Secret> SignAssertion(const ServiceAccount& account, WallTime now) {
  const Key key = ReadKey(account.private_key);
  if (!key) return Fail(ErrorCode::kConfig, "the private key of the service account is no PEM key");
  std::string text = Base64Url(Header(account)) + "." + Base64Url(Claims(account, now));
  const std::string signature = Sign(key.get(), text);
  if (signature.empty()) {
    return Fail(ErrorCode::kConfig, "the private key of the service account is no RSA key");
  }
  return Secret(text + "." + Base64Url(signature));
}

}  // namespace agm::accounts
