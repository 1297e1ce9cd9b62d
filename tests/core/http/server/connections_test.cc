#include "core/http/server/connections.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string_view>
#include <vector>

namespace agm::http {
namespace {

using namespace std::chrono_literals;
using Waits = Connection::Waits;

/// Connections over socket pairs, parked until a deadline that the test sets.
class HttpConnectionsTest : public ::testing::Test {
 protected:
  void TearDown() override {
    for (Connection* each : added_) connections_.Close(each);
    for (const int fd : peers_) ::close(fd);
  }

  Connection* Parked(Waits waits, int seconds) {
    int pair[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    peers_.push_back(pair[1]);
    Connection* added = connections_.Add(
        std::make_unique<Connection>(NewPlainWire(UniqueFd(pair[0])), "peer", budget_));
    added->Park(waits, kNow + std::chrono::seconds(seconds));
    added_.push_back(added);
    return added;
  }

  static constexpr TimePoint kNow{std::chrono::hours(1)};
  Budgets budget_;
  Connections connections_;
  std::vector<Connection*> added_;
  std::vector<int> peers_;
};

TEST_F(HttpConnectionsTest, ExpiresThoseThatAreLate) {
  Connection* late = Parked(Waits::kRequest, -1);
  Connection* early = Parked(Waits::kRequest, 1);
  connections_.ExpireLate(kNow);
  EXPECT_TRUE(late->client().Cancelled());
  EXPECT_FALSE(early->client().Cancelled());
  EXPECT_EQ(late->Unpark(), Waits::kNone);
  EXPECT_EQ(early->Unpark(), Waits::kRequest);
}

TEST_F(HttpConnectionsTest, LeavesThoseAloneThatAThreadHas) {
  Connection* busy = Parked(Waits::kRequest, -1);
  EXPECT_EQ(busy->Unpark(), Waits::kRequest);
  connections_.ExpireLate(kNow);
  connections_.ExpireIdle();
  connections_.ExpireNext();
  EXPECT_FALSE(busy->client().Cancelled());
}

TEST_F(HttpConnectionsTest, ExpiresTheIdleOnly) {
  Connection* idle = Parked(Waits::kRequest, 10);
  Connection* sending = Parked(Waits::kRestOfRequest, 10);
  Connection* silent = Parked(Waits::kFirstRequest, 10);
  connections_.ExpireIdle();
  EXPECT_EQ(idle->Unpark(), Waits::kNone);
  EXPECT_EQ(sending->Unpark(), Waits::kRestOfRequest);
  EXPECT_EQ(silent->Unpark(), Waits::kFirstRequest);
  silent->Park(Waits::kFirstRequest, TimePoint(Duration(10)));
  connections_.ExpireSilent();
  EXPECT_EQ(silent->Unpark(), Waits::kNone);
}

TEST_F(HttpConnectionsTest, MakesRoomByExpiringTheNextConnection) {
  Connection* third = Parked(Waits::kRequest, 30);
  Connection* first = Parked(Waits::kRestOfRequest, 10);
  Connection* second = Parked(Waits::kRequest, 20);
  connections_.ExpireNext();
  connections_.ExpireNext();
  EXPECT_EQ(first->Unpark(), Waits::kNone);
  EXPECT_EQ(second->Unpark(), Waits::kNone);
  EXPECT_EQ(third->Unpark(), Waits::kRequest);
}

TEST_F(HttpConnectionsTest, AddsNoConnectionAfterCancelAll) {
  Connection* open = Parked(Waits::kTaking, 10);
  connections_.CancelAll();
  EXPECT_TRUE(open->client().Cancelled());
  int pair[2] = {-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  EXPECT_EQ(connections_.Add(
                std::make_unique<Connection>(NewPlainWire(UniqueFd(pair[0])), "peer", budget_)),
            nullptr);
  char byte = 0;
  EXPECT_EQ(::recv(pair[1], &byte, 1, 0), 0);  // closed
  ::close(pair[1]);
}

// A stream that waits for a thread still has to say why it ends; one whose client takes nothing
// must not hold the program up.
TEST_F(HttpConnectionsTest, LetsOnlyTheStreamsSpeakThatWaitForAThread) {
  const int far = 1'000'000'000;
  Connection* stream = Parked(Waits::kThread, far);
  Connection* taking = Parked(Waits::kTaking, far);
  connections_.CancelAll();
  EXPECT_TRUE(stream->WasToldToGo());
  EXPECT_LE(stream->deadline(), SystemClock().Now() + 1s);
  EXPECT_EQ(stream->Unpark(), Waits::kThread);
  EXPECT_TRUE(stream->SendOrKeep("why"));
  char got[4] = {};
  EXPECT_EQ(::recv(peers_[0], got, sizeof got, MSG_DONTWAIT), 3);
  EXPECT_EQ(::recv(peers_[1], got, sizeof got, MSG_DONTWAIT), 0) << "its output is over";
  taking->Unpark();
}

}  // namespace
}  // namespace agm::http
