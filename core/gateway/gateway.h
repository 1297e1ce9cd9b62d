#pragma once

#include <functional>

#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/http/server/server.h"

namespace agm::gateway {

/// Everything between the sockets and the rooms below: which route a request wants, whether it may
/// have it, and who answers it. What is thrown on the way is a bug: it is logged with the request's
/// id, and the client gets a 500.
///
/// Thread safety: any thread.
class Gateway {
 public:
  explicit Gateway(Services& services) : services_(services) {}

  HttpReply Answer(HttpRequest& request);
  /// For what is wrong before a request can be read (HttpServer::Refusal).
  HttpReply Refusal(const HttpFault& fault, std::string_view path);
  /// Health and metrics, which answer also when everything is busy.
  static bool IsUrgent(std::string_view path);
  /// How the metrics learn how many requests are being answered.
  void CountInFlightWith(std::function<int()> in_flight) { in_flight_ = std::move(in_flight); }

 private:
  HttpReply Dispatch(HttpRequest& request, const std::shared_ptr<const Settings>& settings,
                     Record record);
  HttpReply Broken(const HttpRequest& request, const Settings& settings, const std::string& id,
                   std::string_view what);
  HttpReply Preflight(const HttpRequest& request, const Settings& settings, Record record);

  Services& services_;
  std::function<int()> in_flight_ = [] { return 0; };
};

}  // namespace agm::gateway
