#include "core/http/wire/canonical_head.h"

#include <string_view>

namespace agm::http {

std::string WriteCanonicalHead(const Request& request, int minor_version) {
  if (request.raw_path.empty()) return request.method + "\r\n";
  std::string out;
  out.reserve(256);
  out.append(request.method).append(" ").append(request.raw_path);
  if (!request.query.empty()) out.append("?").append(request.query);
  out.append(minor_version == 0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  if (const std::string_view host = request.header("Host"); !host.empty()) {
    out.append("Host: ").append(host).append("\r\n");
  }
  return out.append("\r\n");
}

}  // namespace agm::http
