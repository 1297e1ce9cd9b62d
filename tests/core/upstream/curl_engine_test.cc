#include "core/upstream/curl_engine.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>

#include "core/upstream/curl_line.h"
#include "tests/support/scripted_server.h"

namespace agm::upstream {
namespace {

using namespace test;

/// A port of ::1 where a connection is neither taken nor refused: the queue is full.
class SilentPort {
 public:
  explicit SilentPort(int port) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    address.sin6_port = htons(static_cast<std::uint16_t>(port));
    const auto* where = reinterpret_cast<const sockaddr*>(&address);
    fds_[0] = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int one = 1;
    ::setsockopt(fds_[0], IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    listens_ = ::bind(fds_[0], where, sizeof address) == 0 && ::listen(fds_[0], 0) == 0;
    for (std::size_t i = 1; i < fds_.size(); ++i) {
      fds_[i] = ::socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      ::connect(fds_[i], where, sizeof address);
    }
  }
  ~SilentPort() {
    for (const int fd : fds_) ::close(fd);
  }
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;
  bool listens() const { return listens_; }

 private:
  std::array<int, 5> fds_{};
  bool listens_ = false;
};

std::size_t Count(char*, std::size_t size, std::size_t count, void* total) {
  *static_cast<std::size_t*>(total) += size * count;
  return size * count;
}

/// A line to a host that has ::1 and 127.0.0.1, in this order.
struct TwoAddresses {
  explicit TwoAddresses(int port) : line(NewLine("key", {})) {
    const std::string at = std::to_string(port);
    known.reset(curl_slist_append(nullptr, ("both.test:" + at + ":[::1],127.0.0.1").c_str()));
    CURL* easy = line->easy.get();
    Set(easy, CURLOPT_RESOLVE, known.get());
    line->Aim("http://both.test:" + at + "/");
    Set(easy, CURLOPT_PROXY, "");
    Set(easy, CURLOPT_WRITEFUNCTION, &Count);
    Set(easy, CURLOPT_WRITEDATA, static_cast<void*>(&received));
  }
  bool ReadSome() {
    const TimePoint end = After(SystemClock().Now(), Duration(3'000));
    while (received == 0 && SystemClock().Now() < end && !line->engine.Move()) {
      if (received == 0) line->engine.Wait(After(SystemClock().Now(), Duration(50)), -1);
    }
    return received > 0;
  }

  HeaderList known;
  std::unique_ptr<Line> line;
  std::size_t received = 0;
};

TEST(Engine, KnowsItsSocketAlsoWhereTwoAddressesWereTried) {
  SetUpProcessOnce();
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(ChunkedHead() + Chunk("hi"));
    visitor.AwaitClose(std::chrono::milliseconds(2'000));
  });
  const SilentPort silent(server.port());
  if (!silent.listens()) GTEST_SKIP() << "this machine has no ::1";
  TwoAddresses both(server.port());
  ASSERT_TRUE(both.line->engine.Begin());
  EXPECT_TRUE(both.ReadSome());
  EXPECT_GE(both.line->engine.awaited().fd, 0);
  both.line->engine.End();
}

}  // namespace
}  // namespace agm::upstream
