// Streams whose source reports what it waits for: they hold no thread between their pieces.

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <vector>

#include "core/base/guarded.h"
#include "tests/core/http/server/running_server.h"

namespace agm::http {
namespace {

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// A pipe into which a test writes the source's pieces.
struct Feed {
  Feed() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC), 0);
    out = ends[0];
    in = ends[1];
  }
  ~Feed() {
    Close();
    ::close(out);
  }
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  void Write(std::string_view text) const {
    EXPECT_EQ(::write(in, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void Close() {
    if (in >= 0) ::close(in);
    in = -1;
  }

  int out = -1;
  int in = -1;
};

/// A body with the bytes of the pipe; '!' ends it, '#' is a piece that only a blocking thread can
/// get, '?' throws an exception.
class FedBody : public BodySource {
 public:
  FedBody(std::shared_ptr<Feed> feed, const Cancellation& client, std::atomic<int>& alive,
          Duration silence)
      : feed_(std::move(feed)), client_(client), alive_(alive), silence_(silence) {
    ++alive_;
  }
  ~FedBody() override { --alive_; }

  void Stop(std::string& out) override { out += "[stopped]"; }

  Pulled Next(std::string& out, TimePoint until) override {
    if (blocks_) {
      EXPECT_NE(until, kNoWait);
      blocks_ = false;
      out += "[waited]";
      return Pulled::kPiece;
    }
    std::array<char, 4096> bytes;
    const ssize_t size = ::read(feed_->out, bytes.data(), bytes.size());
    if (size <= 0) {
      if (client_.Cancelled()) return Pulled::kEnd;
      if (SystemClock().Now() < quiet_until_) return Pulled::kNothingYet;
      quiet_until_ = After(SystemClock().Now(), silence_);
      out += "(silence)";
      return Pulled::kPiece;
    }
    const std::string_view text(bytes.data(), static_cast<std::size_t>(size));
    if (text.ends_with('?')) throw std::runtime_error("broken");
    blocks_ = text.ends_with('#');
    quiet_until_ = After(SystemClock().Now(), silence_);
    out += text;
    return text.ends_with('!') ? Pulled::kEnd : Pulled::kPiece;
  }
  Awaited awaited() override {
    if (blocks_) return {};
    return {feed_->out, quiet_until_};
  }

 private:
  std::shared_ptr<Feed> feed_;
  const Cancellation& client_;
  std::atomic<int>& alive_;
  const Duration silence_;
  TimePoint quiet_until_ = After(SystemClock().Now(), silence_);
  bool blocks_ = false;
};

/// A body that always has more, or always reports that its time has come.
class RestlessBody : public BodySource {
 public:
  RestlessBody(int fd, std::string piece) : fd_(fd), piece_(std::move(piece)) {}
  Pulled Next(std::string& out, TimePoint) override {
    out += piece_;
    return piece_.empty() ? Pulled::kNothingYet : Pulled::kPiece;
  }
  Awaited awaited() override { return {fd_, kNoWait}; }

 private:
  const int fd_;
  const std::string piece_;
};

/// A body without a descriptor that is always ready.
class EndlessBody : public BodySource {
 public:
  explicit EndlessBody(std::atomic<int>& alive) : alive_(alive) { ++alive_; }
  ~EndlessBody() override { --alive_; }
  Pulled Next(std::string& out, TimePoint) override {
    out.append(400'000, 'x');
    return Pulled::kPiece;
  }

 private:
  std::atomic<int>& alive_;
};

std::size_t Threads() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                    std::filesystem::directory_iterator()));
}

class HttpServerStreams : public ::testing::Test {
 protected:
  std::shared_ptr<Feed> FeedOf(std::size_t i) {
    auto feeds = feeds_.Lock();
    return (*feeds)[i];
  }
  std::size_t Fed() {
    auto feeds = feeds_.Lock();
    return feeds->size();
  }
  Reply Serve(Request& request) {
    if (request.path == "/plain") return Text("plain");
    auto feed = std::make_shared<Feed>();
    Reply reply;
    if (request.path == "/restless") reply.source = Restless();
    if (request.path == "/endless") reply.source = std::make_unique<EndlessBody>(alive_);
    if (reply.source) return reply;
    reply.source = std::make_unique<FedBody>(feed, *request.client, alive_, silence_);
    auto feeds = feeds_.Lock();
    feeds->push_back(std::move(feed));
    return reply;
  }

  std::unique_ptr<BodySource> Restless() {
    return std::make_unique<RestlessBody>(quiet_.out, restless_);
  }

  const Feed quiet_;
  std::string restless_;
  std::atomic<int> alive_{0};
  Duration silence_{60'000};
  Guarded<std::vector<std::shared_ptr<Feed>>> feeds_;
  RunningServer server_{[this](Request& request) { return Serve(request); }};
};

TEST_F(HttpServerStreams, SendEachPieceAsItComesAndTheConnectionStays) {
  auto client = server_.Connect();
  client.Send(kGet);
  ASSERT_TRUE(Eventually([&] { return Fed() == 1; }));
  for (const char* piece : {"one", "two", "three"}) {
    FeedOf(0)->Write(piece);
    EXPECT_TRUE(
        client.ReadUntil(std::string(piece) + "\r\n").ends_with(piece + std::string("\r\n")));
  }
  FeedOf(0)->Write("end!");
  EXPECT_TRUE(client.ReadUntil("0\r\n\r\n").ends_with("4\r\nend!\r\n0\r\n\r\n"));
  EXPECT_TRUE(Eventually([&] { return alive_ == 0 && server_->in_flight() == 0; }));
  client.Send("GET /plain HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto next = client.Read();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->body, "plain");
}

TEST_F(HttpServerStreams, HaveNoThreadsBetweenTheirPieces) {
  constexpr std::size_t kMany = 200;
  std::vector<test::RawClient> clients;
  for (std::size_t i = 0; i < kMany; ++i) {
    clients.push_back(server_.Connect());
    clients.back().Send(kGet);
    ASSERT_TRUE(Eventually([&] { return Fed() == i + 1; }));
  }
  EXPECT_EQ(server_->in_flight(), static_cast<int>(kMany));
  EXPECT_LT(Threads(), 40U);
  for (std::size_t i = 0; i < kMany; ++i) FeedOf(i)->Write("x!");
  for (test::RawClient& client : clients) {
    const auto answer = client.Read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "x!");
  }
  EXPECT_TRUE(Eventually([&] { return server_->in_flight() == 0; }));
}

TEST_F(HttpServerStreams, AreDroppedAtOnceWhenTheClientLeaves) {
  for (const bool reset : {false, true}) {
    auto client = server_.Connect();
    client.Send(kGet);
    ASSERT_TRUE(Eventually([&] { return alive_ == 1; }));
    FeedOf(Fed() - 1)->Write("one");
    client.ReadUntil("one");
    const TimePoint left = SystemClock().Now();
    reset ? client.Reset() : client.Close();
    EXPECT_TRUE(Eventually([&] { return alive_ == 0 && server_->in_flight() == 0; }));
    EXPECT_LT(SystemClock().Now() - left, Duration(250)) << (reset ? "reset" : "closed");
  }
}

TEST_F(HttpServerStreams, SayThatTheyAreSilentInTime) {
  silence_ = Duration(50);
  auto client = server_.Connect();
  client.Send(kGet);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(client.ReadUntil("(silence)").ends_with("(silence)"));
  FeedOf(0)->Write("end!");
  EXPECT_TRUE(client.ReadUntil("0\r\n\r\n").ends_with("end!\r\n0\r\n\r\n"));
}

TEST_F(HttpServerStreams, GetAThreadForWhatMustWait) {
  auto client = server_.Connect();
  client.Send(kGet);
  ASSERT_TRUE(Eventually([&] { return Fed() == 1; }));
  for (int i = 0; i < 3; ++i) {
    FeedOf(0)->Write("a#");
    EXPECT_TRUE(client.ReadUntil("[waited]\r\n").ends_with("8\r\n[waited]\r\n"));
  }
  FeedOf(0)->Write("end!");
  EXPECT_TRUE(client.ReadUntil("0\r\n\r\n").ends_with("end!\r\n0\r\n\r\n"));
  EXPECT_TRUE(Eventually([&] { return server_->in_flight() == 0; }));
}

TEST_F(HttpServerStreams, BreakOffWhereTheirSourceThrows) {
  auto client = server_.Connect();
  client.Send(kGet);
  ASSERT_TRUE(Eventually([&] { return Fed() == 1; }));
  FeedOf(0)->Write("one");
  client.ReadUntil("one");
  FeedOf(0)->Write("?");
  EXPECT_EQ(client.ReadAll().find("0\r\n\r\n"), std::string::npos);
  EXPECT_TRUE(Eventually([&] { return alive_ == 0 && server_->in_flight() == 0; }));
}

TEST_F(HttpServerStreams, ServeWhatWasPipelinedBehindThem) {
  auto client = server_.Connect();
  client.Send(std::string(kGet) + "GET /plain HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(Eventually([&] { return Fed() == 1; }));
  FeedOf(0)->Write("one");
  client.ReadUntil("one\r\n");
  FeedOf(0)->Write("!");
  client.ReadUntil("0\r\n\r\n");
  const auto next = client.Read();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->body, "plain");
}

TEST_F(HttpServerStreams, MayEndWhileTheServerDrainsAndAreCancelledAfterThat) {
  auto lasting = server_.Connect();
  auto ending = server_.Connect();
  lasting.Send(kGet);
  ASSERT_TRUE(Eventually([&] { return Fed() == 1; }));
  ending.Send(kGet);
  ASSERT_TRUE(Eventually([&] { return Fed() == 2; }));
  std::thread stop([&] { server_.Stop(Duration(500)); });
  std::this_thread::sleep_for(Duration(50));
  FeedOf(1)->Write("end!");
  EXPECT_TRUE(ending.ReadUntil("0\r\n\r\n").ends_with("end!\r\n0\r\n\r\n"));
  EXPECT_TRUE(Eventually([&] { return alive_ == 1; }));
  EXPECT_TRUE(lasting.ReadAll().ends_with("[stopped]\r\n0\r\n\r\n"));
  stop.join();
  EXPECT_EQ(alive_, 0);
}

TEST_F(HttpServerStreams, EndAtOnceWhenCancelledAlsoWhereTheyAlwaysHaveMore) {
  restless_ = std::string(1'000, 'x');
  auto client = server_.Connect();
  client.Send("GET /restless HTTP/1.1\r\nHost: x\r\n\r\n");
  std::thread reader([&] {
    while (client.ReadAtMost(64 * 1024) > 0) {
    }
  });
  ASSERT_TRUE(Eventually([&] { return server_->in_flight() == 1; }));
  std::this_thread::sleep_for(Duration(50));
  const TimePoint begun = SystemClock().Now();
  server_.Stop(Duration(50));
  EXPECT_LT(SystemClock().Now() - begun, Duration(2'000));
  reader.join();
}

TEST_F(HttpServerStreams, LeaveTheOthersTheirTurn) {
  constexpr int kRestless = 16;  // more than there are carrier threads
  std::vector<test::RawClient> restless;
  for (int i = 0; i < kRestless; ++i) {
    restless.push_back(server_.Connect());
    restless.back().Send("GET /restless HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  ASSERT_TRUE(Eventually([&] { return server_->in_flight() == kRestless; }));
  for (int i = 0; i < 8; ++i) {
    auto client = server_.Connect();
    client.Send(kGet);
    ASSERT_TRUE(Eventually([&] { return Fed() == static_cast<std::size_t>(i) + 1; }));
    FeedOf(static_cast<std::size_t>(i))->Write("end!");
    ASSERT_TRUE(client.ReadUntil("0\r\n\r\n").ends_with("end!\r\n0\r\n\r\n"));
  }
  silence_ = Duration(50);
  for (int i = 0; i < 2; ++i) {  // one per thread
    auto client = server_.Connect();
    client.Send(kGet);
    EXPECT_TRUE(client.ReadUntil("(silence)").ends_with("(silence)"));
  }
}

TEST_F(HttpServerStreams, AreDroppedWhereTheClientStopsTakingAfterAWhile) {
  Limits limits;
  limits.write_timeout = Duration(200);
  server_->SetLimits(limits);
  for (std::size_t round = 0; round < 8; ++round) {
    auto client = server_.Connect(64 * 1024);
    client.Send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
    for (std::size_t taken = 0; taken < 3'000'000 + round * 300'000;) {
      taken += client.ReadAtMost(64 * 1024);
    }
    EXPECT_TRUE(Eventually([&] { return alive_ == 0; })) << "round " << round;
  }
}

TEST_F(HttpServerStreams, AreNotPulledWhileTheClientTakesNothing) {
  Limits limits;
  limits.write_timeout = Duration(300);
  server_->SetLimits(limits);
  auto client = server_.Connect(4096);
  client.Send(kGet);
  ASSERT_TRUE(Eventually([&] { return Fed() == 1; }));
  // More than the sockets can hold: then the pipe fills, and finally the client is dropped.
  const std::string piece(4096, 'x');
  std::size_t fed = 0;
  EXPECT_TRUE(Eventually([&] {
    while (fed < 100'000'000 && ::write(FeedOf(0)->in, piece.data(), piece.size()) > 0) {
      fed += piece.size();
    }
    return alive_ == 0;
  }));
  EXPECT_LT(fed, 50'000'000U);
  EXPECT_TRUE(Eventually([&] { return server_->in_flight() == 0; }));
}

}  // namespace
}  // namespace agm::http
