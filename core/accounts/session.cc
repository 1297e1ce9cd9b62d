#include "core/accounts/session.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

namespace agm::accounts {
namespace {

// FNV-1a: fast, and the same in every process.
std::uint64_t Hash(std::string_view text, std::uint64_t hash = 14695981039346656037U) {
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211U;
  }
  return hash;
}

}  // namespace

std::string SessionKey(const SessionHints& hints) {
  const std::pair<char, std::string_view> by_exactness[] = {
      {'c', hints.cache_key}, {'s', hints.header}, {'u', hints.user}, {'h', hints.head}};
  for (const auto& [kind, text] : by_exactness) {
    if (text.empty()) continue;
    const std::uint64_t caller = Hash(hints.caller);
    return fmt::format("{}{:016x}", kind, Hash(text, Hash("\n", caller)));
  }
  return {};
}

}  // namespace agm::accounts
