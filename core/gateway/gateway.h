#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/gateway/record.h"
#include "core/gateway/routes.h"
#include "core/gateway/services.h"
#include "core/http/server/server.h"

namespace agm::gateway {

/// Handles requests between the HTTP server and the rest of the gateway: finds the route, checks
/// the caller, and calls the handler. An exception is a bug: it is logged with the request's id,
/// and the client gets a 500.
///
/// Thread safety: any thread.
class Gateway {
 public:
  explicit Gateway(Services& services) : services_(services) {}

  http::Reply Answer(http::Request& request);
  /// Answers a head whose body must not be accepted: the key is missing or wrong, or the request
  /// needs no key and nothing reads its body (Server::HeadCheck).
  std::optional<http::Reply> AnswerHead(http::Request& head);
  /// Answers faults that occur before a request can be read (Server::Refusal).
  http::Reply Refusal(const http::Fault& fault, std::string_view path);
  /// True for health and metrics, which are served even at the limit of requests.
  static bool IsUrgent(std::string_view path);

 private:
  http::Reply Answer(http::Request& request, const Result<Route>& route,
                     const std::shared_ptr<const Settings>& settings);
  http::Reply Dispatch(http::Request& request, const Result<Route>& route,
                       const std::shared_ptr<const Settings>& settings, Record record);
  http::Reply Broken(Surface surface, const Settings& settings, const std::string& id,
                     std::string_view what);
  http::Reply Preflight(const http::Request& request, const Settings& settings, Record record);

  Services& services_;
};

}  // namespace agm::gateway
