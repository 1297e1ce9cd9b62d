#include "core/accounts/member.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include "core/base/digest.h"

namespace agm::accounts {

std::string Fingerprint(const config::Account& account) {
  const std::string text =
      fmt::format("{}\n{}\n{}\n{}\n{}", static_cast<int>(account.kind), account.api_key.Reveal(),
                  account.service_account, account.client_id, account.refresh_token.Reveal());
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  std::string hex;
  for (std::size_t i = 0; i < 8; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

std::string QuotaOwner(const Member& member) {
  const Project& project = *member.project;
  const std::string text = project.own ? "account " + member.credential : "project " + project.key;
  return HexDigest(text).substr(0, 16);
}

}  // namespace agm::accounts
