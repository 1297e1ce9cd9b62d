#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/cluster/connection.h"
#include "core/cluster/reply.h"
#include "core/config/server_address.h"

namespace agm::cluster {

/// The server's address, and this node's place there.
struct Place {
  config::ServerAddress address;
  std::string prefix = "agm:";  ///< of every key
  std::string node;             ///< this machine's name
  std::string channel() const { return prefix + "changes"; }
};

/// Two connections to the server that live and end together: one for commands, one that receives
/// the messages of the channel.
///
/// Thread safety: one thread at a time.
class Session {
 public:
  using Done = std::function<void(Reply)>;
  using HearMessage = std::function<void(const std::string&)>;

  /// Connects, authenticates and subscribes, within `patience`.
  static Result<std::unique_ptr<Session>> Open(const Place& place, Clock& clock, Duration patience);

  /// Queues a command; Pump sends it and calls `done` with the reply.
  void Send(const Command& command, Done done);
  /// Sends the commands at once and waits for all replies. A refusal of the server is a reply too.
  Result<std::vector<Reply>> Ask(const std::vector<Command>& commands, Duration patience);
  /// Sends what is queued, waits until something arrives or `wake_fd` (-1: none) becomes readable,
  /// at most `wait`, and passes on all that has arrived. Messages that arrive during Ask are passed
  /// on by the next Pump.
  Result<void> Pump(Duration wait, int wake_fd, const HearMessage& hear);

  /// How long the oldest command has been without a reply; 0 if none is.
  Duration Waited() const;
  bool idle() const { return under_way_.empty(); }
  /// When the last message or reply to a ping arrived on the channel's connection.
  TimePoint heard() const { return heard_; }
  void PingChannel() { messages_->Append({"PING"}); }

 private:
  struct UnderWay {
    TimePoint since;
    Done done;
  };

  explicit Session(Clock& clock) : clock_(clock) {}
  Result<void> Greet(const Place& place, Duration patience);
  Result<void> Subscribe(const Place& place, TimePoint deadline);
  Result<void> Poll(Duration wait, int wake_fd);
  Result<void> ReadMessages();

  Clock& clock_;
  std::unique_ptr<Connection> commands_;
  std::unique_ptr<Connection> messages_;
  std::deque<UnderWay> under_way_;
  std::vector<std::string> unheard_;
  std::vector<Reply> greetings_;  ///< replies on the channel's connection before the first message
  TimePoint heard_{};
};

}  // namespace agm::cluster
