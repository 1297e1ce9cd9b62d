#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "core/base/clock.h"
#include "core/http/server/connection.h"

namespace agm::gateway {

/// Every open connection, so that the late ones can be told to go and the end can be waited for.
///
/// Thread safety: any thread.
class HttpConnections {
 public:
  /// Takes it in; null (and it is closed) once CancelAll was called.
  HttpConnection* Add(std::unique_ptr<HttpConnection> connection);
  /// Closes it. The caller must be the one who has it.
  void Close(HttpConnection* connection);
  std::size_t size() const;

  /// Ends the wait of those whose deadline has passed.
  void ExpireLate(TimePoint now);
  /// Ends the wait of those that wait for a request to begin.
  void ExpireIdle();
  /// Ends the wait of the one whose deadline comes first, if any waits.
  void ExpireNext();
  void CancelAll();
  /// False if some are still open at `until`.
  bool WaitUntilNone(TimePoint until);

 private:
  mutable std::mutex mutex_;
  std::condition_variable none_;
  std::unordered_map<HttpConnection*, std::unique_ptr<HttpConnection>> open_;
  bool cancelled_ = false;
};

}  // namespace agm::gateway
