#pragma once

#include <functional>
#include <memory>

#include "core/base/result.h"
#include "core/cluster/reply.h"
#include "core/config/server_address.h"

namespace agm::cluster {

/// A connection to the server that never blocks; the caller polls its descriptor.
///
///   auto connection = Connection::Start(address);
///   (*connection)->Append({"GET", "key"});
///   auto sent = (*connection)->Write();                        // when fd() is writable
///   auto read = (*connection)->Read([&](const Reply& reply) { Use(reply); });  // when fd() is readable
///
/// Replies come in the order of the commands. After a failure (kUpstreamUnavailable) the connection
/// is of no more use.
///
/// Thread safety: one thread at a time.
class Connection {
 public:
  /// False if this program was built without hiredis; then Start fails with kConfig.
  static bool Available();
  /// Begins to connect; looking up a host's name may block.
  static Result<std::unique_ptr<Connection>> Start(const config::ServerAddress& address);
  ~Connection();

  int fd() const;
  void Append(const Command& command);
  /// True while bytes wait to be sent.
  bool wants_output() const;
  /// Sends what the socket takes now.
  Result<void> Write();
  /// Reads what has arrived and passes on each complete reply.
  Result<void> Read(const std::function<void(Reply)>& each);

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace agm::cluster
