#include "core/http/server/exchange.h"

namespace agm::gateway {
bool HttpExchange::Write(std::string_view bytes) {
  if (!reply.source) return connection.SendOrKeep(bytes);
  held.append(bytes);
  return true;
}

}  // namespace agm::gateway
