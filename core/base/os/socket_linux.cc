#include <fcntl.h>
#include <sys/socket.h>

#include "core/base/os/socket.h"

namespace agm::os {

UniqueFd NewSocket(int family, int type, int protocol) {
  return UniqueFd(::socket(family, type | SOCK_CLOEXEC, protocol));
}

UniqueFd Accept(int listener) {
  return UniqueFd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
}

void SetNonBlocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

ssize_t SendNow(int socket, const void* bytes, std::size_t size) {
  return ::send(socket, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

ssize_t Send(int socket, const void* bytes, std::size_t size) {
  return ::send(socket, bytes, size, MSG_NOSIGNAL);
}

}  // namespace agm::os
