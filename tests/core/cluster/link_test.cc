#include "core/cluster/link.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include "core/config/server_address.h"
#include "tests/support/eventually.h"
#include "tests/support/redis_server.h"

namespace agm::cluster {
namespace {

using namespace std::chrono_literals;

using test::Eventually;

Place PlaceOf(const std::string& url, std::string node) {
  Place place;
  place.address = *config::ReadServerAddress(url);
  place.node = std::move(node);
  return place;
}

class Recorder : public Follower {
 public:
  Result<void> Join(const AskServer&) override {
    ++joined;
    return {};
  }
  void Hear(std::string_view change) override {
    std::lock_guard lock(mutex_);
    heard_.emplace_back(change);
  }
  std::vector<std::string> heard() {
    std::lock_guard lock(mutex_);
    return heard_;
  }
  std::atomic<int> joined = 0;

 private:
  std::mutex mutex_;
  std::vector<std::string> heard_;
};

class LinkTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!RedisServerInstalled()) GTEST_SKIP() << "no redis-server on this machine";
    server = std::make_unique<test::RedisServer>();
    link = std::make_unique<Link>(PlaceOf(server->url(), "a"), SystemClock());
    link->Follow("test", recorder);
    link->Start();
    ASSERT_TRUE(Eventually([&] { return link->connected(); })) << link->status().why;
  }
  static bool RedisServerInstalled() {
    return Connection::Available() && test::RedisServer::Installed();
  }
  std::string Get(const std::string& key) const {
    const auto replies = link->Ask({{"GET", key}}, 2s);
    return replies ? replies->front().text : replies.error().message;
  }

  std::unique_ptr<test::RedisServer> server;
  Recorder recorder;
  std::unique_ptr<Link> link;
};

TEST_F(LinkTest, AnswersSeveralCommandsInOneRoundTrip) {
  const auto replies = link->Ask({{"SET", "k", "v"}, {"GET", "k"}, {"GET", "none"}}, 2s);
  ASSERT_TRUE(replies) << replies.error().message;
  ASSERT_EQ(replies->size(), 3U);
  EXPECT_EQ((*replies)[1].text, "v");
  EXPECT_TRUE((*replies)[2].is(Reply::Kind::kNil));
}

TEST_F(LinkTest, PassesChangesToTheOtherNodes) {
  Link other(PlaceOf(server->url(), "b"), SystemClock());
  other.Start();
  ASSERT_TRUE(Eventually([&] { return other.connected(); }));
  other.Write("x", [&] {
    return Command{"PUBLISH", other.place().channel(), other.Announcement("test", "news\nof b")};
  });
  ASSERT_TRUE(Eventually([&] { return !recorder.heard().empty(); }));
  EXPECT_EQ(recorder.heard().front(), "news\nof b");
  EXPECT_LT(link->status().lag, 1s);
}

TEST_F(LinkTest, DoesNotHearItsOwnChanges) {
  link->Write("x", [&] {
    return Command{"PUBLISH", link->place().channel(), link->Announcement("test", "mine")};
  });
  EXPECT_TRUE(Eventually([&] { return link->status().waiting == 0; }));
  std::this_thread::sleep_for(50ms);
  EXPECT_TRUE(recorder.heard().empty());
}

TEST_F(LinkTest, WaitsForAPausedServerOnlyUntilTheDeadline) {
  server->Pause();
  const TimePoint before = SystemClock().Now();
  const auto replies = link->Ask({{"GET", "k"}});
  EXPECT_FALSE(replies);
  EXPECT_LT(SystemClock().Now() - before, 1s);
  EXPECT_TRUE(Eventually([&] { return link->status().state != LinkState::kConnected; }));
  EXPECT_EQ(link->Ask({{"GET", "k"}}).error().code, ErrorCode::kUpstreamUnavailable);
  server->Resume();
  EXPECT_TRUE(Eventually([&] { return link->connected(); }));
}

TEST_F(LinkTest, ReadsTheStateAgainAfterTheServerWasRestarted) {
  EXPECT_EQ(recorder.joined, 1);
  server->Kill();
  ASSERT_TRUE(Eventually([&] { return link->status().state == LinkState::kAlone; }));
  link->Write("kept", [] { return Command{"SET", "kept", "1"}; });
  server->Start();
  ASSERT_TRUE(Eventually([&] { return link->connected(); }));
  EXPECT_EQ(recorder.joined, 2);
  EXPECT_TRUE(Eventually([&] { return link->status().waiting == 0; }));
  EXPECT_EQ(Get("kept"), "1");
  EXPECT_EQ(link->status().connections, 2U);
}

TEST_F(LinkTest, KeepsWritesThatTheServerRefuses) {
  ASSERT_TRUE(link->Ask({{"CONFIG", "SET", "maxmemory", "1"}}, 2s));
  link->Write("kept", [] { return Command{"SET", "kept", "1"}; });
  EXPECT_TRUE(Eventually([&] { return link->status().state == LinkState::kHindered; }));
  EXPECT_NE(link->status().why.find("OOM"), std::string::npos) << link->status().why;
  Link other(PlaceOf(server->url(), "b"), SystemClock());
  other.Start();
  ASSERT_TRUE(Eventually([&] { return other.connected(); }));
  ASSERT_TRUE(other.Ask({{"CONFIG", "SET", "maxmemory", "0"}}, 2s));
  EXPECT_TRUE(Eventually([&] { return link->connected() && link->status().waiting == 0; }));
  EXPECT_EQ(Get("kept"), "1");
}

TEST_F(LinkTest, KnowsTheServersTime) {
  const auto time = link->Ask({{"TIME"}}, 2s);
  ASSERT_TRUE(time);
  const WallTime told{std::chrono::seconds(std::stoll(time->front().items[0].text))};
  EXPECT_LT(link->server_clock().Now() - told, 2s);
  EXPECT_GE(link->server_clock().Now() - told, 0s);
}

TEST(Link, StaysAloneWithoutAServer) {
  if (!Connection::Available()) GTEST_SKIP() << "built without hiredis";
  std::mutex mutex;
  std::vector<LinkState> states;
  Link link(PlaceOf("unix:///nowhere/at/all.sock", "a"), SystemClock(),
            [&](LinkState state, const std::string&) {
              std::lock_guard lock(mutex);
              states.push_back(state);
            });
  link.Start();
  EXPECT_TRUE(Eventually([&] {
    std::lock_guard lock(mutex);
    return !states.empty();
  }));
  std::this_thread::sleep_for(200ms);
  EXPECT_FALSE(link.Ask({{"GET", "k"}}));
  std::lock_guard lock(mutex);
  EXPECT_EQ(states, std::vector<LinkState>{LinkState::kAlone});
}

}  // namespace
}  // namespace agm::cluster
