#include "core/http/server/listener.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "core/base/os/socket.h"

namespace agm::http {
namespace {

constexpr int kBacklog = 4096;
using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

std::string WithoutBrackets(const std::string& host) {
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  return bracketed ? host.substr(1, host.size() - 2) : host;
}

Result<Addresses> LookUp(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string name = WithoutBrackets(host);
  const int problem = ::getaddrinfo(name.empty() ? nullptr : name.c_str(),
                                    std::to_string(port).c_str(), &hints, &found);
  if (problem != 0) {
    return Fail(ErrorCode::kConfig,
                "cannot listen on host \"{}\": {}; give an address of this machine such as "
                "127.0.0.1, ::1 or 0.0.0.0 with --host",
                host, ::gai_strerror(problem));
  }
  return Addresses(found, &::freeaddrinfo);
}

/// Prefers IPv4 for a name with addresses of both families, such as localhost.
const addrinfo& Preferred(const addrinfo& first) {
  for (const addrinfo* each = &first; each != nullptr; each = each->ai_next) {
    if (each->ai_family == AF_INET) return *each;
  }
  return first;
}

Error Explain(const std::string& host, int port, int problem) {
  switch (problem) {
    case EADDRINUSE:
      return Fail(
          ErrorCode::kConfig,
          "port {} on {} is in use by another program; stop it, or choose another port with "
          "--port or AGM_PORT",
          port, host);
    case EACCES:
      return Fail(ErrorCode::kConfig,
                  "no right to listen on port {} of {}; choose a port above 1023 with --port", port,
                  host);
    case EADDRNOTAVAIL:
      return Fail(
          ErrorCode::kConfig,
          "this machine has no address {}; choose one that it has, or 0.0.0.0 for all, with "
          "--host",
          host);
    default:
      return Fail(ErrorCode::kConfig, "cannot listen on {} port {}: {}", host, port,
                  std::strerror(problem));
  }
}

/// Returns 0, or the errno of the first step that failed.
int Prepare(int fd, const addrinfo& address) {
  const int on = 1;
  const int off = 0;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.ai_family == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (::bind(fd, address.ai_addr, address.ai_addrlen) != 0) return errno;
  return ::listen(fd, kBacklog) != 0 ? errno : 0;
}

int PortOf(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return 0;
  return storage.ss_family == AF_INET6
             ? ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port)
             : ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

bool IsListening(int fd) {
  int listens = 0;
  socklen_t size = sizeof listens;
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0;
}

int NumberOf(const char* variable) {
  const char* text = std::getenv(variable);
  return text == nullptr ? 0 : std::atoi(text);
}

}  // namespace

std::optional<Listening> TakePassedListener() {
  constexpr int kFirst = 3;
  const bool ours = NumberOf("LISTEN_PID") == ::getpid() && NumberOf("LISTEN_FDS") > 0;
  if (!ours || !IsListening(kFirst)) return std::nullopt;
  ::unsetenv("LISTEN_PID");
  ::unsetenv("LISTEN_FDS");
  ::fcntl(kFirst, F_SETFD, FD_CLOEXEC);
  return Listening{kFirst, PortOf(kFirst), true};
}

Result<Listening> Listen(const std::string& host, int port) {
  if (port < 0 || port > 65535) {
    return Fail(ErrorCode::kConfig, "port {} does not exist; expected 0 to 65535", port);
  }
  Result<Addresses> addresses = LookUp(host, port);
  if (!addresses) return std::move(addresses).error();
  const addrinfo& address = Preferred(**addresses);
  UniqueFd fd = os::NewSocket(address.ai_family, SOCK_STREAM, 0);
  if (fd.get() < 0) return Explain(host, port, errno);
  if (const int problem = Prepare(fd.get(), address); problem != 0) {
    return Explain(host, port, problem);
  }
  const int bound = PortOf(fd.get());
  return Listening{fd.release(), bound, false};
}

void WakeListener(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return;
  const UniqueFd wake = os::NewSocket(address.ss_family, SOCK_STREAM, 0);
  os::SetNonBlocking(wake.get());
  [[maybe_unused]] const int begun =
      ::connect(wake.get(), reinterpret_cast<const sockaddr*>(&address), size);
}

void AllowManyDescriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace agm::http
