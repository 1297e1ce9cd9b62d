#include "core/http/server/connections.h"

#include <utility>

namespace agm::http {

Connection* Connections::Add(std::unique_ptr<Connection> connection) {
  std::lock_guard lock(mutex_);
  if (cancelled_) return nullptr;
  Connection* added = connection.get();
  open_.emplace(added, std::move(connection));
  return added;
}

void Connections::Close(Connection* connection) {
  std::lock_guard lock(mutex_);
  open_.erase(connection);  // under the lock, so that no thread hangs up a reused descriptor
  if (open_.empty()) none_.notify_all();
}

std::size_t Connections::size() const {
  std::lock_guard lock(mutex_);
  return open_.size();
}

void Connections::ExpireLate(TimePoint now) {
  std::lock_guard lock(mutex_);
  for (const auto& [connection, owner] : open_) connection->Expire(now);
}

void Connections::ExpireWaitingFor(Connection::Waits waits) {
  std::lock_guard lock(mutex_);
  for (const auto& [connection, owner] : open_) connection->Expire(TimePoint::max(), waits);
}

void Connections::ExpireIdle() { ExpireWaitingFor(Connection::Waits::kRequest); }

void Connections::ExpireSilent() { ExpireWaitingFor(Connection::Waits::kFirstRequest); }

void Connections::ExpireNext() {
  std::lock_guard lock(mutex_);
  Connection* next = nullptr;
  for (const auto& [connection, owner] : open_) {
    if (next == nullptr || connection->deadline() < next->deadline()) next = connection;
  }
  if (next != nullptr) next->Expire(TimePoint::max());
}

void Connections::CancelAll() {
  std::lock_guard lock(mutex_);
  cancelled_ = true;
  for (const auto& [connection, owner] : open_) connection->Cancel();
}

bool Connections::WaitUntilNone(TimePoint until) {
  std::unique_lock lock(mutex_);
  return none_.wait_until(lock, until, [&] { return open_.empty(); });
}

}  // namespace agm::http
