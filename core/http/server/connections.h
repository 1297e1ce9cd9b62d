#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "core/base/clock.h"
#include "core/http/server/connection.h"

namespace agm::http {

/// All open connections. It expires late ones and waits until all are closed.
///
/// Thread safety: any thread.
class Connections {
 public:
  /// Adds a connection; after CancelAll it closes it and returns null.
  Connection* Add(std::unique_ptr<Connection> connection);
  /// Closes a connection. The caller's thread must hold it.
  void Close(Connection* connection);
  std::size_t size() const;

  /// Ends the wait of all connections whose deadline has passed.
  void ExpireLate(TimePoint now);
  /// Ends the wait of all connections that wait for a further request to begin.
  void ExpireIdle();
  /// Ends the wait of all connections that wait for their first request to begin.
  void ExpireSilent();
  /// Ends the wait of the parked connection with the earliest deadline, if there is one.
  void ExpireNext();
  void CancelAll();
  /// False if some connections are still open at `until`.
  bool WaitUntilNone(TimePoint until);

 private:
  void ExpireWaitingFor(Connection::Waits waits);

  mutable std::mutex mutex_;
  std::condition_variable none_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> open_;
  bool cancelled_ = false;
};

}  // namespace agm::http
