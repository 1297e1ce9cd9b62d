// A client that disconnects stops the upstream in every phase of its request: within 250 ms the
// upstream connection is closed and the account is available again, without a failure on its
// record.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/raw_client.h"
#include "tests/support/sanitized.h"
#include "tests/support/scripted_server.h"

namespace agm::gateway {
namespace {

using test::Visitor;

constexpr Duration kSoon{test::kSanitized ? 1'000 : 250};
constexpr Duration kLong{10'000};
constexpr std::string_view kEvent =
    "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"one\"}]}}]}\r\n\r\n";

TimePoint Now() { return SystemClock().Now(); }

Duration Since(TimePoint then) { return std::chrono::duration_cast<Duration>(Now() - then); }

/// Counts events, and lets another thread wait for them.
class Counter {
 public:
  void Add() { ++count_; }
  bool Reaches(int count) const {
    const TimePoint until = After(Now(), Duration(5'000));
    while (count_ < count && Now() < until) std::this_thread::sleep_for(Duration(1));
    return count_ >= count;
  }
  int count() const { return count_; }

 private:
  std::atomic<int> count_{0};
};

class CancellationTest : public GatewayTest {
 protected:
  void SetUp() override {
    config_.proxy.port = 0;
    config_.proxy.max_wait = Duration(5'000);
  }

  /// Adds an account whose upstream answers requests with `script`. Other requests (the list of
  /// models) get an empty response.
  void Upstream(std::function<void(Visitor&)> script) {
    upstream_server_ = std::make_unique<test::ScriptedServer>([this, script](Visitor& visitor) {
      while (visitor.ReadRequest()) {
        if (visitor.head().starts_with("POST")) {
          reached_.Add();
          script(visitor);
          return;
        }
        visitor.Send(test::HttpAnswer("{}"));
      }
    });
    config_.accounts = {AccountOf("work", "key", upstream_server_->url())};
  }

  /// Waits until the gateway closes the connection, and records the time.
  void NoteClosing(Visitor& visitor) {
    waiting_.Add();
    if (visitor.AwaitClose(kLong)) closed_at_ = Now();
    closed_.Add();
  }

  test::RawClient Request(bool stream, const std::string& text = "hi") {
    test::RawClient client(service_->port());
    const std::string body = ChatBody(text, stream);
    client.Send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    return client;
  }

  Json Account() { return Ask("GET", "/agm/accounts").json()["accounts"][0]; }

  int InFlight() {
    const std::string metrics = Ask("GET", "/metrics").body;
    const std::string line = "\nagm_requests_in_flight ";
    return std::stoi(metrics.substr(metrics.find(line) + line.size())) - 1;  // without this one
  }

  /// The time from now until the request has ended and its account is available.
  Duration UntilOver() {
    const TimePoint begun = Now();
    while (InFlight() > 0 && Since(begun) < Duration(5'000)) {
    }
    return Since(begun);
  }

  /// Checks what must hold after a cancellation in any phase.
  void ExpectNothingCounted() {
    const Json account = Account();
    EXPECT_EQ(account["in_flight"], 0) << account;
    EXPECT_EQ(account["errors"], 0) << account;
    EXPECT_EQ(account["state"], "ready") << account;
    EXPECT_TRUE(account["cooldowns"].empty()) << account;
  }

  /// Disconnects when `phase` is reached; the upstream must notice that soon.
  void LeaveAndExpectClosed(test::RawClient client, bool reset) {
    const TimePoint left = Now();
    reset ? client.Reset() : client.Close();
    EXPECT_LT(UntilOver(), kSoon);
    ASSERT_TRUE(closed_.Reaches(1));
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(closed_at_ - left);
    EXPECT_LT(took, kSoon);
    std::printf("closed upstream after %.1f ms\n", static_cast<double>(took.count()) / 1000);
    ExpectNothingCounted();
  }

  std::unique_ptr<test::ScriptedServer> upstream_server_;
  Counter reached_;  ///< requests that reached the upstream
  Counter waiting_;
  Counter closed_;
  TimePoint closed_at_;
};

TEST_F(CancellationTest, WhileItWaitsForAnAccountInCooldown) {
  Upstream([](Visitor& visitor) {
    visitor.Send(test::HttpAnswer(
        R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"x","details":[{"@type":)"
        R"("type.googleapis.com/google.rpc.RetryInfo","retryDelay":"2s"}]}})",
        429));
  });
  config_.proxy.max_attempts = 1;
  Start();
  ASSERT_EQ(Chat("first").status, 429);
  ASSERT_EQ(reached_.count(), 1);
  test::RawClient client = Request(false);
  ASSERT_TRUE(client.Silent(Duration(100)));
  ASSERT_EQ(InFlight(), 1);
  client.Close();
  EXPECT_LT(UntilOver(), kSoon);
  EXPECT_EQ(Account()["in_flight"], 0);
  std::this_thread::sleep_for(Duration(2'500));
  EXPECT_EQ(reached_.count(), 1) << "it was sent after its client had left";
}

/// A port whose queue is full: connecting to it hangs.
class FullPort {
 public:
  FullPort() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    ::bind(listener_, Address(), size);
    ::listen(listener_, 0);
    ::getsockname(listener_, Address(), &size);
    for (int i = 0; i < 4; ++i) {
      const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      ::connect(fd, Address(), size);
      waiting_.push_back(fd);
    }
    std::this_thread::sleep_for(Duration(50));
    own_ = Connecting();
  }
  ~FullPort() {
    for (const int fd : waiting_) ::close(fd);
    ::close(listener_);
  }
  FullPort(const FullPort&) = delete;
  FullPort& operator=(const FullPort&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(ntohs(address_.sin_port)); }
  /// The number of connections that others are trying to make.
  int others() const { return Connecting() - own_; }

 private:
  sockaddr* Address() { return reinterpret_cast<sockaddr*>(&address_); }

  int Connecting() const {
    std::ostringstream wanted;  // "0100007F:1F90 02": the remote end and the state SYN_SENT
    wanted << ":" << std::hex << std::uppercase;
    wanted.width(4);
    wanted.fill('0');
    wanted << ntohs(address_.sin_port) << " 02 ";
    std::ifstream table("/proc/self/net/tcp");
    int count = 0;
    for (std::string line; std::getline(table, line);) {
      count += line.find(wanted.str()) == std::string::npos ? 0 : 1;
    }
    return count;
  }

  int listener_;
  sockaddr_in address_{};
  std::vector<int> waiting_;
  int own_ = 0;
};

TEST_F(CancellationTest, WhileItConnects) {
  const FullPort port;
  config_.accounts = {AccountOf("work", "key", port.url())};
  Start();
  test::RawClient client = Request(false);
  ASSERT_TRUE(client.Silent(Duration(200)));
  ASSERT_EQ(port.others(), 1);
  client.Close();
  EXPECT_LT(UntilOver(), kSoon);
  EXPECT_EQ(port.others(), 0);
  ExpectNothingCounted();
}

TEST_F(CancellationTest, WhileTheRequestIsSent) {
  Counter left;
  test::ScriptedServer server([&](Visitor& visitor) {
    reached_.Add();
    left.Reaches(1);        // reads nothing until then
    visitor.ReadRequest();  // the bytes in transit, and the end
    closed_at_ = Now();
    closed_.Add();
  });
  config_.accounts = {AccountOf("work", "key", server.url())};
  Start();
  test::RawClient client = Request(false, std::string(30'000'000, 'x'));
  ASSERT_TRUE(reached_.Reaches(1));
  ASSERT_TRUE(client.Silent(Duration(300)));
  const TimePoint begun = Now();
  client.Close();
  left.Add();
  EXPECT_LT(UntilOver(), kSoon);
  ASSERT_TRUE(closed_.Reaches(1));
  EXPECT_LT(std::chrono::duration_cast<Duration>(closed_at_ - begun), kSoon);
  ExpectNothingCounted();
}

/// Parameters: the client asks for a stream; it disconnects with a reset.
class CancellationOfAnswer : public CancellationTest,
                             public ::testing::WithParamInterface<std::tuple<bool, bool>> {
 protected:
  static bool stream() { return std::get<0>(GetParam()); }
  static bool reset() { return std::get<1>(GetParam()); }
  static std::string Head() {
    return test::ChunkedHead(stream() ? "text/event-stream" : "application/json");
  }
};

TEST_P(CancellationOfAnswer, BeforeTheFirstByte) {
  Upstream([this](Visitor& visitor) { NoteClosing(visitor); });
  Start();
  auto client = Request(stream());
  ASSERT_TRUE(waiting_.Reaches(1));
  LeaveAndExpectClosed(std::move(client), reset());
}

TEST_P(CancellationOfAnswer, BeforeTheFirstEvent) {
  Upstream([this](Visitor& visitor) {
    visitor.Send(Head());
    NoteClosing(visitor);
  });
  Start();
  auto client = Request(stream());
  ASSERT_TRUE(waiting_.Reaches(1));
  ASSERT_TRUE(client.Silent(Duration(50)));
  LeaveAndExpectClosed(std::move(client), reset());
}

TEST_P(CancellationOfAnswer, InTheMiddle) {
  Upstream([this](Visitor& visitor) {
    visitor.Send(Head() + (stream() ? test::Chunk(kEvent)
                                    : test::Chunk(R"({"candidates":[{"content":{"parts":[)")));
    NoteClosing(visitor);
  });
  Start();
  auto client = Request(stream());
  ASSERT_TRUE(waiting_.Reaches(1));
  if (stream()) {
    EXPECT_NE(client.ReadUntil("one").find("one"), std::string::npos);
  } else {
    ASSERT_TRUE(client.Silent(Duration(50)));
  }
  LeaveAndExpectClosed(std::move(client), reset());
}

TEST_P(CancellationOfAnswer, BetweenTwoTries) {
  Upstream([](Visitor& visitor) {
    visitor.Send(
        test::HttpAnswer(R"({"error":{"code":500,"status":"INTERNAL","message":"x"}})", 500));
  });
  Start();
  auto client = Request(stream());
  ASSERT_TRUE(reached_.Reaches(1));
  ASSERT_TRUE(client.Silent(Duration(20)));
  reset() ? client.Reset() : client.Close();
  EXPECT_LT(UntilOver(), kSoon);
  std::this_thread::sleep_for(Duration(1'200));  // longer than the pause before the second try
  EXPECT_EQ(reached_.count(), 1) << "it was tried again after its client had left";
  EXPECT_EQ(Account()["in_flight"], 0);
}

INSTANTIATE_TEST_SUITE_P(, CancellationOfAnswer,
                         ::testing::Combine(::testing::Bool(), ::testing::Bool()),
                         [](const auto& each) {
                           return std::string(std::get<0>(each.param) ? "Stream" : "Whole") +
                                  (std::get<1>(each.param) ? "Reset" : "Close");
                         });

// A client that no longer reads its stream is dropped after write_timeout.
TEST_F(CancellationTest, WhenTheClientTakesNothingOfAStream) {
  config_.proxy.write_timeout = Duration(200);
  Upstream([this](Visitor& visitor) {
    visitor.Send(test::ChunkedHead("text/event-stream"));
    std::string many;
    while (many.size() < 1'000'000) many += kEvent;
    while (visitor.Send(test::Chunk(many))) {
    }
    closed_at_ = Now();
    closed_.Add();
  });
  Start();
  test::RawClient client(service_->port(), Duration(5'000), 4096);
  const std::string body = ChatBody("hi", true);
  client.Send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_TRUE(closed_.Reaches(1));
  EXPECT_LT(UntilOver(), kSoon);
  ExpectNothingCounted();
}

}  // namespace
}  // namespace agm::gateway
