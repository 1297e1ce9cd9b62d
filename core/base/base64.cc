#include "core/base/base64.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace agm {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNo = 0xFF;
constexpr std::uint8_t kSkip = 0xFE;

// The value of each byte as a base64 digit of either alphabet; kSkip for space, kNo for others.
constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNo);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  values['-'] = 62;
  values['_'] = 63;
  for (const char c : {' ', '\t', '\r', '\n'}) values[static_cast<unsigned char>(c)] = kSkip;
  return values;
}();

std::uint8_t ValueOf(char c) { return kValues[static_cast<unsigned char>(c)]; }

bool IsNormalDigit(char c) { return ValueOf(c) < 64 && c != '-' && c != '_'; }

std::string_view WithoutPadding(std::string_view text) {
  while (!text.empty() && (text.back() == '=' || ValueOf(text.back()) == kSkip)) {
    text.remove_suffix(1);
  }
  return text;
}

void Pad(std::string& text) {
  while (text.size() % 4 != 0) text += '=';
}

}  // namespace

std::optional<std::string> NormalBase64(std::string_view text) {
  const std::string_view digits = WithoutPadding(text);
  std::size_t good = 0;
  while (good < digits.size() && IsNormalDigit(digits[good])) ++good;
  std::string out;
  out.reserve(digits.size() + 3);
  out.append(digits.substr(0, good));
  for (const char c : digits.substr(good)) {
    const std::uint8_t value = ValueOf(c);
    if (value == kSkip) continue;
    if (value == kNo) return std::nullopt;
    out += kAlphabet[value];
  }
  if (out.empty() || out.size() % 4 == 1) return std::nullopt;
  Pad(out);
  return out;
}

bool IsBase64(std::string_view text) {
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return text.size() % 4 != 1 && std::ranges::all_of(text, [](char c) { return ValueOf(c) < 64; });
}

std::string DecodeBase64(std::string_view base64, std::size_t limit) {
  const std::string_view digits = WithoutPadding(base64);
  std::string out;
  out.reserve(std::min(digits.size() / 4 * 3 + 2, limit));
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : digits) {
    if (out.size() == limit) break;
    bits = bits << 6U | (ValueOf(c) & 0x3FU);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out += static_cast<char>(bits >> static_cast<unsigned>(have) & 0xFFU);
  }
  return out;
}

// Encodes three bytes at a time, because files may have many megabytes.
std::string EncodeBase64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4, '=');
  const auto byte = [&](std::size_t at) {
    return at < bytes.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at]))
                             : 0;
  };
  char* to = out.data();
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::uint32_t bits = byte(at) << 16U | byte(at + 1) << 8U | byte(at + 2);
    to[0] = kAlphabet[bits >> 18U];
    to[1] = kAlphabet[bits >> 12U & 0x3FU];
    if (at + 1 < bytes.size()) to[2] = kAlphabet[bits >> 6U & 0x3FU];
    if (at + 2 < bytes.size()) to[3] = kAlphabet[bits & 0x3FU];
    to += 4;
  }
  return out;
}

std::string Base64Url(std::string_view bytes) {
  std::string text = EncodeBase64(bytes);
  text.resize(text.size() - static_cast<std::size_t>(std::ranges::count(text, '=')));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

}  // namespace agm
