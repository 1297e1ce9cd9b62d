#include "core/http/server/connection.h"

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

#include "core/http/server/stream.h"

namespace agm::http {
namespace {

/// What a client's socket does next, and what was sent to it.
struct Script {
  std::deque<std::pair<Wire::Moved, std::string>> arrivals;  ///< then kWouldBlock
  std::size_t room = SIZE_MAX;                               ///< bytes that it accepts
  bool broken = false;
  std::string sent;

  void Arrives(std::string bytes) {
    arrivals.push_back({{Wire::Outcome::kMoved, bytes.size(), POLLIN}, std::move(bytes)});
  }
  void Ends(Wire::Outcome outcome, short wants = POLLIN) {
    arrivals.push_back({{outcome, 0, wants}, {}});
  }
};

class ScriptedWire : public Wire {
 public:
  explicit ScriptedWire(Script& script) : script_(script) {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair_.data()), 0);
  }
  ~ScriptedWire() override {
    for (const int fd : pair_) ::close(fd);
  }
  Moved Receive(std::span<char> room) override {
    if (script_.arrivals.empty()) return {Outcome::kWouldBlock, 0, POLLIN};
    const auto [moved, bytes] = std::move(script_.arrivals.front());
    script_.arrivals.pop_front();
    EXPECT_LE(bytes.size(), room.size());
    std::ranges::copy(bytes, room.begin());
    return moved;
  }
  Moved Send(std::string_view bytes) override {
    if (script_.broken) return {Outcome::kBroken};
    const std::size_t taken = std::min(script_.room, bytes.size());
    if (taken == 0) return {Outcome::kWouldBlock, 0, POLLOUT};
    script_.room -= taken;
    script_.sent += bytes.substr(0, taken);
    return {Outcome::kMoved, taken, POLLOUT};
  }
  bool Pending() const override { return false; }
  void EndOutput() override {}
  void HangUp(bool) override {}
  int fd() const override { return pair_[0]; }

 private:
  Script& script_;
  std::array<int, 2> pair_{};
};

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

}  // namespace
}  // namespace agm::http
