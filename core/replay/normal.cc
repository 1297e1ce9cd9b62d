#include <algorithm>
#include <map>

#include "core/replay/player.h"

namespace agm::replay {
namespace {

constexpr std::size_t kIdLength = 20;    ///< random characters at the end of an id
constexpr std::size_t kTimeDigits = 10;  ///< of seconds since 1970

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsAlnum(char c) { return IsDigit(c) || IsLower(c) || IsUpper(c); }
bool IsWord(char c) { return IsAlnum(c) || c == '_' || c == '-'; }

// "chatcmpl-" of "chatcmpl-4fT..."; the whole word if it is no id.
std::size_t PrefixLength(std::string_view word) {
  std::size_t at = word.size();
  while (at > 0 && IsAlnum(word[at - 1])) --at;
  const std::string_view end = word.substr(at);
  const auto has = [&](auto kind) { return std::any_of(end.begin(), end.end(), kind); };
  const bool mixed = has(IsDigit) || (has(IsLower) && has(IsUpper));
  return at > 0 && word.size() - at >= kIdLength && mixed ? at : word.size();
}

bool IsTime(std::string_view word) {
  if (word.size() != kTimeDigits || word.front() != '1') return false;
  for (const char c : word) {
    if (!IsDigit(c)) return false;
  }
  return true;
}

// Seconds of "try again in 18s" depend on the moment.
bool IsWait(std::string_view text, std::size_t at, std::string_view word) {
  if (word.size() < 2 || word.back() != 's' || !text.substr(0, at).ends_with("in ")) return false;
  word.remove_suffix(1);
  for (const char c : word) {
    if (!IsDigit(c)) return false;
  }
  return true;
}

}  // namespace

std::string Normal(std::string_view text) {
  constexpr std::string_view kComment = ": keep-alive\n\n";
  std::map<std::string, std::size_t, std::less<>> ids;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with(kComment) && (at == 0 || text[at - 1] == '\n')) {
      at += kComment.size();
      continue;
    }
    if (!IsWord(text[at])) {
      out += text[at++];
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && IsWord(text[end])) ++end;
    const std::string_view word = text.substr(at, end - at);
    const std::size_t prefix = PrefixLength(word);
    if (prefix < word.size()) {
      const auto id = ids.emplace(word, ids.size() + 1).first;
      out.append(word.substr(0, prefix)).append("#").append(std::to_string(id->second));
    } else if (IsTime(word)) {
      out += "0";
    } else if (IsWait(text, at, word)) {
      out += "#s";
    } else {
      out += word;
    }
    at = end;
  }
  return out;
}

}  // namespace agm::replay
