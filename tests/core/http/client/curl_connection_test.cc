#include "core/http/client/curl_connection.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "core/http/client/curl_line.h"
#include "tests/support/scripted_server.h"

namespace agm::http {
namespace {

using namespace test;

/// A port of ::1 that neither accepts nor refuses connections, because its queue is full.
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

/// A connection to a host that has ::1 and 127.0.0.1, in this order.
struct TwoAddresses {
  explicit TwoAddresses(int port) {
    const std::string at = std::to_string(port);
    known = curl_slist_append(nullptr, ("both.test:" + at + ":[::1],127.0.0.1").c_str());
    Set(connection.easy(), CURLOPT_RESOLVE, known);
    Set(connection.easy(), CURLOPT_URL, ("http://both.test:" + at + "/").c_str());
    Set(connection.easy(), CURLOPT_PROXY, "");
  }
  ~TwoAddresses() { curl_slist_free_all(known); }
  TwoAddresses(const TwoAddresses&) = delete;
  TwoAddresses& operator=(const TwoAddresses&) = delete;

  bool Connect() {
    const TimePoint end = After(SystemClock().Now(), Duration(3'000));
    while (SystemClock().Now() < end) {
      if (const auto result = connection.Connect()) return *result == CURLE_OK;
      connection.Wait(end, false, -1);
    }
    return false;
  }

  curl_slist* known = nullptr;
  DescriptorCount count;
  CurlConnection connection{count, CurlConnection::Bytes::kPlain};
};

TEST(CurlConnection, KnowsItsSocketAlsoWhereTwoAddressesWereTried) {
  SetUpProcessOnce();
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send("hi");
    visitor.AwaitClose(std::chrono::milliseconds(2'000));
  });
  const SilentPort silent(server.port());
  if (!silent.listens()) GTEST_SKIP() << "this machine has no ::1";
  TwoAddresses both(server.port());
  CurlConnection& connection = both.connection;
  ASSERT_TRUE(both.Connect());
  EXPECT_TRUE(connection.IsQuiet());
  const std::string_view request = "GET / HTTP/1.1\r\n\r\n";
  EXPECT_EQ(connection.Send(request), request.size());
  pollfd answered{connection.fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&answered, 1, 3'000), 1);
  std::array<char, 1> room{};
  const auto received = connection.Receive(room);
  EXPECT_EQ(std::string_view(room.data(), received.size), "h");
  EXPECT_FALSE(connection.IsQuiet());
}

}  // namespace
}  // namespace agm::http
