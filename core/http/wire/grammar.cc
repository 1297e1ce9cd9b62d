#include "core/http/wire/grammar.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/base/ascii.h"

namespace agm::http {
namespace {

using Table = std::array<bool, 256>;

constexpr std::size_t IndexOf(char c) { return static_cast<unsigned char>(c); }

constexpr Table kTokenChars = [] {
  Table table{};
  for (char c = 0; c < 127; ++c) table.at(IndexOf(c)) = IsLetterOrDigit(c);
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) table.at(IndexOf(c)) = true;
  return table;
}();

constexpr Table kFieldValueChars = [] {
  Table table{};
  for (std::size_t c = 0; c < table.size(); ++c) table.at(c) = c >= ' ' && c != 0x7f;
  table.at(IndexOf('\t')) = true;
  return table;
}();

bool Consists(std::string_view text, const Table& of) {
  return std::ranges::all_of(text, [&of](char c) { return of[IndexOf(c)]; });
}

}  // namespace

bool IsControl(char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }

bool IsToken(std::string_view text) { return !text.empty() && Consists(text, kTokenChars); }

bool IsFieldValue(std::string_view text) { return Consists(text, kFieldValueChars); }

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
