#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/guarded.h"
#include "core/mock/event_loop.h"
#include "core/mock/fault.h"
#include "core/mock/http_message.h"
#include "core/mock/key_troubles.h"
#include "core/mock/mock_server.h"
#include "core/mock/reply.h"
#include "core/mock/route.h"
#include "core/mock/script.h"

namespace agm::mock {

/// Turns requests into replies: the mock without its sockets.
///
/// Thread safety: any thread.
class Service {
 public:
  explicit Service(const Options& options);

  /// The counters for stats(); call it before the first request, `traffic` must outlive the last
  /// one.
  void Watch(const Traffic& traffic) { traffic_ = &traffic; }

  Reply Serve(Request& request);
  Result<void> SetScript(std::string_view json);
  Stats stats() const;
  std::vector<SeenRequest> TakeRequests();

 private:
  struct Counts {
    long requests = 0;
    std::map<std::string, long, std::less<>> by_key;
    std::map<std::string, long, std::less<>> by_model;
    std::map<int, long> by_status;
    std::deque<SeenRequest> seen;
  };
  struct Plan {
    Script script;
    KeyTroubles key_troubles;
  };

  Reply Control(const Request& request);
  Reply Token(const Request& request);
  Reply ServeOpenAi(const Request& request, const std::string& key);
  Reply ServeRoute(const std::optional<Route>& route, const Request& request,
                   const std::string& key);
  Reply Answer(const Route& route, const Request& request, const Fault& fault);
  std::optional<Fault> FaultFor(const Route& route, const Request& request, std::string_view key);
  void Note(const std::optional<Route>& route, Request& request, std::string key, int status);
  std::string NewId();

  const Options options_;
  const Traffic* traffic_ = nullptr;
  std::atomic<std::uint64_t> serial_{0};
  Guarded<Counts> counts_;
  Guarded<Plan> plan_;
};

}  // namespace agm::mock
