#include "core/accounts/session.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <utility>

namespace agm::accounts {
namespace {

// Like FNV-1a, but eight bytes at a time, because the head of a conversation may be long. The
// result is the same in every process.
std::uint64_t Hash(std::string_view text, std::uint64_t hash = 14695981039346656037U) {
  constexpr std::uint64_t kPrime = 1099511628211U;
  const auto add = [&hash](std::uint64_t bytes) {
    hash = (hash ^ bytes) * kPrime;
    hash ^= hash >> 32U;
  };
  add(text.size());
  for (; text.size() >= 8; text.remove_prefix(8)) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data(), sizeof bytes);
    add(bytes);
  }
  for (const char c : text) add(static_cast<unsigned char>(c));
  return hash;
}

}  // namespace

std::string SessionKey(const SessionHints& hints) {
  const std::pair<char, std::string_view> by_exactness[] = {
      {'c', hints.cache_key}, {'s', hints.header}, {'u', hints.user}, {'h', hints.head}};
  for (const auto& [kind, text] : by_exactness) {
    if (text.empty()) continue;
    const std::uint64_t caller = Hash(hints.caller);
    return fmt::format(FMT_COMPILE("{}{:016x}"), kind, Hash(text, Hash("\n", caller)));
  }
  return {};
}

}  // namespace agm::accounts
