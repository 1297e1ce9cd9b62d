#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "core/base/guarded.h"
#include "core/mock/http_message.h"
#include "core/mock/mock_server.h"
#include "core/mock/models.h"
#include "core/mock/reply.h"
#include "core/mock/route.h"

namespace agm::mock {

/// Requests in, replies out: what the mock does, without its sockets.
///
/// Thread safety: any thread.
class Service {
 public:
  explicit Service(const Options& options);

  Reply Serve(Request& request);
  /// The counts that the service knows; those of connections stay 0.
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

  Reply ServeModels(const Route& route, const Request& request, std::string_view key);
  Reply Generate(const Model& model, const Route& route, const Request& request);
  std::string NewId();

  const Options options_;
  std::atomic<std::uint64_t> serial_{0};
  mutable Guarded<Counts> counts_;
};

}  // namespace agm::mock
