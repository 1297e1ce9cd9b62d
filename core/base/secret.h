#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace agm {

/// What vendors' keys and tokens begin with. Code that must not show a key that stands in the wrong
/// place looks for them.
inline constexpr std::array<std::string_view, 10> kKeyPrefixes = {
    "AIza", "AQ.", "ya29.", "GOCSPX-", "sk-", "gsk_", "hf_", "nvapi-", "pplx-", "ghp_"};

/// True for a text that begins with one of kKeyPrefixes.
bool BeginsLikeKey(std::string_view text);

/// True for the name of an environment variable, false for a key that stands in its place: letters,
/// digits and "_", at most 100, without the prefix of a key. A name of 32 characters or more may
/// not mix digits, small letters and capitals, as keys of vendors that we do not know do.
bool IsVariableName(std::string_view text);

/// A key, token or password. It has no stream operator and no formatter, so it cannot get into a
/// log or an error by accident; code that needs the text must call Reveal().
///
/// Thread safety: like std::string.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  bool empty() const { return text_.empty(); }
  /// The text itself, for code that sends or stores it.
  const std::string& Reveal() const { return text_; }
  /// A form that is safe to show: "AIza…f3Qk" for long ones, "…" for short ones, "" if empty.
  std::string Masked() const;
  /// Compares in a time that depends only on the length of `candidate`. False if either is empty.
  bool Matches(std::string_view candidate) const;

  friend bool operator==(const Secret& a, const Secret& b) { return a.text_ == b.text_; }

 private:
  std::string text_;
};

}  // namespace agm
