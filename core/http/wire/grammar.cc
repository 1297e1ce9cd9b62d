#include "core/http/wire/grammar.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace agm::http {
namespace {

bool IsTokenChar(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return IsLetterOrDigit(c) || kMarks.find(c) != std::string_view::npos;
}

}  // namespace

bool IsControl(char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }

bool IsToken(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, IsTokenChar);
}

bool IsFieldValue(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return IsControl(c) && c != '\t'; });
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string_view Cut(std::string_view& text, std::string_view end) {
  const std::string_view front = text.substr(0, text.find(end));
  text.remove_prefix(std::min(front.size() + end.size(), text.size()));
  return front;
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, ToLower, ToLower);
}

bool StartsWithIgnoreCase(std::string_view text, std::string_view prefix) {
  return EqualsIgnoreCase(text.substr(0, prefix.size()), prefix);
}

bool ListHas(std::string_view list, std::string_view item) {
  while (!list.empty()) {
    if (EqualsIgnoreCase(Trim(Cut(list, ",")), item)) return true;
  }
  return false;
}

}  // namespace agm::http
