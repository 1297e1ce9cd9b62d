#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/cluster/reply.h"

namespace agm::cluster {

/// The writes that the server has not confirmed yet, in the order of their first appearance. A
/// write stays until the server has confirmed it, so one that was under way when the connection
/// broke is sent again: each write must have the same effect when it is done twice.
///
///   outbox.Put("cooldown/work", [=] { return Command{"SET", key, value}; });
///   for (auto& [id, command, heard] : outbox.TakeUnsent()) Send(id, command);
///   outbox.Confirm(done);          // the server has answered
///   outbox.Lost();               // the connection broke: all that is left is unsent again
///
/// Of two unsent writes with the same key only the later one is kept. When there are too many, the
/// oldest is dropped and counted.
///
/// Thread safety: one thread at a time.
class Outbox {
 public:
  /// Makes the command when it is sent, so that it can hold the server's time then. An empty
  /// command means that there is no more need for it.
  using Make = std::function<Command()>;
  /// Hears the server's answer, also a refusal.
  using Heard = std::function<void(const Reply& answer)>;
  struct Ready {
    std::uint64_t id;
    Command command;
    Heard heard;
  };

  explicit Outbox(std::size_t most = 50'000) : most_(most) {}

  void Put(const std::string& key, Make make, Heard heard = {});
  std::vector<Ready> TakeUnsent();
  void Confirm(std::uint64_t id);
  /// The server refused the write: it waits for RetryRefused.
  void Refuse(std::uint64_t id);
  void RetryRefused();
  void Lost();

  bool has_unsent() const { return unsent_ > 0; }
  std::size_t size() const { return writes_.size(); }
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Pending {
    std::uint64_t id;
    std::string key;
    Make make;
    Heard heard;
    bool sent = false;
    bool refused = false;
  };
  using Writes = std::list<Pending>;
  void Return(bool refused_only);
  void Forget(Writes::iterator write);

  std::size_t most_;
  Writes writes_;
  std::unordered_map<std::string, Writes::iterator> unsent_by_key_;
  std::unordered_map<std::uint64_t, Writes::iterator> by_id_;
  std::size_t unsent_ = 0;
  std::uint64_t next_id_ = 1;
  std::uint64_t dropped_ = 0;
};

}  // namespace agm::cluster
