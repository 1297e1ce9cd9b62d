// Cancellation while CurlTransport connects, sends, waits and reads.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/core/http/client/curl_client.h"

namespace agm::http {
namespace {

/// A listener whose queue is full: connections to it neither succeed nor fail.
class DeafListener {
 public:
  DeafListener() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    EXPECT_EQ(bind(listener_, Address(), size), 0);
    EXPECT_EQ(listen(listener_, 0), 0);
    EXPECT_EQ(getsockname(listener_, Address(), &size), 0);
    while (Fill()) {
    }
  }
  ~DeafListener() {
    for (const int fd : fillers_) close(fd);
    close(listener_);
  }
  int port() const { return ntohs(address_.sin_port); }

 private:
  sockaddr* Address() { return reinterpret_cast<sockaddr*>(&address_); }
  // False if the last connection did not fit into the queue.
  bool Fill() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    fillers_.push_back(fd);
    connect(fd, Address(), sizeof address_);
    pollfd entry{fd, POLLOUT, 0};
    return poll(&entry, 1, 100) == 1;
  }

  int listener_;
  sockaddr_in address_{};
  std::vector<int> fillers_;
};

TEST(CurlTransportCancel, StopsWhileConnecting) {
  const DeafListener deaf;
  CurlTransport transport;
  Whistle whistle;
  const Duration late = AfterTheWhistle(whistle, [&] {
    const auto answer =
        transport.Send(RequestTo("http://127.0.0.1:" + std::to_string(deaf.port()) + "/"), whistle);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kCancelled);
  });
  EXPECT_LT(late, Duration(250));
}

TEST(CurlTransportCancel, ConnectingEndsInTime) {
  const DeafListener deaf;
  CurlTransport transport;
  OutgoingRequest request = RequestTo("http://127.0.0.1:" + std::to_string(deaf.port()) + "/");
  request.connect_timeout = Duration(200);
  const Duration took = Took([&] {
    const auto answer = transport.Send(request, NeverCancelled());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kUpstreamUnavailable);
  });
  EXPECT_LT(took, Duration(1'000));
}

/// A server that records how soon after the cancellation its connection was closed.
struct Watched {
  explicit Watched(std::string sends)
      : server([this, bytes = std::move(sends)](Visitor& visitor) {
          visitor.ReadRequest();
          visitor.Send(bytes);
          closed = visitor.AwaitClose(kLong);
        }) {}
  std::atomic<bool> closed{false};
  ScriptedServer server;
};

bool Soon(const std::atomic<bool>& flag) {
  for (int i = 0; i < 250 && !flag; ++i) std::this_thread::sleep_for(milliseconds(1));
  return flag;
}

TEST(CurlTransportCancel, StopsTheUpstreamWhileWaitingForTheHead) {
  Watched watched("");
  CurlTransport transport;
  Whistle whistle;
  const Duration late = AfterTheWhistle(whistle, [&] {
    const auto answer = transport.Send(RequestTo(watched.server.url("/")), whistle);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kCancelled);
  });
  EXPECT_LT(late, Duration(250));
  EXPECT_TRUE(Soon(watched.closed));
}

TEST(CurlTransportCancel, StopsTheUpstreamInTheMiddleOfTheBody) {
  Watched watched(ChunkedHead() + Chunk("x"));
  CurlTransport transport;
  Whistle whistle;
  auto download = transport.Send(RequestTo(watched.server.url("/")), whistle);
  ASSERT_TRUE(download);
  const Duration late = AfterTheWhistle(whistle, [&] {
    const auto rest = ReadAll(**download, whistle);
    ASSERT_FALSE(rest);
    EXPECT_EQ(rest.error().code, ErrorCode::kCancelled);
  });
  EXPECT_LT(late, Duration(250));
  EXPECT_TRUE(Soon(watched.closed));
}

TEST(CurlTransportCancel, StopsTheUpstreamWhenTheDownloadIsDropped) {
  Watched watched(ChunkedHead() + Chunk("x"));
  CurlTransport transport;
  auto download = transport.Send(RequestTo(watched.server.url("/")), NeverCancelled());
  ASSERT_TRUE(download);
  download->reset();
  EXPECT_TRUE(Soon(watched.closed));
  EXPECT_EQ(transport.idle(), 0U);
}

TEST(CurlTransportCancel, IsHeardThroughADescriptorThatStaysReadable) {
  Watched watched("");
  CurlTransport transport;
  Whistle whistle;
  whistle.MakeNoise();
  std::thread thread([&] {
    std::this_thread::sleep_for(milliseconds(100));
    whistle.BlowSilently();
  });
  const Duration took = Took([&] {
    const auto answer = transport.Send(RequestTo(watched.server.url("/")), whistle);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kCancelled);
  });
  thread.join();
  EXPECT_LT(took, Duration(350));
  EXPECT_TRUE(Soon(watched.closed));
}

TEST(CurlTransportCancel, DoesNotSpinOnADescriptorThatStaysReadable) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.AwaitClose(Duration(300));
    visitor.Send(HttpAnswer("{}"));
  });
  CurlTransport transport;
  Whistle whistle;
  whistle.MakeNoise();
  EXPECT_EQ(Got(transport, RequestTo(server.url("/")), whistle), "{}");
  EXPECT_LE(whistle.asked(), 20);
}

TEST(CurlTransportCancel, NothingIsSentForAClientThatHasLeftAlready) {
  ScriptedServer server(AnswerAll);
  CurlTransport transport;
  Whistle whistle;
  whistle.Blow();
  const auto answer = Fetch(transport, RequestTo(server.url("/")), whistle);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace agm::http
