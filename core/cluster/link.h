#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/os/wake_event.h"
#include "core/base/result.h"
#include "core/cluster/outbox.h"
#include "core/cluster/reply.h"
#include "core/cluster/server_clock.h"
#include "core/cluster/session.h"

namespace agm::cluster {

/// A part of the shared state: it reads all of it when the link is made, and then the changes.
class Follower {
 public:
  virtual ~Follower() = default;
  /// Sends the commands in one pipeline and waits for the replies.
  using AskServer = std::function<Result<std::vector<Reply>>(const std::vector<Command>&)>;
  /// Reads the whole state and adds what the server lacks. The subscription began before, so no
  /// change is missed. A failure ends this connection; the link makes another.
  virtual Result<void> Join(const AskServer& ask) = 0;
  /// A change that another node announced.
  virtual void Hear(std::string_view change) = 0;
  /// Called every two seconds while the link has a connection, and before it ends.
  virtual void Renew() {}
};

enum class LinkState {
  kAlone,      ///< no connection
  kHindered,   ///< connected, but the server is silent or refuses writes: no request waits for it
  kConnected,  ///< connected, and the server answers
};
std::string_view NameOf(LinkState state);

/// How long requests wait for a server that does not answer.
struct Patience {
  Duration answer{20};   ///< for the answer to a request's question
  Duration silence{60};  ///< after so much of it no request waits any more
  Duration loss{1'000};  ///< after so much of it the connections are given up
};

/// Figures of the link for metrics and reports.
struct LinkStatus {
  LinkState state = LinkState::kAlone;
  std::string server;  ///< the address without user and password
  std::string why;     ///< the last reason for not being connected
  std::string node;
  std::chrono::microseconds round_trip{0};  ///< of the last heartbeat
  Duration lag{0};                          ///< from sending to hearing, of the last change heard
  std::uint64_t connections = 0;  ///< since the start; all but the first are reconnections
  std::uint64_t commands = 0;     ///< sent for requests and writes
  std::uint64_t changes = 0;      ///< heard from other nodes
  std::uint64_t missed = 0;       ///< questions that had no answer in time
  std::uint64_t dropped = 0;      ///< writes given up because too many waited
  std::size_t waiting = 0;        ///< writes that the server has not confirmed
};

/// This node's link to the server that the machines of a cluster share. A thread of its own owns
/// the connections, makes new ones when they break, and calls the followers.
///
///   Link link(place, clock, turned);
///   link.Follow("cooldown", cooldowns);
///   link.Start();
///   auto replies = link.Ask({{"GET", "agm:x"}});            // at most 20 ms
///   link.Write("x", [] { return Command{"SET", "agm:x", "1"}; });  // returns at once
///
/// Ask fails at once (kUpstreamUnavailable) unless the link is connected, and with
/// kTimeout when the answer is not there in time: the caller then goes on with its own state.
/// A write is kept until the server has confirmed it (see Outbox).
///
/// Thread safety: any thread; Follow before Start.
class Link {
 public:
  /// Hears each change of the state, on the link's thread.
  using Turned = std::function<void(LinkState state, const std::string& why)>;

  Link(Place place, Clock& clock, Turned turned = {}, Patience patience = {});
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void Follow(std::string topic, Follower& follower);
  void Start();
  /// Waits until the link is connected, at most `patience`.
  void AwaitConnected(Duration patience);
  /// Ends the thread; no follower is called after this.
  void Stop();

  Result<std::vector<Reply>> Ask(std::vector<Command> commands) {
    return Ask(std::move(commands), patience_.answer);
  }
  Result<std::vector<Reply>> Ask(std::vector<Command> commands, Duration patience);
  /// `heard` is called on the link's thread.
  void Write(const std::string& key, Outbox::Make make, Outbox::Heard heard = {});

  const ServerClock& server_clock() const { return server_clock_; }
  /// A change's text for PUBLISH, which the followers of the topic on the other nodes hear.
  std::string Announcement(std::string_view topic, std::string_view change) const;
  /// A key on the server.
  std::string Key(std::string_view rest) const { return place_.prefix + std::string(rest); }
  const Place& place() const { return place_; }
  /// A random name of this process.
  const std::string& instance() const { return instance_; }

  LinkStatus status() const;
  bool connected() const;

 private:
  struct Question;

  void Run();
  Result<void> Meet(Session& session);
  Error Converse(Session& session);
  void SendQueued(Session& session);
  void Beat(Session& session);
  void Introduce(Session& session);
  void Leave(Session& session);
  void NoteTime(const Reply& reply, TimePoint sent);
  void NoteWritten(std::uint64_t id, const Reply& reply);
  void Judge(const Session& session);
  void Hear(const std::string& message);
  void Turn(LinkState state, const std::string& why);
  void Lose(const std::string& why);
  bool WaitToRetry(Duration pause);

  const Place place_;
  Clock& clock_;
  const Turned turned_;
  const Patience patience_;
  const std::string instance_;
  std::map<std::string, Follower*, std::less<>> followers_;
  os::WakeEvent wake_;
  ServerClock server_clock_;

  mutable std::mutex mutex_;
  std::condition_variable turned_or_stopped_;
  bool stopping_ = false;
  LinkStatus status_;
  std::vector<std::shared_ptr<Question>> asked_;
  Outbox outbox_;
  bool reported_ = false;  ///< `turned_` has heard of a state
  std::string refusal_;    ///< the server's words, while it refuses writes

  TimePoint next_beat_{};  ///< used by the thread only
  TimePoint pinged_{};
  TimePoint retried_{};
  TimePoint introduced_{};
  WallTime started_{};  ///< on the server's clock; unknown: 0
  std::thread thread_;
};

}  // namespace agm::cluster
