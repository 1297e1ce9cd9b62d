#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "core/base/guarded.h"
#include "core/http/server/byte_budget.h"
#include "core/http/server/capacity.h"
#include "core/http/server/connections.h"
#include "core/http/server/exchange.h"
#include "core/http/server/live_limits.h"
#include "core/http/server/parking.h"
#include "core/http/server/server.h"
#include "core/http/server/streams.h"
#include "core/http/server/thread_pool.h"
#include "core/http/server/tls_identity.h"

namespace agm::http {

/// The life of every connection: it is parked; a ThreadPool thread reads what arrived, and answers
/// a complete request; then it is parked again, until it is late, broken, or the server stops. A
/// connection holds a thread only while its response is produced: idle connections, slow senders,
/// slow receivers, and streams that wait for their next piece hold none.
///
///   Traffic traffic(limits, urgent, answer);
///   traffic.Start();
///   traffic.Take(std::move(accepted));  // for each accepted socket
///   traffic.KeepNoneAlive();   // each response closes its connection
///   traffic.Drain();           // accepts no new requests
///   traffic.End();             // waits until all connections are closed
///
/// Thread safety: any thread; Start and End from one.
class Traffic {
 public:
  /// Sends the response to exchange.request, or to exchange.fault; true if all of it was sent, or
  /// the connection's stream holds the rest.
  using Answer = std::function<bool(Exchange&)>;

  Traffic(const LiveLimits& limits, Server::Urgent urgent, Answer answer);
  ~Traffic();

  /// Call these before Start.
  void CheckHeadsWith(Server::HeadCheck check) { check_head_ = std::move(check); }
  void StreamBodiesIf(StreamsBody streams) { streams_body_ = std::move(streams); }
  void CountDescriptorsWith(Server::CountDescriptors count) {
    capacity_.CountDescriptorsWith(std::move(count));
  }
  /// False if the system refuses a thread.
  bool Start();
  /// The identity for future connections; null: plain HTTP.
  void UseTls(std::shared_ptr<const TlsIdentity> identity) { identity_.Set(std::move(identity)); }
  void Take(UniqueFd accepted);
  /// From now on each connection is closed after its next response.
  void KeepNoneAlive() { ending_ = true; }
  bool ending() const { return ending_; }
  /// Closes idle connections from now on, and the others after their current response.
  void Drain();
  /// Cancels all running work: every client looks disconnected.
  void Cancel() { connections_.CancelAll(); }
  /// Waits until the last connection is closed, then ends the threads.
  void End();
  int in_flight() const { return capacity_.in_flight(); }
  std::size_t connections() const { return connections_.size(); }

 private:
  bool Attend();
  void Look(Connection& connection);
  bool Receive(Connection& connection);
  bool Admit(Connection& connection);
  void ServeAll(Connection& connection);
  bool Serve(Connection& connection);
  bool Stream(Connection& connection);
  void StreamLeft(Connection& connection, StreamTask::Needs needs);
  void EndStream(Connection& connection);
  bool Finish(Connection& connection, bool sent);
  bool Continue(Connection& connection);
  void Refuse(Connection& connection, Fault fault);
  void GiveUpWaiting(Connection& connection);
  void ParkIdle(Connection& connection);
  void ParkForMore(Connection& connection);
  void ParkToTake(Connection& connection);
  void Park(Connection& connection, Connection::Waits waits, TimePoint until);
  void Farewell(Connection& connection);
  void Close(Connection& connection) { connections_.Close(&connection); }
  void KeepTime();

  const LiveLimits& limits_;
  const Answer answer_;
  Server::HeadCheck check_head_;
  StreamsBody streams_body_;
  std::atomic<bool> ending_{false};
  std::atomic<bool> draining_{false};
  Guarded<std::shared_ptr<const TlsIdentity>> identity_;

  Parking parking_;
  Budgets budgets_;
  Connections connections_;
  ThreadPool threads_;
  Capacity capacity_;
  StreamCarriers streams_;

  std::mutex mutex_;  ///< guards the keeper's two members below
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread keeper_;
};

}  // namespace agm::http
