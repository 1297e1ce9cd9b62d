#include "core/keys/key_text.h"

#include <algorithm>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/digest.h"
#include "core/base/random.h"

namespace agm::keys {
namespace {

constexpr std::string_view kPrefix = "sk-agm-";
constexpr std::size_t kIdLength = 8;
constexpr std::size_t kSecretLength = 43;  // 62 letters and digits: 256 bits

}  // namespace

std::optional<KeyText> ReadKeyText(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  const std::size_t dash = text.find('-');
  if (dash == 0 || dash == std::string_view::npos || dash + 1 == text.size()) return std::nullopt;
  return KeyText{text.substr(0, dash), text.substr(dash + 1)};
}

NewKey MakeKey(std::string id) {
  if (id.empty()) {
    id = RandomId(kIdLength);
    std::ranges::transform(id, id.begin(), ToLower);
  }
  const std::string secret = RandomId(kSecretLength);
  std::string text(kPrefix);
  text.append(id).append("-").append(secret);
  return {Secret(std::move(text)), std::move(id), HashOf(secret)};
}

std::string HashOf(std::string_view secret) { return "sha256:" + HexDigest(secret); }

}  // namespace agm::keys
