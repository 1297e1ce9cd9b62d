#include "core/gateway/http_exchange.h"

namespace agm::gateway {
namespace {

constexpr std::size_t kHoldAtMost = 64 * 1024;

}  // namespace

bool HttpExchange::Write(std::string_view bytes) {
  if (!reply.source) return connection.SendOrKeep(bytes);
  held.append(bytes);
  return held.size() < kHoldAtMost || Flush();
}

bool HttpExchange::Flush() {
  const bool sent = held.empty() || connection.Send(held, patience);
  held.clear();
  return sent;
}

}  // namespace agm::gateway
