#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/config/config.h"

namespace agm::cli {

/// The lines of `agm serve` when it accepts connections.
struct Listening {
  int port = 0;
  int ready = 0;                           ///< accounts
  bool mock = false;                       ///< the embedded mock answers instead of the accounts
  std::vector<std::string> lan_addresses;  ///< of this machine, as other machines write them
};

/// The address as a client on this machine writes it: "http://127.0.0.1:8045".
std::string UrlOf(const std::string& host, int port, bool tls);

/// "auto", "off", "strict" or "all_except_health".
std::string_view ModeName(config::AuthMode mode);

/// The first line: "agm 0.1.0 listens on http://127.0.0.1:8045 (2 of 2 accounts ready; auth off)".
std::string StartLine(const config::Config& config, const Listening& listening);

/// The lines below it: the base URL for clients, also with the LAN addresses where other machines
/// reach the gateway, the address of the page unless it is closed, and the next step where there is
/// no account.
std::vector<std::string> AddressLines(const config::Config& config, const Listening& listening);

/// A warning where other machines reach the gateway and need no key; empty otherwise.
std::string StartWarning(const config::Config& config);

/// The IPv4 addresses of this machine's interfaces that are up, without loopback.
std::vector<std::string> LanAddresses();

}  // namespace agm::cli
