#include "core/protocol/shared/compact_json.h"

namespace agm::protocol {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// The offset after the string that begins at `at`.
std::size_t SkipString(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return at < json.size() ? at + 1 : json.size();
}

}  // namespace

std::string CompactJson(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  std::size_t begin = 0;
  std::size_t at = 0;
  while (at < json.size()) {
    if (json[at] == '"') {
      at = SkipString(json, at);
    } else if (IsSpace(json[at])) {
      out.append(json.substr(begin, at - begin));
      while (at < json.size() && IsSpace(json[at])) ++at;
      begin = at;
    } else {
      ++at;
    }
  }
  out.append(json.substr(begin, at - begin));
  return out;
}

}  // namespace agm::protocol
