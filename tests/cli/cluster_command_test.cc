#include "cli/cluster_command.h"

#include <algorithm>
#include <chrono>

#include "core/cluster/connection.h"
#include "core/cluster/nodes.h"
#include "tests/cli/command_fixture.h"
#include "tests/cli/fake_cluster_server.h"

namespace agm::cli {
namespace {

using cluster::Command;
using namespace std::chrono_literals;

constexpr std::int64_t kNow = test::FakeClock::kStart.time_since_epoch().count();

/// A server that is fit for a cluster, and what a test changes about it.
class ClusterCommandTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!cluster::Connection::Available()) GTEST_SKIP() << "built without hiredis";
    Use(server_.url());
  }

  void Use(const std::string& url) {
    t_.WriteConfig("[cluster]\nurl = \"" + url + "\"\nprefix = \"us:\"\n");
  }

  std::optional<std::string> Reply(const Command& command) {
    const std::string& name = command[0];
    if (name == closes_at_) return std::nullopt;
    if (const auto found = replies_.find(name); found != replies_.end()) return found->second;
    if (name == "INFO") return Text("# Server\r\n" + info_ + "used_memory:1234567\r\n");
    if (name == "PTTL") return Number(900);
    if (name == "TIME") {
      return List({Text(std::to_string(kNow / 1000)), Text(std::to_string(kNow % 1000 * 1000))});
    }
    if (name == "CONFIG") return List({Text("maxmemory-policy"), Text(policy_)});
    if (name == "PING" && !pings_.empty()) {
      t_.clock.Advance(pings_.front());
      if (pings_.size() > 1) pings_.erase(pings_.begin());
    }
    return "";
  }

  /// The check of this name in the document.
  Json Check(const std::string& name) {
    t_.Agm({"cluster", "check", "--json"});
    const Json document = t_.Document();
    for (const Json& check : document["checks"]) {
      if (check["name"] == name) return check;
    }
    return {};
  }

  CommandTest t_;
  std::string info_ = "redis_version:7.2.4\r\n";
  std::string policy_ = "noeviction";
  std::string closes_at_ = "nothing";
  std::map<std::string, std::string> replies_;
  std::vector<Duration> pings_;
  FakeClusterServer server_{[this](const Command& command) { return Reply(command); }};
};

cluster::Node NodeNamed(const std::string& name, Duration seen_ago) {
  cluster::Node node;
  node.name = name;
  node.version = "1.2.3";
  node.started = kNow - 90'500;
  node.seen = kNow - seen_ago.count();
  node.round_trip_us = 1'250;
  node.lag_ms = 7;
  node.connections = 3;
  node.commands = 11;
  node.changes = 41;
  node.missed = 42;
  node.waiting = 43;
  return node;
}

std::string Nodes(const std::vector<cluster::Node>& nodes) {
  std::vector<std::string> entries;
  for (const cluster::Node& node : nodes) {
    entries.push_back(Text(node.name + "-1"));
    entries.push_back(Text(WriteNode(node)));
  }
  return List(entries);
}

TEST_F(ClusterCommandTest, StatusTellsTheServerAndItsNodes) {
  info_ = "valkey_version:8.0.1\r\nredis_version:7.2.4\r\n";
  replies_["HGETALL"] = Nodes({NodeNamed("b", 6'900ms), NodeNamed("a", 1s)});
  replies_["HLEN"] = Number(4);
  replies_["SCAN"] = List({Text("0"), List({Text("us:1"), Text("us:2"), Text("us:3")})});
  EXPECT_EQ(t_.Agm({"cluster", "status", "--json"}), 0) << t_.io.err;
  const Json json = t_.Document();
  EXPECT_EQ(json["server"], "unix:" + server_.path());
  EXPECT_EQ(json["version"], "Valkey 8.0.1");
  EXPECT_EQ(json["memory_bytes"], 1'234'567);
  EXPECT_EQ(json["keys"], 3);
  EXPECT_EQ(json["cooldowns"], 4);
  ASSERT_EQ(json["nodes"].size(), 2U);
  EXPECT_EQ(json["nodes"][0]["node"], "a");
  EXPECT_EQ(json["nodes"][0]["state"], "connected");
  EXPECT_EQ(json["nodes"][0]["up_seconds"], 90);
  EXPECT_EQ(json["nodes"][1]["state"], "silent");
  EXPECT_EQ(server_.Asked("HGETALL"), (std::vector<Command>{{"HGETALL", "us:{nodes}:list"}}));
  EXPECT_EQ(server_.Asked("HLEN"), (std::vector<Command>{{"HLEN", "us:{pool}:cooldowns"}}));
  EXPECT_EQ(t_.Agm({"cluster", "status"}), 0) << t_.io.err;
  EXPECT_EQ(t_.io.out, "server:    unix:" + server_.path() +
                           " (Valkey 8.0.1), 1.2 MB of memory\n"
                           "keys:      3, cooldowns: 4\n\n"
                           "NODE  STATE          VERSION  UP     ROUND TRIP  LAG   CHANGES  "
                           "MISSED  WAITING\n"
                           "a     connected      1.2.3    1m30s  1.25 ms     7 ms  41       42   "
                           "   43\n"
                           "b     silent for 6s  1.2.3    1m30s  1.25 ms     7 ms  41       42   "
                           "   43\n");
}

TEST_F(ClusterCommandTest, StatusWithoutNodesSaysSo) {
  EXPECT_EQ(t_.Agm({"cluster", "status"}), 0) << t_.io.err;
  EXPECT_TRUE(Has(t_.io.out, " (Redis 7.2.4), 1.2 MB of memory\n")) << t_.io.out;
  EXPECT_TRUE(t_.io.out.ends_with("keys:      0, cooldowns: 0\n\nno node is connected\n"))
      << t_.io.out;
}

TEST(ClusterCommand, StatusCountsTheKeysInPieces) {
  if (!cluster::Connection::Available()) GTEST_SKIP() << "built without hiredis";
  int scans = 0;
  FakeClusterServer server([&](const Command& command) -> std::optional<std::string> {
    if (command[0] != "SCAN") return "";
    if (++scans > 5) return std::nullopt;
    if (command[1] == "0") return List({Text("17"), List({Text("agm:1"), Text("agm:2")})});
    return List({Text(command[1] == "17" ? "5" : "0"), List({Text("agm:3")})});
  });
  CommandTest t;
  t.WriteConfig("[cluster]\nurl = \"" + server.url() + "\"\n");
  EXPECT_EQ(t.Agm({"cluster", "status", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["keys"], 4);
  ASSERT_EQ(server.Asked("SCAN").size(), 3U);
  EXPECT_EQ(server.Asked("SCAN")[1], (Command{"SCAN", "17", "MATCH", "agm:*", "COUNT", "1000"}));
}

TEST_F(ClusterCommandTest, StatusFailsWhereTheServerHangsUp) {
  for (const char* at : {"HLEN", "SCAN"}) {
    closes_at_ = at;
    EXPECT_EQ(t_.Agm({"cluster", "status"}), 3) << at;
    EXPECT_TRUE(Has(t_.io.err, "the cluster's server: ")) << t_.io.err;
    EXPECT_EQ(t_.io.out, "");
  }
}

TEST_F(ClusterCommandTest, CheckFindsNoFaultInAFitServer) {
  pings_ = {3ms, 1ms};
  t_.clock.ShiftWall(Duration(1'500));
  EXPECT_EQ(t_.Agm({"cluster", "check"}), 0) << t_.io.err << t_.io.out;
  EXPECT_EQ(t_.io.out,
            "CHECK       RESULT  DETAIL\n"
            "connection  ok      unix:" +
                server_.path() +
                "\n"
                "version     ok      Redis 7.2.4 (Valkey 7.2 or Redis 6.2)\n"
                "scripts     ok      as expected\n"
                "writes      ok      as expected\n"
                "expiry      ok      as expected\n"
                "messages    ok      as expected\n"
                "eviction    ok      maxmemory-policy is noeviction\n"
                "clock       ok      this machine's differs by 1500 ms; agm uses the server's\n"
                "round trip  ok      1.00 ms, at most 3.00 ms (requests wait at most 20 ms)\n");
  EXPECT_EQ(server_.Asked("PING").size(), 20U);
  EXPECT_EQ(t_.Agm({"cluster", "check", "--json"}), 0) << t_.io.err;
  const Json json = t_.Document();
  EXPECT_EQ(json["ok"], true);
  ASSERT_EQ(json["checks"].size(), 9U);
  EXPECT_EQ(json["checks"][2],
            Json({{"name", "scripts"}, {"ok", true}, {"detail", "as expected"}}));
}

TEST_F(ClusterCommandTest, CheckTellsWhatTheServerRefuses) {
  replies_["EVAL"] = Refusal("NOPERM no scripts");
  replies_["SET"] = Refusal("READONLY a replica");
  replies_["PTTL"] = Number(0);
  replies_["PUBLISH"] = Refusal("NOPERM no channels");
  EXPECT_EQ(t_.Agm({"cluster", "check"}), 1);
  EXPECT_TRUE(Has(t_.io.out, "scripts     failed  NOPERM no scripts\n")) << t_.io.out;
  EXPECT_TRUE(Has(t_.io.out, "writes      failed  READONLY a replica\n")) << t_.io.out;
  EXPECT_TRUE(Has(t_.io.out, "expiry      failed  as expected\n")) << t_.io.out;
  EXPECT_TRUE(Has(t_.io.out, "messages    failed  NOPERM no channels\n")) << t_.io.out;
  EXPECT_TRUE(Has(t_.io.err, "4 of 9 checks failed")) << t_.io.err;
  EXPECT_EQ(t_.Agm({"cluster", "check", "--json"}), 1);
  EXPECT_EQ(t_.Document()["ok"], false);
}

TEST_F(ClusterCommandTest, CheckKnowsTheOldestVersionThatWorks) {
  const std::pair<const char*, bool> versions[] = {
      {"redis_version:6.2.0\r\n", true},
      {"redis_version:6.2\r\n", true},
      {"redis_version:6.0.20\r\n", false},
      {"redis_version:6.1.9\r\n", false},
      {"redis_version:5.9.9\r\n", false},
      {"redis_version:7.0.1\r\n", true},
      {"redis_version:7\r\n", true},
      {"valkey_version:8.0.1\r\nredis_version:5.0.0\r\n", true},
      {"", false}};
  for (const auto& [info, good] : versions) {
    info_ = info;
    EXPECT_EQ(Check("version")["ok"], good) << info;
  }
}

TEST_F(ClusterCommandTest, CheckWantsAServerThatEvictsNoBudgets) {
  EXPECT_EQ(Check("eviction")["ok"], true);
  policy_ = "volatile-lru";
  EXPECT_EQ(Check("eviction")["ok"], true);
  EXPECT_EQ(Check("eviction")["detail"],
            "maxmemory-policy is volatile-lru; noeviction keeps budgets exact");
  policy_ = "allkeys-lru";
  EXPECT_EQ(Check("eviction")["ok"], false);
  replies_["CONFIG"] = Refusal("ERR unknown command");
  EXPECT_EQ(Check("eviction")["ok"], true);
  EXPECT_EQ(Check("eviction")["detail"], "not known: the server does not tell");
}

TEST_F(ClusterCommandTest, CheckWantsAllRoundTripsToBeShort) {
  pings_ = {25ms, 1ms};
  Json check = Check("round trip");
  EXPECT_EQ(check["ok"], false);
  EXPECT_EQ(check["detail"], "1.00 ms, at most 25.00 ms (requests wait at most 20 ms)");
  pings_ = {20ms, 1ms};
  EXPECT_EQ(Check("round trip")["ok"], false);
  pings_ = {19ms, 1ms};
  EXPECT_EQ(Check("round trip")["ok"], true);
}

TEST_F(ClusterCommandTest, CheckFailsWhereTheServerHangsUp) {
  for (const char* at : {"TIME", "PING"}) {
    closes_at_ = at;
    EXPECT_EQ(t_.Agm({"cluster", "check"}), 3) << at;
    EXPECT_TRUE(Has(t_.io.err, "the cluster's server: ")) << t_.io.err;
    EXPECT_EQ(t_.io.out, "");
  }
}

TEST_F(ClusterCommandTest, AsksWhetherAServerRunsThatCannotBeReached) {
  Use(server_.url() + "-not-there");
  for (const char* command : {"status", "check"}) {
    EXPECT_EQ(t_.Agm({"cluster", command}), 3);
    EXPECT_TRUE(Has(t_.io.err, " (unix:" + server_.path() + "-not-there); is it running?"))
        << t_.io.err;
  }
}

TEST(ClusterCommand, NeedsAServerInTheConfiguration) {
  CommandTest t;
  for (const char* command : {"status", "check"}) {
    EXPECT_EQ(t.Agm({"cluster", command}), 2);
    EXPECT_TRUE(Has(t.io.err, "this machine works alone: set url in [cluster]")) << t.io.err;
  }
  t.WriteConfig("[proxy]\nport = -1\n");
  EXPECT_EQ(t.Agm({"cluster", "status"}), 2);
  EXPECT_TRUE(Has(t.io.err, "proxy.port")) << t.io.err;
}

}  // namespace
}  // namespace agm::cli
