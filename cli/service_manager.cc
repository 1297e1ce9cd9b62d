#include "cli/service_manager.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "core/base/os/socket.h"

namespace agm::cli {
namespace {

std::optional<Duration> ReadWatchdog(const config::Environment& environment) {
  const std::string micros(config::Get(environment, "WATCHDOG_USEC"));
  const std::string pid(config::Get(environment, "WATCHDOG_PID"));
  const long long time = std::atoll(micros.c_str());
  if (time <= 0 || (!pid.empty() && std::atol(pid.c_str()) != ::getpid())) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::microseconds(time));
}

}  // namespace

ServiceManager::ServiceManager(const config::Environment& environment)
    : socket_(config::Get(environment, "NOTIFY_SOCKET")), watchdog_(ReadWatchdog(environment)) {}

void ServiceManager::Send(std::string_view message) const {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  // A name that begins with "@" is in the abstract name space, where a zero byte comes first.
  if (socket_.front() == '@') address.sun_path[0] = '\0';
  const UniqueFd fd = os::NewSocket(AF_UNIX, SOCK_DGRAM, 0);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  [[maybe_unused]] const ssize_t sent = ::sendto(fd.get(), message.data(), message.size(), 0,
                                                 reinterpret_cast<const sockaddr*>(&address), size);
}

std::string ReadyMessage(int ready, std::size_t accounts) {
  return fmt::format("READY=1\nSTATUS={} of {} accounts ready", ready, accounts);
}

}  // namespace agm::cli
