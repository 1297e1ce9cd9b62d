#include "core/http/wire/message.h"

#include "core/http/wire/grammar.h"

namespace agm::http {

std::string_view FindHeader(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (EqualsIgnoreCase(header.first, name)) return header.second;
  }
  return {};
}

std::string_view Request::header(std::string_view name) const { return FindHeader(headers, name); }

}  // namespace agm::http
