#include "core/http/server/exchange.h"

namespace agm::http {

bool Exchange::Write(std::string_view bytes) {
  if (!reply.source || delivery.head_only) return connection.SendOrKeep(bytes);
  held.append(bytes);
  return true;
}

}  // namespace agm::http
