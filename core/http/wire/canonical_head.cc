#include "core/http/wire/canonical_head.h"

namespace agm::http {

std::string WriteCanonicalHead(const Request& request, int minor_version) {
  if (request.raw_path.empty()) return request.method + "\r\n";
  return request.method + (minor_version == 0 ? " / HTTP/1.0\r\n\r\n" : " / HTTP/1.1\r\n\r\n");
}

}  // namespace agm::http
