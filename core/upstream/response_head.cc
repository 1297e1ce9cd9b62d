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

}  // namespace

void ResponseHead::AddStatusLine(std::string_view line) {
  headers_.clear();
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
  const std::size_t colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    AddStatusLine(line);
  } else if (colon != line.npos) {
    std::string name(Trimmed(line.substr(0, colon)));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    headers_.emplace_back(std::move(name), Trimmed(line.substr(colon + 1)));
  }
  return true;
}

std::string_view ResponseHead::Find(std::string_view name) const {
  const auto found = std::find_if(headers_.begin(), headers_.end(),
                                  [name](const auto& header) { return header.first == name; });
  return found == headers_.end() ? std::string_view() : found->second;
}

}  // namespace agm::upstream
