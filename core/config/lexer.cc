#include "core/config/lexer.h"

#include <algorithm>
#include <string>

namespace agm::config {
namespace {

bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80U; }

constexpr bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// The end of a string that `quote` (one or three quotation marks) closes.
std::size_t SkipString(std::string_view text, std::size_t at, std::string_view quote) {
  const bool escapes = quote.front() == '"';
  std::size_t i = at + quote.size();
  while (i < text.size()) {
    if (escapes && text[i] == '\\') {
      i += 2;
    } else if (text.substr(i).starts_with(quote)) {
      i += quote.size();
      // """a""""" has two quotation marks before its closing three.
      while (quote.size() == 3 && i < text.size() && text[i] == quote.front()) ++i;
      return i;
    } else if (quote.size() == 1 && text[i] == '\n') {
      return i;
    } else {
      ++i;
    }
  }
  return text.size();
}

// In a """ string: the first non-ASCII character after \, or after \ with a line break and spaces.
std::size_t StrayAfterBackslash(std::string_view text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    if (text[i] != '\\') continue;
    std::size_t next = i + 1;
    while (next < end && IsSpace(text[next])) ++next;
    if (next < end && !IsAscii(text[next])) return next;
    i = std::max(next - 1, i + 1);
  }
  return text.size();
}

}  // namespace

std::size_t SkipStringOrComment(std::string_view text, std::size_t at) {
  if (at >= text.size()) return at;
  const char c = text[at];
  if (c == '#') return std::min(text.find('\n', at), text.size());
  if (c != '"' && c != '\'') return at;
  const std::string three(3, c);
  if (text.substr(at).starts_with(three)) return SkipString(text, at, three);
  return SkipString(text, at, three.substr(0, 1));
}

std::vector<Span> Elements(std::string_view text, Span bracketed) {
  std::vector<Span> elements;
  Span element;
  bool empty = true;
  const auto extend = [&](std::size_t begin, std::size_t end) {
    if (empty) element.begin = begin;
    element.end = end;
    empty = false;
  };
  const std::size_t close = bracketed.end == 0 ? 0 : bracketed.end - 1;
  int depth = 0;
  for (std::size_t i = bracketed.begin + 1; i < close;) {
    const char c = text[i];
    const std::size_t skipped = SkipStringOrComment(text, i);
    if (skipped != i) {
      if (c != '#') extend(i, skipped);
      i = skipped;
      continue;
    }
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (c == ',' && depth == 0) {
      if (!empty) elements.push_back(element);
      empty = true;
    } else if (!IsSpace(c)) {
      extend(i, i + 1);
    }
    ++i;
  }
  if (!empty) elements.push_back(element);
  return elements;
}

std::size_t NextLine(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

std::size_t LineBegin(std::string_view text, std::size_t at) {
  const std::size_t first = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  if (at <= first) return first;
  const std::size_t before = text.rfind('\n', at - 1);
  return before == std::string_view::npos ? first : before + 1;
}

std::size_t MostDots(std::string_view text) {
  std::size_t most = 0;
  std::size_t dots = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t skipped = SkipStringOrComment(text, i);
    if (skipped != i) {
      i = skipped;
      continue;
    }
    const char c = text[i++];
    if (c == '\n' || c == ',' || c == '=') dots = 0;
    if (c == '.') most = std::max(most, ++dots);
  }
  return most;
}

std::size_t FirstStray(std::string_view text) {
  for (std::size_t i = LineBegin(text, 0); i < text.size();) {
    const std::size_t skipped = SkipStringOrComment(text, i);
    if (skipped == i) {
      if (!IsAscii(text[i])) return i;
      ++i;
      continue;
    }
    if (text.substr(i).starts_with("\"\"\"")) {
      const std::size_t stray = StrayAfterBackslash(text, i, skipped);
      if (stray < skipped) return stray;
    }
    i = skipped;
  }
  return text.size();
}

Place PlaceAt(std::string_view text, std::size_t at) {
  Place place{1, 1};
  for (const char c : text.substr(0, LineBegin(text, at))) {
    if (c == '\n') ++place.line;
  }
  for (std::size_t i = LineBegin(text, at); i < at; ++i) {
    const bool continued = (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
    if (!continued) ++place.column;
  }
  return place;
}

}  // namespace agm::config
