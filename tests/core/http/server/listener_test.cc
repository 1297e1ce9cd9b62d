#include "core/http/server/listener.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "tests/support/raw_client.h"

namespace agm::http {
namespace {

/// The message of a failed Listen; empty if it succeeded.
std::string Problem(const std::string& host, int port) {
  const auto listening = Listen(host, port);
  if (!listening) return listening.error().message;
  ::close(listening->fd);
  return {};
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool HasIpv6() {
  const int fd = ::socket(AF_INET6, SOCK_STREAM, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  const bool has = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return has;
}

TEST(Listener, TakesAFreePortAndNamesIt) {
  const auto listening = Listen("127.0.0.1", 0);
  ASSERT_TRUE(listening);
  EXPECT_GT(listening->port, 0);
  EXPECT_TRUE(test::RawClient(listening->port).connected());
  ::close(listening->fd);
}

TEST(Listener, SaysThatThePortIsTakenAndWhatToDo) {
  const auto first = Listen("127.0.0.1", 0);
  ASSERT_TRUE(first);
  const auto second = Listen("127.0.0.1", first->port);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConfig);
  EXPECT_TRUE(Contains(second.error().message, std::to_string(first->port)))
      << second.error().message;
  EXPECT_TRUE(Contains(second.error().message, "in use"));
  EXPECT_TRUE(Contains(second.error().message, "--port"));
  ::close(first->fd);
}

TEST(Listener, TakesAPortAgainRightAfterItWasGivenUp) {
  const auto first = Listen("127.0.0.1", 0);
  ASSERT_TRUE(first);
  test::RawClient client(first->port);
  const int accepted = ::accept(first->fd, nullptr, nullptr);
  ::close(accepted);  // our side closes first: TIME_WAIT
  ::close(first->fd);
  EXPECT_EQ(Problem("127.0.0.1", first->port), "");
}

TEST(Listener, SaysThatTheHostIsNoneOfThisMachine) {
  EXPECT_TRUE(Contains(Problem("192.0.2.1", 0), "192.0.2.1"));
  EXPECT_TRUE(Contains(Problem("192.0.2.1", 0), "--host"));
  EXPECT_TRUE(Contains(Problem("no such host", 0), "no such host"));
  EXPECT_TRUE(Contains(Problem("127.0.0.1", 70'000), "70000"));
}

TEST(Listener, SaysThatItHasNoRight) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may use every port";
  EXPECT_TRUE(Contains(Problem("127.0.0.1", 1), "no right"));
}

TEST(Listener, TakesIpv6WithOrWithoutBrackets) {
  if (!HasIpv6()) GTEST_SKIP() << "this machine has no IPv6 loopback";
  EXPECT_EQ(Problem("::1", 0), "");
  EXPECT_EQ(Problem("[::1]", 0), "");
}

TEST(Listener, ListensOnIpv4TooWhereItListensOnAllAddresses) {
  if (!HasIpv6()) GTEST_SKIP() << "this machine has no IPv6 loopback";
  const auto listening = Listen("::", 0);
  ASSERT_TRUE(listening);
  EXPECT_TRUE(test::RawClient(listening->port).connected());
  ::close(listening->fd);
}

TEST(Listener, TakesLocalhostAsIpv4) {
  const auto listening = Listen("localhost", 0);
  ASSERT_TRUE(listening);
  EXPECT_TRUE(test::RawClient(listening->port).connected());
  ::close(listening->fd);
}

TEST(Listener, AllowsAsManyDescriptorsAsTheSystemPermits) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = before.rlim_max / 2;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  AllowManyDescriptors();
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
}

}  // namespace
}  // namespace agm::http
