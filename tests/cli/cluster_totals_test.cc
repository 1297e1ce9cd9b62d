#include "cli/cluster_totals.h"

#include <chrono>

#include "core/cluster/connection.h"
#include "core/gateway/shared_totals.h"
#include "core/ledger/file_id.h"
#include "core/ledger/schema.h"
#include "tests/cli/command_fixture.h"
#include "tests/cli/fake_cluster_server.h"

namespace agm::cli {
namespace {

using cluster::Command;
using namespace std::chrono_literals;

constexpr WallTime kNow = test::FakeClock::kStart;  // 2026-11-21 12:00 UTC
constexpr auto kToday = std::chrono::floor<std::chrono::days>(kNow);

/// Requests of one caller that one quarter of an hour holds.
ledger::Totals Some(WallTime quarter, std::int64_t requests, const std::string& caller = "laptop") {
  ledger::Sums sums;
  sums.requests = requests;
  sums.tokens.known = true;
  return {{{ledger::QuarterOf(quarter), caller, "gemini-2.5-flash", "work"}, sums}};
}

/// A server whose days hold fields, by the name of the day's key.
class ClusterTotalsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!cluster::Connection::Available()) GTEST_SKIP() << "built without hiredis";
    t_.WriteConfig("[cluster]\nurl = \"" + server_.url() + "\"\nnode = \"here\"\n");
  }

  void Tell(WallTime day, const std::string& machine, const std::string& node,
            const ledger::Totals& totals) {
    auto& fields = days_["agm:" + gateway::TotalsKey(day)];
    fields.push_back(Text(machine + "/" + std::to_string(fields.size())));
    fields.push_back(Text(gateway::WriteTotals(node, totals)));
  }
  /// All requests of the nodes' totals.
  std::int64_t Requests(WallTime since, WallTime until, const std::string& node = {}) {
    const auto totals = TotalsOfNodes(t_.context(), since, until, "own", node);
    if (!totals) return -1;
    std::int64_t requests = 0;
    for (const auto& [key, sums] : *totals) requests += sums.requests;
    return requests;
  }
  /// The days that were asked for, counted from today.
  std::vector<std::int64_t> Days() const {
    std::vector<std::int64_t> days;
    for (const Command& command : server_.Asked("HGETALL")) {
      const std::int64_t day = std::stoll(command[1].substr(command[1].find(':', 4) + 1));
      days.push_back(day - kToday.time_since_epoch().count());
    }
    return days;
  }

  CommandTest t_;
  std::map<std::string, std::vector<std::string>> days_;
  FakeClusterServer server_{[this](const Command& command) -> std::optional<std::string> {
    if (command[0] != "HGETALL") return "";
    return List(days_[command[1]]);
  }};
};

TEST_F(ClusterTotalsTest, AsksForTheDaysOfTheSpan) {
  EXPECT_EQ(Requests(kToday - 26h, kNow), 0);
  EXPECT_EQ(Days(), (std::vector<std::int64_t>{-2, -1, 0}));
}

TEST_F(ClusterTotalsTest, LeavesOutADayThatTheSpanOnlyTouches) {
  EXPECT_EQ(Requests(kToday - 24h, kToday), 0);
  EXPECT_EQ(Days(), (std::vector<std::int64_t>{-1}));
}

TEST_F(ClusterTotalsTest, AsksForNoDayThatTheServerCannotHave) {
  EXPECT_EQ(Requests(kNow - 24h * 4'000, kNow + 24h * 4'000), 0);
  const auto days = Days();
  ASSERT_EQ(days.size(), 38U);
  EXPECT_EQ(days.front(), -36);
  EXPECT_EQ(days.back(), 1);
}

TEST_F(ClusterTotalsTest, AddsUpWhatTheOtherNodesTold) {
  Tell(kNow - 24h, "m1", "one", Some(kNow - 24h, 1));
  Tell(kNow, "m1", "one", Some(kNow - 1h, 2));
  Tell(kNow, "m2", "two", Some(kNow - 1h, 4));
  Tell(kNow, "own", "here", Some(kNow - 1h, 8));
  days_["agm:" + gateway::TotalsKey(kNow)].push_back(Text("m3/1"));
  days_["agm:" + gateway::TotalsKey(kNow)].push_back(Text("no JSON"));
  EXPECT_EQ(Requests(kNow - 48h, kNow), 7);
  EXPECT_EQ(Requests(kNow - 48h, kNow, "two"), 4);
  const auto one = TotalsOfNodes(t_.context(), kNow - 48h, kNow, "own", "one");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->size(), 2U);
  EXPECT_EQ(one->begin()->first.caller, "laptop");
}

TEST_F(ClusterTotalsTest, CountsTheQuartersOfTheSpan) {
  Tell(kNow, "m1", "one", Some(kNow - 30min, 1));
  Tell(kNow, "m1", "one", Some(kNow - 15min, 2));
  Tell(kNow, "m1", "one", Some(kNow, 4));
  Tell(kNow, "m1", "one", Some(kNow + 15min, 8));
  EXPECT_EQ(Requests(kNow, kNow + 1ms), 6);
  EXPECT_EQ(Requests(kNow, kNow + 15min), 6);
  EXPECT_EQ(Requests(kNow - 14min, kNow), 2);
  EXPECT_EQ(Requests(kNow - 15min, kNow + 16min), 15);
}

TEST_F(ClusterTotalsTest, NamesTheNodesThatToldSomething) {
  Tell(kNow, "m1", "one", Some(kNow, 1));
  Tell(kNow, "m2", "two", Some(kNow, 1));
  const auto none = TotalsOfNodes(t_.context(), kNow - 1h, kNow + 1h, "own", "three");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(none.error().message,
            "no node 'three' has told its totals of this time; found: one, two");
}

TEST_F(ClusterTotalsTest, StatsCoverAllNodesOrOne) {
  Tell(kNow, "m1", "one", Some(kNow - 1h, 1));
  Tell(kNow, "m2", "two", Some(kNow - 1h, 2));
  Tell(kNow, "m3", "here", Some(kNow - 1h, 4));
  EXPECT_EQ(t_.Agm({"stats", "--json"}), 0) << t_.io.err;
  EXPECT_EQ(t_.Document()["total"]["requests"], 7);
  EXPECT_EQ(t_.Agm({"stats", "--json", "--node", "two"}), 0) << t_.io.err;
  EXPECT_EQ(t_.Document()["total"]["requests"], 2);
  EXPECT_EQ(t_.Agm({"stats", "--json", "--node", "here"}), 0) << t_.io.err;
  EXPECT_EQ(t_.Document()["total"]["requests"], 0) << "this machine's ledger is empty";
  EXPECT_EQ(t_.Agm({"stats", "--json", "--node", "three"}), 1);
  EXPECT_TRUE(Has(t_.io.err, "found: here, one, two")) << t_.io.err;
  EXPECT_EQ(t_.Agm({"stats"}), 0) << t_.io.err;
  EXPECT_TRUE(Has(t_.io.out, "gemini-2.5-flash  7 ")) << t_.io.out;
}

TEST_F(ClusterTotalsTest, StatsCountThisMachineByItsOwnLedger) {
  std::string machine;
  {
    const auto ledger =
        store::Database::Open(*t_.context().StateFolder(), Duration(2000), ledger::RequestsFile());
    machine = ledger::FileId(*ledger);
    EXPECT_TRUE(ledger->Transact([](store::Connection& connection) {
      return ledger::AddTotals(connection, Some(kNow - 1h, 4));
    }));
  }
  Tell(kNow, machine, "here", Some(kNow - 1h, 3));
  Tell(kNow, "m1", "one", Some(kNow - 1h, 1));
  EXPECT_EQ(t_.Agm({"stats", "--json"}), 0) << t_.io.err;
  EXPECT_EQ(t_.Document()["total"]["requests"], 5);
  EXPECT_EQ(t_.Agm({"stats", "--json", "--node", "here"}), 0) << t_.io.err;
  EXPECT_EQ(t_.Document()["total"]["requests"], 4);
  EXPECT_EQ(t_.Agm({"stats", "--json", "--node", "one"}), 0) << t_.io.err;
  EXPECT_EQ(t_.Document()["total"]["requests"], 1);
}

TEST_F(ClusterTotalsTest, StatsWithoutTheServerAreThoseOfThisMachine) {
  t_.WriteConfig("[cluster]\nurl = \"" + server_.url() + "-not-there\"\n");
  EXPECT_EQ(t_.Agm({"stats", "--json"}), 0) << t_.io.err;
  EXPECT_TRUE(Has(t_.io.err, "These are the totals of this machine only: ")) << t_.io.err;
  EXPECT_EQ(t_.Document()["total"]["requests"], 0);
  EXPECT_EQ(t_.Agm({"stats", "--json", "--node", "two"}), 3);
  EXPECT_TRUE(Has(t_.io.err, "is it running?")) << t_.io.err;
}

}  // namespace
}  // namespace agm::cli
