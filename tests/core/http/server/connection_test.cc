#include "core/http/server/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/http/server/stream.h"
#include "tests/core/http/server/scripted_wire.h"

namespace agm::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ConnectionTest : public testing::Test {
 protected:
  Script script_;
  Budgets budgets_;
  Connection connection_{std::make_unique<ScriptedWire>(script_), "client", budgets_};
};

constexpr std::uint64_t kMostBody = 1000;
constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_F(ConnectionTest, ReadsARequestThatArrivesInPieces) {
  script_.Arrives("GET / HT");
  EXPECT_EQ(connection_.Receive(kMostBody), Connection::Arrival::kMore);
  script_.Arrives("TP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(connection_.Receive(kMostBody), Connection::Arrival::kRequest);
}

TEST_F(ConnectionTest, TellsOnceThatOnlyTheHeadHasArrived) {
  script_.Arrives("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(connection_.Receive(kMostBody), Connection::Arrival::kHead);
  EXPECT_EQ(connection_.Receive(kMostBody), Connection::Arrival::kMore);
  script_.Arrives("abc");
  EXPECT_EQ(connection_.Receive(kMostBody), Connection::Arrival::kRequest);
}

// TLS may have to send before it can receive. A poll for input would then wait for ever.
TEST_F(ConnectionTest, WaitsForOutputWhileItsWireMustSendFirst) {
  EXPECT_FALSE(connection_.WantsOutput());
  script_.Ends(Wire::Outcome::kWouldBlock, POLLOUT);
  EXPECT_EQ(connection_.Receive(kMostBody), Connection::Arrival::kMore);
  EXPECT_TRUE(connection_.WantsOutput());
  EXPECT_EQ(connection_.Receive(kMostBody), Connection::Arrival::kMore);
  EXPECT_FALSE(connection_.WantsOutput());
}

TEST_F(ConnectionTest, SaysThatTheClientIsGone) {
  for (const auto outcome : {Wire::Outcome::kEnd, Wire::Outcome::kBroken}) {
    script_.Ends(outcome);
    EXPECT_EQ(connection_.Receive(kMostBody), Connection::Arrival::kGone);
  }
}

TEST_F(ConnectionTest, RefusesWhatIsNoRequestAndWhatIsTooLarge) {
  script_.Arrives("HELLO\r\n\r\n");
  EXPECT_EQ(connection_.Receive(kMostBody), Connection::Arrival::kFault);
  Script large;
  Connection other(std::make_unique<ScriptedWire>(large), "client", budgets_);
  large.Arrives("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_EQ(other.Receive(kMostBody), Connection::Arrival::kFault);
}

TEST_F(ConnectionTest, FindsTheNextRequestBehindTheAnsweredOne) {
  script_.Arrives(std::string(kGet) + kGet + "GET");
  EXPECT_EQ(connection_.Receive(kMostBody), Connection::Arrival::kRequest);
  EXPECT_EQ(connection_.Next(kMostBody), RequestReader::State::kWhole);
  EXPECT_NE(connection_.Next(kMostBody), RequestReader::State::kWhole);
  EXPECT_EQ(connection_.Receive(kMostBody), Connection::Arrival::kMore);
}

TEST_F(ConnectionTest, KeepsWhatTheClientDoesNotTakeAtOnce) {
  script_.room = 2;
  EXPECT_TRUE(connection_.SendOrKeep("abc"));
  EXPECT_TRUE(connection_.SendOrKeep("de"));
  EXPECT_EQ(script_.sent, "ab");
  EXPECT_TRUE(connection_.HasKept());
  EXPECT_EQ(connection_.SendKept(), Connection::Sent::kPart);
  script_.room = 2;
  EXPECT_EQ(connection_.SendKept(), Connection::Sent::kPart);
  script_.room = 2;
  EXPECT_EQ(connection_.SendKept(), Connection::Sent::kAll);
  EXPECT_EQ(script_.sent, "abcde");
  EXPECT_FALSE(connection_.HasKept());
  EXPECT_TRUE(connection_.SendOrKeep("f"));
  EXPECT_FALSE(connection_.HasKept());
}

TEST_F(ConnectionTest, FailsToSendToAClientThatIsGone) {
  script_.room = 1;
  EXPECT_TRUE(connection_.SendOrKeep("abc"));
  script_.broken = true;
  EXPECT_EQ(connection_.SendKept(), Connection::Sent::kFailed);
  Script broken;
  broken.broken = true;
  Connection other(std::make_unique<ScriptedWire>(broken), "client", budgets_);
  EXPECT_FALSE(other.SendOrKeep("abc"));
}

TEST_F(ConnectionTest, CountsOnlyASubstantialPartAsTaking) {
  constexpr std::size_t kSubstantial = 16 * 1024;
  const auto take = [this](std::size_t bytes) {
    script_.room = bytes;
    connection_.SendKept();
    return connection_.took();
  };
  script_.room = 0;
  ASSERT_TRUE(connection_.SendOrKeep(std::string(3 * kSubstantial, 'x')));
  const TimePoint kept = connection_.took();
  EXPECT_EQ(take(kSubstantial - 1), kept);
  const TimePoint first = take(1);
  EXPECT_GT(first, kept);
  EXPECT_EQ(take(kSubstantial - 1), first);
  EXPECT_GT(take(1), first);
  take(kSubstantial - 1);
  take(1);
  EXPECT_FALSE(connection_.HasKept());
}

TEST_F(ConnectionTest, CountsEachKeptAnswerFromItsStart) {
  script_.room = 0;
  ASSERT_TRUE(connection_.SendOrKeep(std::string(10'000, 'x')));
  script_.room = 10'000;
  ASSERT_EQ(connection_.SendKept(), Connection::Sent::kAll);
  script_.room = 0;
  ASSERT_TRUE(connection_.SendOrKeep(std::string(20'000, 'x')));
  const TimePoint kept = connection_.took();
  script_.room = 10'000;
  EXPECT_EQ(connection_.SendKept(), Connection::Sent::kPart);
  EXPECT_EQ(connection_.took(), kept);
}

TEST_F(ConnectionTest, ForgetsTheChecksOfTheAnsweredRequest) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n";
  script_.Arrives(head + "x" + head);
  EXPECT_EQ(connection_.Receive(kMostBody), Connection::Arrival::kRequest);
  connection_.judged = true;
  connection_.continued = true;
  EXPECT_FALSE(connection_.served());
  const TimePoint began = connection_.began();
  const TimePoint idle = connection_.idle_since();
  EXPECT_EQ(connection_.Next(kMostBody), RequestReader::State::kBody);
  EXPECT_TRUE(connection_.served());
  EXPECT_FALSE(connection_.judged);
  EXPECT_FALSE(connection_.continued);
  EXPECT_GT(connection_.idle_since(), idle);
  EXPECT_GT(connection_.began(), began);
}

TEST_F(ConnectionTest, IsCrowdedWhereHeadsOrBodiesExceedTheirOwnBudget) {
  const auto feed = [](const std::string& head, std::uint64_t heads, std::uint64_t bodies) {
    Budgets budgets;
    budgets.heads.SetLimit(heads);
    budgets.bodies.SetLimit(bodies);
    Script script;
    Connection connection(std::make_unique<ScriptedWire>(script), "client", budgets);
    script.Arrives(head);
    auto arrival = connection.Receive(100'000);
    for (int i = 0; i < 20 && arrival != Connection::Arrival::kCrowded; ++i) {
      script.Arrives(std::string(1024, 'x'));
      arrival = connection.Receive(100'000);
    }
    return arrival;
  };
  const std::string head = "GET / HTTP/1.1\r\nx: ";
  EXPECT_EQ(feed(head, 0, 100'000), Connection::Arrival::kCrowded);
  EXPECT_EQ(feed(head, 100'000, 0), Connection::Arrival::kMore);
  const std::string body = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n";
  EXPECT_EQ(feed(body, 100'000, 0), Connection::Arrival::kCrowded);
  EXPECT_EQ(feed(body, 0, 100'000), Connection::Arrival::kMore);
}

TEST_F(ConnectionTest, SeesWhetherBytesFollowTheAnsweredRequest) {
  script_.Arrives(kGet);
  ASSERT_EQ(connection_.Receive(kMostBody), Connection::Arrival::kRequest);
  EXPECT_TRUE(connection_.AllRead());
  script_.Arrives("G");
  EXPECT_FALSE(connection_.AllRead());
}

TEST_F(ConnectionTest, DiscardsWhatFollowsUntilTheClientCloses) {
  script_.Arrives("more");
  EXPECT_TRUE(connection_.Discard());
  script_.Arrives("more");
  script_.Ends(Wire::Outcome::kEnd);
  EXPECT_FALSE(connection_.Discard());
}

TEST_F(ConnectionTest, StopsDiscardingFromAClientThatSendsTooMuch) {
  const auto discard = [this] {  // 64 reads, as many as one call makes
    for (int i = 0; i < 64; ++i) script_.Arrives(std::string(4 * 1024, 'x'));
    return connection_.Discard();
  };
  for (int i = 0; i < 256; ++i) ASSERT_TRUE(discard()) << i;
  EXPECT_FALSE(discard());
}

TEST_F(ConnectionTest, ExpiresOnlyWhileItWaitsAndAfterItsDeadline) {
  const TimePoint now = SystemClock().Now();
  const TimePoint until = now + std::chrono::seconds(10);
  connection_.Expire(until);
  EXPECT_EQ(connection_.deadline(), TimePoint::max());
  connection_.Park(Connection::Waits::kRequest, until);
  EXPECT_LE(connection_.deadline(), until);
  EXPECT_GT(connection_.deadline(), until - std::chrono::microseconds(1));
  connection_.Expire(now);
  connection_.Expire(until, Connection::Waits::kFarewell);
  EXPECT_THAT(script_.hung_up, IsEmpty());
  connection_.Expire(until, Connection::Waits::kRequest);
  EXPECT_THAT(script_.hung_up, ElementsAre(false));
  EXPECT_EQ(connection_.deadline(), TimePoint::max());
  connection_.Expire(until);
  EXPECT_THAT(script_.hung_up, ElementsAre(false));
  EXPECT_EQ(connection_.Unpark(), Connection::Waits::kNone);
  connection_.Park(Connection::Waits::kTaking, until);
  EXPECT_EQ(connection_.Unpark(), Connection::Waits::kTaking);
  EXPECT_EQ(connection_.deadline(), TimePoint::max());
}

TEST_F(ConnectionTest, EndsOutputOnlyWhereItWaitsForOutput) {
  using Waits = Connection::Waits;
  const TimePoint until = SystemClock().Now() + std::chrono::seconds(10);
  for (const auto waits : {Waits::kRequest, Waits::kTaking, Waits::kFarewell, Waits::kThread}) {
    connection_.Park(waits, until);
    connection_.Expire(until);
    connection_.Unpark();
  }
  EXPECT_THAT(script_.hung_up, ElementsAre(false, true, false, true));
}

// A stream whose client is still there gets a second for its last event.
TEST_F(ConnectionTest, GivesACancelledStreamTimeForItsLastEvent) {
  const TimePoint until = SystemClock().Now() + std::chrono::seconds(10);
  connection_.Park(Connection::Waits::kThread, until);
  connection_.Cancel();
  EXPECT_TRUE(connection_.WasToldToGo());
  EXPECT_THAT(script_.hung_up, ElementsAre(false));
  EXPECT_LT(connection_.deadline(), until - std::chrono::seconds(5));
  EXPECT_EQ(connection_.Unpark(), Connection::Waits::kThread);
}

TEST_F(ConnectionTest, CancelsAWaitForOutputAlsoIfItBeginsLater) {
  const TimePoint until = SystemClock().Now() + std::chrono::seconds(10);
  connection_.Cancel();
  EXPECT_THAT(script_.hung_up, ElementsAre(false));
  connection_.Park(Connection::Waits::kRequest, until);
  EXPECT_THAT(script_.hung_up, ElementsAre(false));
  connection_.Unpark();
  connection_.Park(Connection::Waits::kTaking, until);
  EXPECT_THAT(script_.hung_up, ElementsAre(false, true));
}

TEST_F(ConnectionTest, CountsTheTimeOfAKeptAnswerFromNow) {
  const TimePoint before = SystemClock().Now();
  script_.room = 0;
  EXPECT_TRUE(connection_.SendOrKeep("abc"));
  EXPECT_GE(connection_.took(), before);
  EXPECT_LE(connection_.took(), SystemClock().Now());
}

TEST_F(ConnectionTest, KnowsWhenItSaidFarewell) {
  EXPECT_EQ(connection_.farewell(), TimePoint{});
  const TimePoint before = SystemClock().Now();
  connection_.SayFarewell();
  EXPECT_GE(connection_.farewell(), before);
  EXPECT_LE(connection_.farewell(), SystemClock().Now());
}

TEST_F(ConnectionTest, HoldsNothingOfAnAnsweredRequest) {
  script_.Arrives("GET / HTTP/1.1\r\nHost: a\r\nX-Long: ");
  for (int i = 0; i < 20; ++i) script_.Arrives(std::string(1000, 'x'));
  for (int i = 0; i < 20; ++i) connection_.Receive(kMostBody);
  EXPECT_EQ(connection_.Receive(kMostBody), Connection::Arrival::kMore);
  EXPECT_GT(budgets_.heads.used(), 0U);
  EXPECT_EQ(budgets_.bodies.used(), 0U);
  script_.Arrives("\r\n\r\n");
  EXPECT_EQ(connection_.Receive(kMostBody), Connection::Arrival::kRequest);
  EXPECT_EQ(connection_.Next(kMostBody), RequestReader::State::kIdle);
  EXPECT_EQ(budgets_.heads.used(), 0U);
}

}  // namespace
}  // namespace agm::http
