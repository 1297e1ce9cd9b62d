#include "core/accounts/member.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>

namespace agm::accounts {
namespace {

// True if `name` matches `pattern`, in which `*` stands for any text.
bool Matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace

bool Lists(const config::Account& account, std::string_view model) {
  return std::any_of(account.models.begin(), account.models.end(),
                     [&](const std::string& pattern) { return Matches(pattern, model); });
}

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

}  // namespace agm::accounts
