#include "core/config/toml_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/utf8.h"

namespace agm::config {
namespace {

constexpr bool IsBare(char c) { return IsLetterOrDigit(c) || c == '-' || c == '_'; }

}  // namespace

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : ToUtf8(text)) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if ((c >= 0 && c < ' ') || c == '\x7f') {
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string QuotedList(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) {
    if (!out.empty()) out += ", ";
    out += Quoted(text);
  }
  return "[" + out + "]";
}

std::string WriteKey(std::string_view key) {
  const bool bare = !key.empty() && std::ranges::all_of(key, IsBare);
  return bare ? std::string(key) : Quoted(key);
}

std::string WriteSeconds(Duration duration) {
  if (duration.count() % 1000 == 0) return fmt::format("{}", duration.count() / 1000);
  return fmt::format("{}", static_cast<double>(duration.count()) / 1000.0);
}

std::string WriteDays(Duration duration) {
  constexpr Duration kDay = std::chrono::hours(24);
  const bool whole = duration.count() > 0 && duration % kDay == Duration::zero();
  return whole ? fmt::format("\"{}d\"", duration / kDay) : WriteSeconds(duration);
}

}  // namespace agm::config
