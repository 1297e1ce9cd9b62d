#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/cluster/link.h"
#include "tests/core/cluster/resp_server.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_clock.h"

namespace agm::cluster {

using namespace std::chrono_literals;

/// Notes what the link tells a part of the state.
class NotingFollower : public Follower {
 public:
  Result<void> Join(const AskServer& ask) override {
    const std::lock_guard lock(mutex_);
    ++joined_;
    if (!refuses_with.empty()) return Fail(ErrorCode::kUpstreamUnavailable, "{}", refuses_with);
    if (question.empty()) return {};
    auto replies = ask({question});
    if (!replies) return replies.error();
    answer_ = replies->front().text;
    return {};
  }
  void Hear(std::string_view change) override {
    const std::lock_guard lock(mutex_);
    heard_.emplace_back(change);
  }
  void Renew() override {
    ++renewed;
    if (on_renew) on_renew();
  }
  int joined() const {
    const std::lock_guard lock(mutex_);
    return joined_;
  }
  std::string answer() const {
    const std::lock_guard lock(mutex_);
    return answer_;
  }
  std::vector<std::string> heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

  // Set these before the link starts.
  std::string refuses_with;
  Command question;
  std::function<void()> on_renew;
  std::atomic<int> renewed = 0;

 private:
  mutable std::mutex mutex_;
  int joined_ = 0;
  std::string answer_;
  std::vector<std::string> heard_;
};

/// A link on a clock that stands still, to a server that answers as the test says.
class ScriptedLinkTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Connection::Available()) GTEST_SKIP() << "built without hiredis";
  }
  void TearDown() override {
    silent_on = -1;
    if (server) server->HangUp();  // a link waits for the answers to all that it has sent
    if (link) link->Stop();
    server.reset();
  }
  void Make(Patience patience = {5s, 10s, 1h}) {
    server = std::make_unique<RespServer>(
        [this](const Command& command, int connection) { return AnswerTo(command, connection); });
    Place place;
    place.address = *config::ReadServerAddress(
        "redis://u:secret@127.0.0.1:" + std::to_string(server->port()) + "/2");
    place.node = "a";
    link = std::make_unique<Link>(
        std::move(place), clock,
        [this](LinkState state, const std::string& why) {
          const std::lock_guard lock(mutex);
          turns.push_back(std::string(NameOf(state)) + ":" + why);
        },
        patience);
    link->Follow("test", follower);
  }
  void Connect(Patience patience = {5s, 10s, 1h}) {
    Make(patience);
    link->Start();
    link->AwaitConnected(5s);
    ASSERT_TRUE(link->connected()) << link->status().why;
    ASSERT_TRUE(Hears("PEXPIRE", 1));
  }
  std::string AnswerTo(const Command& command, int connection) {
    if (silent_on == connection || silent_on == kBoth) return "";
    {
      const std::lock_guard lock(mutex);
      if (const auto said = says.find(command[0]); said != says.end()) return said->second;
    }
    if (command[0] == "TIME") {
      clock.Advance(time_takes);
      const auto now = clock.Wall().time_since_epoch() + Duration(server_ahead.load());
      return ListOf({Bulk(std::to_string(now.count() / 1000)),
                     Bulk(std::to_string(now.count() % 1000 * 1000))});
    }
    if (command[0] == "SUBSCRIBE") return ListOf({Bulk("subscribe"), Bulk(command[1]), ":1\r\n"});
    if (command[0] == "PING") return ListOf({Bulk("pong"), Bulk("")});
    if (command[0] == "GET") return Bulk("value of " + command[1]);
    return "+OK\r\n";
  }
  void Says(const std::string& command, const std::string& answer) {
    const std::lock_guard lock(mutex);
    says[command] = answer;
  }
  void SaysNoMore(const std::string& command) {
    const std::lock_guard lock(mutex);
    says.erase(command);
  }
  std::vector<std::string> Turns() const {
    const std::lock_guard lock(mutex);
    return turns;
  }
  bool Hears(std::string_view command, std::size_t count) const {
    return test::Eventually([&] { return server->Count(command) == count; });
  }
  /// Waits until the link's thread has looked at its clock twice.
  void Settle() {
    for (int i = 0; i < 3; ++i) {
      const std::string key = "settle" + std::to_string(settled_++);
      link->Write(key, [key] { return Command{"ECHO", key}; });
      ASSERT_TRUE(test::Eventually([&] {
        const auto all = server->All("ECHO");
        return !all.empty() && all.back().back() == key;
      }));
    }
  }
  void Write(const std::string& key) const {
    link->Write(key, [key] { return Command{"SET", key, "1"}; });
  }
  /// Another node's change.
  std::string From(const std::string& instance, WallTime sent, const std::string& change,
                   const std::string& topic = "test") const {
    return MessageOn("agm:changes", topic + "\n" + instance + "\n" +
                                        std::to_string(sent.time_since_epoch().count()) + "\n" +
                                        change);
  }

  static constexpr int kBoth = 99;
  test::FakeClock clock;
  std::atomic<int> silent_on = -1;  ///< this connection
  std::atomic<std::int64_t> server_ahead = 0;
  Duration time_takes{0};
  mutable std::mutex mutex;
  std::map<std::string, std::string> says;  ///< by command
  std::vector<std::string> turns;
  NotingFollower follower;
  std::unique_ptr<RespServer> server;
  std::unique_ptr<Link> link;

 private:
  int settled_ = 0;
};

}  // namespace agm::cluster
