#include "core/upstream/response_head.h"

#include <algorithm>
#include <charconv>

namespace agm::upstream {
namespace {

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool IsNamed(std::string_view found, std::string_view lower_case) {
  return std::ranges::equal(found, lower_case, {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; });
}

}  // namespace

void ResponseHead::AddStatusLine(std::string_view line) {
  lines_.clear();
  status_ = 0;
  const std::size_t blank = line.find(' ');
  if (blank == line.npos) return;
  const std::string_view code = line.substr(blank + 1, 3);
  std::from_chars(code.data(), code.data() + code.size(), status_);
}

bool ResponseHead::Add(std::string_view line) {
  if (complete_) return true;
  bytes_ += line.size();
  if (bytes_ > kMaxBytes) return false;
  if (Trimmed(line).empty()) {
    complete_ = status_ >= 200;
    return true;
  }
  if (line.starts_with("HTTP/")) {
    AddStatusLine(line);
  } else {
    lines_.append(line);
  }
  return true;
}

std::string_view ResponseHead::Find(std::string_view name) const {
  for (std::string_view rest = lines_; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::string_view found = line.substr(0, line.find(':'));
    if (found.size() == line.size() || !IsNamed(Trimmed(found), name)) continue;
    return Trimmed(line.substr(found.size() + 1));
  }
  return {};
}

}  // namespace agm::upstream
