#include <fcntl.h>
#include <sys/socket.h>

#include "core/base/os/socket.h"

namespace agm::os {
namespace {

UniqueFd Prepared(int fd) {
  if (fd < 0) return UniqueFd();
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
#ifdef SO_NOSIGPIPE
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  return UniqueFd(fd);
}

#ifdef MSG_NOSIGNAL
constexpr int kNoSignal = MSG_NOSIGNAL;
#else
constexpr int kNoSignal = 0;
#endif

}  // namespace

UniqueFd NewSocket(int family, int type, int protocol) {
  return Prepared(::socket(family, type, protocol));
}

UniqueFd Accept(int listener) { return Prepared(::accept(listener, nullptr, nullptr)); }

void SetNonBlocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

ssize_t SendNow(int socket, const void* bytes, std::size_t size) {
  return ::send(socket, bytes, size, MSG_DONTWAIT | kNoSignal);
}

ssize_t Send(int socket, const void* bytes, std::size_t size) {
  return ::send(socket, bytes, size, kNoSignal);
}

}  // namespace agm::os
