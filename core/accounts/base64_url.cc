#include "core/accounts/base64_url.h"

namespace agm::accounts {

std::string Base64Url(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8U | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) {
      text += kAlphabet[bits >> static_cast<unsigned>(count - 6) & 63U];
    }
  }
  if (count > 0) text += kAlphabet[bits << static_cast<unsigned>(6 - count) & 63U];
  return text;
}

}  // namespace agm::accounts
