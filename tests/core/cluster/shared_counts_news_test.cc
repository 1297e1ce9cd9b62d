// What the machines hear of each other's requests.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/core/cluster/shared_counts_fixture.h"

namespace agm::cluster {
namespace {

TEST_F(SharedCountsServerTest, HearsTheOthersRequests) {
  Group group(*counts, kGroup);
  HearFrom("b", kGroup, 3, 2);
  HearFrom("c", kGroup, 1, 5);
  clock.Advance(9999ms);
  HearFrom("d", kGroup, 0, 1);
  clock.Advance(1ms);
  HearFrom("d", kGroup, 2, 0);
  ASSERT_EQ(group.heard().size(), 4U);
  const std::vector<std::pair<std::int64_t, std::int64_t>> expected = {
      {3, 2}, {1, 7}, {0, 8}, {2, 0}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(group.heard()[i].begun, expected[i].first) << i;
    EXPECT_EQ(group.heard()[i].running, expected[i].second) << i;
  }
  EXPECT_EQ(group.heard().back().until, clock.Now() + 10s);
}

TEST_F(SharedCountsServerTest, TheLatestWordOfAMachineCounts) {
  Group group(*counts, kGroup);
  for (const std::int64_t running : {4, 2, 7, 0}) {
    HearFrom("b", kGroup, 0, running);
    EXPECT_EQ(group.heard().back().running, running);
  }
}

TEST_F(SharedCountsServerTest, WordsThatAreNoNewsDoNothing) {
  Group group(*counts, kGroup);
  counts->Hear("");
  counts->Hear("{");
  counts->Hear(R"({"from":"b"})");
  EXPECT_TRUE(group.heard().empty());
  counts->Follow("project:deaf/m", {[](TimePoint, WallTime) { return Shares(); }});
  HearFrom("b", "project:deaf/m", 1, 1);
}

TEST_F(SharedCountsServerTest, WhoFollowsLaterHearsOnceWhatWasSaidInTheLastMinute) {
  HearFrom("b", kGroup, 3, 2);
  HearFrom("c", kGroup, 4, 1);
  clock.Advance(5s);
  const Group group(*counts, kGroup);
  EXPECT_EQ(group.heard_before.begun, 7);
  EXPECT_EQ(group.heard_before.running, 3);
  EXPECT_EQ(group.heard_before.until, clock.Now() + 10s);
  EXPECT_EQ(Group(*counts, kGroup).heard_before.begun, 0);
  HearFrom("b", "project:old/m", 9, 9);
  clock.Advance(61s);
  counts->Renew();
  const Group old(*counts, "project:old/m");
  EXPECT_EQ(old.heard_before.begun, 0);
  EXPECT_EQ(old.heard_before.running, 0);
}

TEST_F(SharedCountsServerTest, RenewingForgetsNothingThatStillCounts) {
  HearFrom("b", "project:begun/m", 3, 0);
  HearFrom("b", "project:running/m", 0, 3);
  clock.Advance(9s);
  counts->Renew();
  EXPECT_EQ(Group(*counts, "project:begun/m").heard_before.begun, 3);
  EXPECT_EQ(Group(*counts, "project:running/m").heard_before.running, 3);
}

TEST_F(SharedCountsServerTest, AnnouncesItsRequestsFourTimesASecondAtMost) {
  Group group(*counts, kGroup);
  Group other(*counts, "project:p/other \"name\"");
  Start();
  group.Run(1);
  counts->Begun(kGroup);
  EXPECT_EQ(News(0), (Json{{kGroup, Part(1, 1)}}));
  counts->Begun(kGroup);
  counts->Begun(kGroup);
  counts->Begun("project:p/other \"name\"");
  counts->Begun("project:that/nobody follows");
  group.Run(2);
  clock.Advance(249ms);
  counts->Ended(kGroup);
  Settle();
  EXPECT_EQ(server->Count("PUBLISH"), 1U);
  clock.Advance(1ms);
  counts->Ended(kGroup);
  EXPECT_EQ(News(1), (Json{{kGroup, Part(2, 2)}, {"project:p/other \"name\"", Part(1, 0)}}));
}

TEST_F(SharedCountsServerTest, SaysEveryTwoSecondsWhatIsInProgress) {
  Group group(*counts, kGroup);
  Group idle(*counts, "project:p/idle");
  Start();
  group.Run(3);
  counts->Begun(kGroup);
  EXPECT_EQ(News(0), (Json{{kGroup, Part(1, 3)}}));
  counts->Begun("project:p/idle");
  Renewed();
  EXPECT_EQ(News(1), (Json{{"project:p/idle", Part(1, 0)}, {kGroup, Part(0, 3)}}));
  Renewed();
  EXPECT_EQ(News(2), (Json{{kGroup, Part(0, 3)}}));
  group.Run(0);
  Renewed();
  EXPECT_EQ(News(3), (Json{{kGroup, Part(0, 0)}}));
  Renewed();
  EXPECT_EQ(server->Count("PUBLISH"), 4U);
}

TEST_F(SharedCountsServerTest, AfterALossOnlyWhatIsInProgressIsSaidAgain) {
  Group group(*counts, kGroup);
  Start();
  group.Run(2);
  counts->Begun(kGroup);
  EXPECT_EQ(News(0), (Json{{kGroup, Part(1, 2)}}));
  counts->Begun(kGroup);  // too soon to be said
  server->HangUp();
  ASSERT_TRUE(Eventually([&] { return link->status().connections == 2; }));
  EXPECT_EQ(News(1), (Json{{kGroup, Part(0, 2)}}));
}

TEST_F(SharedCountsServerTest, RequestsWithoutALinkAreNotAnnounced) {
  Group group(*counts, kGroup);
  counts->Begun(kGroup);
  counts->Ended(kGroup);
  EXPECT_EQ(link->status().waiting, 0U);
  Start();
  Settle();
  EXPECT_EQ(server->Count("PUBLISH"), 0U);
}

}  // namespace
}  // namespace agm::cluster
