#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/config/paths.h"

namespace agm::cli {

/// Tells the service manager what this process does, by datagrams as sd_notify(3) describes.
/// Without a manager (NOTIFY_SOCKET is not set) nothing is sent.
///
///   ServiceManager manager(environment);
///   manager.Send("READY=1\nSTATUS=3 of 4 accounts ready");
///
/// Thread safety: any thread.
class ServiceManager {
 public:
  explicit ServiceManager(const config::Environment& environment);

  void Send(std::string_view message) const;
  /// The manager restarts this process if it is not told WATCHDOG=1 within this time; nullopt: no
  /// watchdog.
  std::optional<Duration> watchdog() const { return watchdog_; }

 private:
  std::string socket_;
  std::optional<Duration> watchdog_;
};

/// "READY=1" with the state of the pool.
std::string ReadyMessage(int ready, std::size_t accounts);

}  // namespace agm::cli
