#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "cli/service_manager.h"
#include "tests/support/temp_dir.h"

namespace agm::cli {
namespace {

/// A service manager's end of the socket.
class Manager {
 public:
  /// Its address has at least `length` bytes.
  explicit Manager(std::size_t length = 0)
      : path_((folder_ / "notify").string()), fd_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    path_.resize(std::max(path_.size(), length), 'y');
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), std::min(path_.size(), sizeof address.sun_path));
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~Manager() { ::close(fd_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  const std::string& path() const { return path_; }
  std::string Take() const {
    char buffer[512];
    const ssize_t n = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
    return n < 0 ? "" : std::string(buffer, static_cast<std::size_t>(n));
  }

 private:
  test::TempDir folder_;
  std::string path_;
  int fd_;
};

TEST(ServiceManager, GetsOneDatagramForEachMessage) {
  const Manager manager;
  const ServiceManager notify({{"NOTIFY_SOCKET", manager.path()}});
  notify.Send(ReadyMessage(3, 4));
  EXPECT_EQ(manager.Take(), "READY=1\nSTATUS=3 of 4 accounts ready");
  EXPECT_EQ(manager.Take(), "");
}

TEST(ServiceManager, IsNotNeeded) {
  ServiceManager(config::Environment()).Send("READY=1");
  ServiceManager(config::Environment{{"NOTIFY_SOCKET", "/nowhere/notify"}}).Send("READY=1");
}

TEST(ServiceManager, LeavesAnAddressAloneThatFitsInNoSocket) {
  ServiceManager(config::Environment{{"NOTIFY_SOCKET", "/" + std::string(4'000, 'a')}})
      .Send("READY=1");
  const Manager shorter(sizeof sockaddr_un::sun_path - 1);
  ServiceManager(config::Environment{{"NOTIFY_SOCKET", shorter.path()}}).Send("READY=1");
  EXPECT_EQ(shorter.Take(), "READY=1");
  const Manager longer(sizeof sockaddr_un::sun_path);
  ServiceManager(config::Environment{{"NOTIFY_SOCKET", longer.path()}}).Send("READY=1");
  EXPECT_EQ(longer.Take(), "") << "no byte is left for the end";
}

TEST(ServiceManager, WatchesOnlyTheProcessThatItNames) {
  const std::string own = std::to_string(::getpid());
  EXPECT_EQ(ServiceManager(config::Environment{{"WATCHDOG_USEC", "30000000"}}).watchdog(),
            Duration(30'000));
  EXPECT_EQ(ServiceManager({{"WATCHDOG_USEC", "3000000"}, {"WATCHDOG_PID", own}}).watchdog(),
            Duration(3'000));
  EXPECT_EQ(ServiceManager({{"WATCHDOG_USEC", "3000000"}, {"WATCHDOG_PID", "1"}}).watchdog(),
            std::nullopt);
  EXPECT_EQ(ServiceManager({}).watchdog(), std::nullopt);
}

}  // namespace
}  // namespace agm::cli
