#include "core/base/secret.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace agm {

bool BeginsLikeKey(std::string_view text) {
  return std::ranges::any_of(kKeyPrefixes,
                             [&](std::string_view prefix) { return text.starts_with(prefix); });
}

bool IsVariableName(std::string_view text) {
  const bool plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return IsLetterOrDigit(c) || c == '_';
  });
  const bool mixed = std::ranges::any_of(text, IsDigit) && std::ranges::any_of(text, IsLower) &&
                     std::ranges::any_of(text, IsUpper);
  return plain && text.size() <= 100 && !BeginsLikeKey(text) && !(mixed && text.size() >= 32);
}

std::string Secret::Masked() const {
  if (text_.empty()) return "";
  if (text_.size() < 16) return "…";
  return text_.substr(0, 4) + "…" + text_.substr(text_.size() - 4);
}

bool Secret::Matches(std::string_view candidate) const {
  if (text_.empty() || candidate.empty()) return false;
  unsigned difference = text_.size() == candidate.size() ? 0U : 1U;
  for (std::size_t i = 0; i < candidate.size(); ++i) {
    const auto mine = static_cast<unsigned char>(text_[i % text_.size()]);
    difference |= static_cast<unsigned>(mine ^ static_cast<unsigned char>(candidate[i]));
  }
  return difference == 0;
}

}  // namespace agm
