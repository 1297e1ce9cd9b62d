#include "core/cluster/nodes.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace agm::cluster {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{1'800'000'000s};

Reply Text(std::string text) {
  Reply reply;
  reply.kind = Reply::Kind::kText;
  reply.text = std::move(text);
  return reply;
}

Node SeenBefore(Duration before, const std::string& name) {
  LinkStatus status;
  status.node = name;
  return NodeOf(status, kNow - 1h, kNow - before);
}

TEST(NodesTest, ANodeThatDoesNotRenewItsEntryIsSilentAndLaterGone) {
  Reply entries;
  entries.kind = Reply::Kind::kList;
  for (const auto& [before, name] : {std::pair(16s, "gone"), {9s, "silent"}, {2s, "connected"}}) {
    entries.items.push_back(Text(std::string("instance-of-") + name));
    entries.items.push_back(Text(WriteNode(SeenBefore(before, name))));
  }
  const auto nodes = NodesOf(entries, kNow);
  ASSERT_EQ(nodes.size(), 2U);
  for (const Node& node : nodes) EXPECT_EQ(Describe(node, kNow)["state"], node.name);
  EXPECT_EQ(Describe(nodes[1], kNow)["silent_seconds"], 9);
  EXPECT_EQ(Describe(nodes[1], kNow)["up_seconds"], 3'600);
}

TEST(NodesTest, ANodeIsReadAsItWasWritten) {
  LinkStatus status;
  status.node = "a";
  status.round_trip = std::chrono::microseconds(1);
  status.lag = Duration(2);
  status.connections = 3;
  status.commands = 4;
  status.changes = 5;
  status.missed = 6;
  status.waiting = 7;
  Reply entries;
  entries.kind = Reply::Kind::kList;
  entries.items = {Text("instance"), Text(WriteNode(NodeOf(status, kNow - 1h, kNow)))};
  const auto nodes = NodesOf(entries, kNow);
  ASSERT_EQ(nodes.size(), 1U);
  EXPECT_EQ(nodes[0].name, "a");
  EXPECT_EQ(nodes[0].round_trip_us, 1);
  EXPECT_EQ(nodes[0].lag_ms, 2);
  EXPECT_EQ(nodes[0].connections, 3);
  EXPECT_EQ(nodes[0].commands, 4);
  EXPECT_EQ(nodes[0].changes, 5);
  EXPECT_EQ(nodes[0].missed, 6);
  EXPECT_EQ(nodes[0].waiting, 7);
}

TEST(NodesTest, AreListedByNameWithoutWhatCannotBeReadOrIsGone) {
  Reply entries;
  entries.kind = Reply::Kind::kList;
  for (const auto& [name, before] :
       {std::pair("b", Duration(0)), {"a", kNodeGone - 1ms}, {"gone", kNodeGone}, {"c", 1s}}) {
    entries.items.push_back(Text(std::string("instance-of-") + name));
    entries.items.push_back(Text(WriteNode(SeenBefore(before, name))));
  }
  entries.items.push_back(Text("broken"));
  entries.items.push_back(Text("{"));
  entries.items.push_back(Text("an instance without a value"));
  std::vector<std::string> names;
  for (const Node& node : NodesOf(entries, kNow)) names.push_back(node.name);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(NodesOf(Reply(), kNow).empty());
}

TEST(NodesTest, AReportCountsReconnectionsAndNoNegativeTimes) {
  Node node = SeenBefore(-2s, "a");
  node.version = "1.2.3";
  node.connections = 3;
  node.waiting = 4;
  node.missed = 5;
  const Json report = Describe(node, kNow);
  EXPECT_EQ(report["node"], "a");
  EXPECT_EQ(report["version"], "1.2.3");
  EXPECT_EQ(report["reconnections"], 2);
  EXPECT_EQ(report["silent_seconds"], 0);
  EXPECT_EQ(report["waiting_writes"], 4);
  EXPECT_EQ(report["missed"], 5);
  node.connections = 0;
  EXPECT_EQ(Describe(node, kNow)["reconnections"], 0);
}

}  // namespace
}  // namespace agm::cluster
