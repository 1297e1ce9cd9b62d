#pragma once

#include <string>

#include "core/base/result.h"

namespace agm::gateway {

struct Listening {
  int fd = -1;
  int port = 0;
};

/// A socket that listens on `host` (a name or address, IPv6 with or without brackets) and `port`
/// (0: a free one). SO_REUSEADDR only, so that two servers cannot share a port; a deep backlog.
/// "::" takes IPv4 too. What is wrong comes as kConfig in words that say what to do.
Result<Listening> Listen(const std::string& host, int port);

/// Raises this process' limit of open descriptors as far as it may: each connection needs one, each
/// upstream call another.
void AllowManyDescriptors();

}  // namespace agm::gateway
