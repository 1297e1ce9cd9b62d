#include "core/http/wire/message.h"

#include "core/http/wire/grammar.h"

namespace agm::gateway {

std::string_view FindHeader(const std::vector<HttpHeader>& headers, std::string_view name) {
  for (const HttpHeader& header : headers) {
    if (http::EqualsIgnoreCase(header.first, name)) return header.second;
  }
  return {};
}

std::string_view HttpRequest::header(std::string_view name) const {
  return FindHeader(headers, name);
}

}  // namespace agm::gateway
