// base64( "agm" version family nonce... digest ). The digest is an FNV-1a of the bytes before it;
// it detects signatures that a client damaged, mixed up or invented. It protects no secret.

#include "core/mock/signature.h"

#include <cstdint>

#include "core/base/base64.h"

namespace agm::mock {
namespace {

constexpr std::string_view kMagic = "agm\x01";
constexpr std::size_t kDigestSize = 8;
constexpr std::size_t kSmallestForeign = 48;

std::string Digest(std::string_view bytes) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  std::string out;
  for (std::size_t i = 0; i < kDigestSize; ++i) out += static_cast<char>(hash >> (8 * i) & 255U);
  return out;
}

}  // namespace

std::string MakeSignature(int family, std::string_view nonce) {
  std::string bytes(kMagic);
  bytes += static_cast<char>(family);
  // As long as a short real signature, so that tests reach the size limits of clients.
  while (bytes.size() < 96) bytes += nonce.empty() ? "." : nonce;
  return EncodeBase64(bytes + Digest(bytes));
}

std::optional<int> ReadSignature(std::string_view signature) {
  if (!IsBase64(signature)) return std::nullopt;
  const std::string all = DecodeBase64(signature);
  if (all.size() <= kMagic.size() + kDigestSize || !all.starts_with(kMagic)) return std::nullopt;
  const std::string_view bytes = std::string_view(all).substr(0, all.size() - kDigestSize);
  if (!all.ends_with(Digest(bytes))) return std::nullopt;
  return static_cast<unsigned char>(all[kMagic.size()]);
}

bool IsForeignSignature(std::string_view signature) {
  if (!IsBase64(signature)) return false;
  const std::string bytes = DecodeBase64(signature, kSmallestForeign);
  return bytes.size() == kSmallestForeign && !bytes.starts_with(kMagic);
}

bool IsDummySignature(std::string_view signature) {
  return signature == "skip_thought_signature_validator" ||
         signature == "context_engineering_is_the_way_to_go";
}

}  // namespace agm::mock
