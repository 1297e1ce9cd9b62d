// A gateway that is a node of a cluster, and what it tells of that.

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/cluster/connection.h"
#include "core/cluster/nodes.h"
#include "core/config/server_address.h"
#include "core/gateway/shared_state.h"
#include "core/gateway/shared_totals.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/redis_server.h"

namespace agm::gateway {
namespace {

using namespace std::chrono_literals;

class ClusterNodeTest : public GatewayTest {
 protected:
  void SetUp() override {
    if (!cluster::Connection::Available() || !test::RedisServer::Installed()) {
      GTEST_SKIP() << "no redis-server on this machine";
    }
    GatewayTest::SetUp();
    server_ = std::make_unique<test::RedisServer>();
    config_.cluster.url = Secret(server_->url());
    config_.cluster.prefix = "mine:";
    config_.cluster.node = "node-1";
    Add("work", "AIza-work");
  }

  std::string Shown() const { return config::ReadServerAddress(server_->url())->Shown(); }
  Json Ready() { return Ask("GET", "/readyz").json(); }
  Json Cluster() { return Ask("GET", "/agm/status").json()["cluster"]; }
  bool Connects() {
    return test::Eventually([&] { return Ready()["degraded"] == false; });
  }
  bool IsAlone() {
    return test::Eventually([&] { return Ready()["cluster"]["state"] == "alone"; });
  }

  /// Another link to the server, for a look at what the gateway left there.
  std::unique_ptr<cluster::Link> Look() const {
    cluster::Place place;
    place.address = *config::ReadServerAddress(server_->url());
    place.prefix = "mine:";
    auto link = std::make_unique<cluster::Link>(place, SystemClock(), cluster::Link::Turned(),
                                                cluster::Patience{5s, 10s});
    link->Start();
    EXPECT_TRUE(test::Eventually([&] { return link->connected(); }));
    return link;
  }

  std::unique_ptr<test::RedisServer> server_;
};

TEST_F(ClusterNodeTest, ItsHealthAndItsPageNameTheServerAndAllNodes) {
  Start();
  ASSERT_TRUE(Connects()) << Ready().dump();
  const Json ready = Ready();
  EXPECT_EQ(ready["status"], "ready");
  EXPECT_EQ(ready["cluster"]["node"], "node-1");
  EXPECT_EQ(ready["cluster"]["server"], Shown());
  EXPECT_EQ(ready["cluster"]["state"], "connected");
  EXPECT_TRUE(ready["cluster"]["waiting_writes"].is_number()) << ready.dump();
  EXPECT_FALSE(ready["cluster"].contains("why"));
  EXPECT_TRUE(test::Eventually([&] { return Cluster()["nodes"].size() == 1; }));
  const Json cluster = Cluster();
  EXPECT_EQ(cluster["node"], "node-1");
  EXPECT_EQ(cluster["server"], Shown());
  const std::string metrics = Ask("GET", "/metrics").body;
  EXPECT_NE(metrics.find("\nagm_cluster_connected "), std::string::npos);
}

TEST_F(ClusterNodeTest, ItsKeysOnTheServerHaveThePrefixOfTheConfiguration) {
  Start();
  ASSERT_TRUE(Connects());
  const auto look = Look();
  const auto named = [&] {
    const auto reply = look->Ask({{"HGETALL", look->Key(cluster::kNodesKey)}}, 5s);
    if (!reply) return std::string();
    for (const auto& node : cluster::NodesOf(reply->front(), look->server_clock().Now())) {
      if (node.name == "node-1") return node.name;
    }
    return std::string();
  };
  EXPECT_TRUE(test::Eventually([&] { return named() == "node-1"; }));
}

TEST_F(ClusterNodeTest, ServesOnWithoutTheServerAndSaysSo) {
  Start();
  ASSERT_TRUE(Connects());
  server_->Kill();
  ASSERT_TRUE(IsAlone()) << Ready().dump();
  const Json ready = Ready();
  EXPECT_EQ(ready["degraded"], true);
  EXPECT_EQ(ready["status"], "ready");
  EXPECT_NE(ready["cluster"]["why"].get<std::string>(), "");
  const Json cluster = Cluster();
  EXPECT_EQ(cluster["state"], "alone");
  EXPECT_EQ(cluster["nodes"].size(), 0U);
  EXPECT_EQ(Chat("hello").status, 200);
  server_->Start();
  EXPECT_TRUE(Connects());
}

TEST_F(ClusterNodeTest, LogsThatTheServerIsFoundAndLost) {
  testing::internal::CaptureStderr();
  log_ = *Log::Open({});
  Start();
  const bool connected = Connects();
  server_->Kill();
  const bool alone = IsAlone();
  TearDown();
  log_.reset();
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(connected && alone);
  const std::string server = "server=" + Shown();
  const auto line = [&](const std::string& message) {
    const std::size_t at = text.find(message);
    return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
  };
  const std::string found = line("the cluster's state is shared with the other nodes");
  EXPECT_NE(found.find(server), std::string::npos) << text;
  EXPECT_EQ(found.find("why="), std::string::npos) << text;
  const std::string lost = line("the cluster's server is lost");
  EXPECT_NE(lost.find(server), std::string::npos) << text;
  EXPECT_NE(lost.find("why="), std::string::npos) << text;
  EXPECT_LT(text.find(found), text.find(lost)) << text;
}

TEST_F(ClusterNodeTest, LeavesItsTotalsOnTheServer) {
  Start();
  ASSERT_TRUE(Connects());
  const WallTime now = SystemClock().Wall();
  ASSERT_EQ(Chat("hello").status, 200);
  ASSERT_TRUE(service_->FlushLog());
  TearDown();
  const auto look = Look();
  const auto told = [&] {
    const auto reply = look->Ask({{"HGETALL", look->Key(TotalsKey(now))}}, 5s);
    if (!reply || reply->front().items.size() < 2) return false;
    const auto& items = reply->front().items;
    const auto totals = ReadTotals(items[0].text, items[1].text);
    return totals && totals->node == "node-1" && !totals->totals.empty();
  };
  EXPECT_TRUE(test::Eventually(told));
}

TEST(SharedState, RefusesAnAddressThatIsNone) {
  config::ClusterSettings settings;
  settings.url = Secret("http://127.0.0.1");
  EXPECT_FALSE(SharedState::Check(settings));
}

TEST(SharedState, ANodeWithoutANameHasThatOfItsHost) {
  config::ClusterSettings settings;
  settings.node = "node-1";
  EXPECT_EQ(NodeName(settings), "node-1");
  settings.node.clear();
  std::array<char, 256> host{};
  ASSERT_EQ(::gethostname(host.data(), host.size() - 1), 0);
  EXPECT_EQ(NodeName(settings), host.data());
}

}  // namespace
}  // namespace agm::gateway
