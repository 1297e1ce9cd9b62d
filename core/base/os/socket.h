#pragma once

#include <sys/types.h>

#include <cstddef>

#include "core/base/unique_fd.h"

namespace agm::os {

// Sockets that programs started by this one do not inherit, and writes that raise no SIGPIPE.
//
// Thread safety: any thread.

/// A new socket, or an empty one with errno set.
UniqueFd NewSocket(int family, int type, int protocol);
/// Takes the next connection of a listener, or returns an empty one with errno set.
UniqueFd Accept(int listener);
void SetNonBlocking(int fd);
/// Sends what the socket takes now, like send(2) with MSG_DONTWAIT.
ssize_t SendNow(int socket, const void* bytes, std::size_t size);
/// Like SendNow, but a blocking socket waits for room.
ssize_t Send(int socket, const void* bytes, std::size_t size);

}  // namespace agm::os
