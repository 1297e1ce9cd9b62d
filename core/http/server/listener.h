#pragma once

#include <optional>
#include <string>

#include "core/base/result.h"

namespace agm::http {

struct Listening {
  int fd = -1;
  int port = 0;
  bool passed = false;  ///< the service manager opened it and keeps a copy: never shut it down
};

/// The listening socket that the service manager has passed to this process (LISTEN_PID and
/// LISTEN_FDS, see sd_listen_fds(3)); nothing if there is none, or if it was taken already.
std::optional<Listening> TakePassedListener();

/// Opens a socket that listens on `host` (a name or address, IPv6 with or without brackets) and
/// `port` (0: any free one). It sets only SO_REUSEADDR, so two servers cannot share a port, and a
/// deep backlog. "::" accepts IPv4 too. Errors are kConfig and tell the user what to do.
Result<Listening> Listen(const std::string& host, int port);

/// Connects to a listening socket and closes that connection, so that a blocked accept returns.
void WakeListener(int fd);

/// Raises this process's limit of open descriptors as far as allowed: each connection needs one,
/// each upstream call another.
void AllowManyDescriptors();

}  // namespace agm::http
