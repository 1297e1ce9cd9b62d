#include "core/mock/pretty.h"

#include <cstddef>

namespace agm::mock {

std::string Pretty(std::string_view json) {
  std::string out;
  out.reserve(json.size() * 2);
  std::size_t depth = 0;
  bool in_string = false;
  const auto new_line = [&] { out.append("\n").append(depth * 2, ' '); };
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    const char next = i + 1 < json.size() ? json[i + 1] : '\0';
    if (in_string) {
      out += c;
      if (c == '\\') out += json[++i];
      in_string = c != '"';
    } else if ((c == '{' || c == '[') && next != '}' && next != ']') {
      out += c;
      ++depth;
      new_line();
    } else if ((c == '}' || c == ']') && out.back() != '{' && out.back() != '[') {
      --depth;
      new_line();
      out += c;
    } else {
      out += c;
      in_string = c == '"';
      if (c == ',') new_line();
      if (c == ':') out += ' ';
    }
  }
  return out += '\n';
}

}  // namespace agm::mock
