#include "core/upstream/plain_words.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/base/ip_address.h"
#include "core/base/secret.h"
#include "core/base/utf8.h"

namespace agm::upstream {
namespace {

constexpr std::string_view kEllipsis = "…";

bool IsRun(char c) { return IsLetterOrDigit(c) || c == '_' || c == '-'; }
bool IsBlank(char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; }

// True for a long mix of letters and digits that is not a word, or a long number as in ids.
bool IsSecretRun(std::string_view run) {
  const bool digit = std::any_of(run.begin(), run.end(), IsDigit);
  const bool lower = std::any_of(run.begin(), run.end(), IsLower);
  const bool upper = std::any_of(run.begin(), run.end(), IsUpper);
  if (digit && !lower && !upper) return run.size() >= 9;
  if (digit && lower && upper) return run.size() >= 16;
  return digit && run.size() >= 32;
}

bool HoldsSecretRun(std::string_view word) {
  for (std::size_t begin = 0; begin < word.size();) {
    std::size_t end = begin;
    while (end < word.size() && IsRun(word[end])) ++end;
    if (IsSecretRun(word.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

bool IsPrivate(std::string_view word) {
  static constexpr std::array<std::string_view, 5> kMarks = {
      "api_key:", "projects/", "project:", "project_number:", "gserviceaccount"};
  const auto stands = [word](std::string_view mark) {
    return word.find(mark) != std::string_view::npos;
  };
  const bool marked =
      std::ranges::any_of(kMarks, stands) || std::ranges::any_of(kKeyPrefixes, stands);
  const bool mail = word.find('@') != std::string_view::npos;
  return marked || mail || ReadIpAddress(word) || HoldsSecretRun(word);
}

// True for the word after "project", as in `Project my-project-123 ...`.
bool NamesProject(std::string_view before, std::string_view word) {
  const bool follows = before == "project" || before == "Project" || before == "projects";
  return follows && word.find_first_of("0123456789-_") != std::string_view::npos;
}

std::string_view WithoutQuery(std::string_view word) {
  return word.find("://") == std::string_view::npos ? word : word.substr(0, word.find('?'));
}

// Cuts between characters, never inside one.
void CutTo(std::string& text, std::size_t limit) {
  if (text.size() <= limit) return;
  std::size_t end = limit > kEllipsis.size() ? limit - kEllipsis.size() : 0;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  text += kEllipsis;
}

}  // namespace

std::string PlainWords(std::string_view text, std::size_t limit) {
  constexpr std::string_view kPunctuation = "'\"`,.;:!?()[]{}<>*";
  std::string out;
  std::string_view before;
  std::size_t at = 0;
  while (at < text.size() && out.size() <= limit) {
    while (at < text.size() && IsBlank(text[at])) ++at;
    const std::size_t begin = at;
    while (at < text.size() && !IsBlank(text[at])) ++at;
    const std::string_view token = text.substr(begin, at - begin);
    if (token.empty()) break;
    if (!out.empty()) out += ' ';
    const std::size_t first = token.find_first_not_of(kPunctuation);
    if (first == std::string_view::npos) {
      out += token;
      continue;
    }
    const std::size_t last = token.find_last_not_of(kPunctuation) + 1;
    const std::string_view word = WithoutQuery(token.substr(first, last - first));
    out += token.substr(0, first);
    out += IsPrivate(word) || NamesProject(before, word) ? kEllipsis : word;
    out += token.substr(last);
    before = word;
  }
  out = ToUtf8(out);
  CutTo(out, limit);
  return out;
}

}  // namespace agm::upstream
