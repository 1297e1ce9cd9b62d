// A socket that the service manager opened: as it is found in a child process.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>

#include "core/http/server/listener.h"
#include "core/http/server/wire.h"
#include "tests/core/http/server/running_server.h"

namespace agm::http {
namespace {

constexpr int kFirst = 3;

/// Runs `child` in a child process that finds `fd` as the service manager's first; returns what it
/// returns.
int InChild(int fd, const std::string& count, const std::function<int()>& child,
            int pid_ahead = 0) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::alarm(30);  // ends a child that hangs
    if (fd != kFirst) ::dup2(fd, kFirst);
    ::fcntl(kFirst, F_SETFD, 0);
    ::setenv("LISTEN_PID", std::to_string(::getpid() + pid_ahead).c_str(), 1);
    ::setenv("LISTEN_FDS", count.c_str(), 1);
    ::_exit(child());
  }
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool Ready(int fd) {
  pollfd polled{fd, POLLIN, 0};
  return ::poll(&polled, 1, 5'000) == 1;
}

class PassedListener : public testing::Test {
 protected:
  void SetUp() override {
    const auto listening = Listen("127.0.0.1", 0);
    ASSERT_TRUE(listening);
    EXPECT_FALSE(listening->passed);
    fd_ = listening->fd;
    port_ = listening->port;
  }
  void TearDown() override { ::close(fd_); }

  int fd_ = -1;
  int port_ = 0;
};

TEST_F(PassedListener, IsTakenOnceAndHiddenFromChildren) {
  const int bad = InChild(fd_, "1", [&] {
    const auto taken = TakePassedListener();
    if (!taken || taken->fd != kFirst || taken->port != port_ || !taken->passed) return 1;
    if (std::getenv("LISTEN_PID") != nullptr || std::getenv("LISTEN_FDS") != nullptr) return 2;
    if ((::fcntl(kFirst, F_GETFD) & FD_CLOEXEC) == 0) return 3;
    return TakePassedListener() ? 4 : 0;
  });
  EXPECT_EQ(bad, 0);
}

TEST_F(PassedListener, IsNoneWhereItIsForAnotherProcessOrListensNot) {
  const auto taken = [] { return TakePassedListener() ? 1 : 0; };
  EXPECT_EQ(InChild(fd_, "2", taken), 1);
  EXPECT_EQ(InChild(fd_, "1", taken, 1), 0);
  EXPECT_EQ(InChild(fd_, "0", taken), 0);
  EXPECT_EQ(InChild(fd_, "x", taken), 0);
  const int plain = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(InChild(plain, "1", taken), 0);
  ::close(plain);
  const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(InChild(file, "1", taken), 0);
  ::close(file);
}

TEST_F(PassedListener, IsLeftOpenForTheNextProcess) {
  const int bad = InChild(fd_, "1", [&] {
    RunningServer server([](Request&) { return Text("served"); });
    if (server.port() != port_) return 1;
    auto client = server.Connect();
    client.Send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto answer = client.Read();
    if (!answer || answer->body != "served") return 2;
    server.Stop(Duration(0));
    return 0;
  });
  EXPECT_EQ(bad, 0);
  EXPECT_TRUE(test::RawClient(port_).connected());
  EXPECT_TRUE(Ready(fd_));
}

TEST_F(PassedListener, IsWokenByAConnectionThatEndsAtOnce) {
  EXPECT_EQ(InChild(fd_, "1",
                    [&] {
                      WakeListener(fd_);
                      return 0;
                    }),
            0);
  ASSERT_TRUE(Ready(fd_));
  const int accepted = ::accept(fd_, nullptr, nullptr);
  ASSERT_GE(accepted, 0);
  ASSERT_TRUE(Ready(accepted));
  char byte = 0;
  EXPECT_LE(::recv(accepted, &byte, 1, 0), 0);
  ::close(accepted);
}

TEST_F(PassedListener, IsNotWaitedForWhereItsQueueIsFull) {
  ASSERT_EQ(::listen(fd_, 0), 0);
  EXPECT_EQ(InChild(fd_, "1",
                    [&] {
                      for (int i = 0; i < 8; ++i) WakeListener(fd_);
                      return 0;
                    }),
            0);
}

TEST(PeerAddress, IsThatOfIpv4OnASocketForBoth) {
  const auto listening = Listen("::", 0);
  if (!listening) GTEST_SKIP() << "this machine has no IPv6";
  const test::RawClient client(listening->port);
  ASSERT_TRUE(client.connected());
  const int accepted = ::accept(listening->fd, nullptr, nullptr);
  EXPECT_EQ(PeerAddress(accepted), "127.0.0.1");
  EXPECT_EQ(PeerAddress(listening->fd), "");
  ::close(accepted);
  ::close(listening->fd);
}

}  // namespace
}  // namespace agm::http
