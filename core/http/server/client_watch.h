#pragma once

#include <atomic>

#include "core/base/cancellation.h"

namespace agm::gateway {

/// Whether the client behind a socket is still there. One that closes its sending side counts as
/// gone. `Cancel` makes it look gone to whoever asks.
///
/// Watching the socket itself would wake a waiter for ever once the client sends early (its next
/// request, say). From then on fd() is an epoll set that tells of the client's leaving only.
///
/// Thread safety: any thread.
class ClientWatch : public Cancellation {
 public:
  /// `socket` must stay open as long as this lives.
  explicit ClientWatch(int socket) : socket_(socket) {}
  ~ClientWatch() override;
  ClientWatch(const ClientWatch&) = delete;
  ClientWatch& operator=(const ClientWatch&) = delete;

  int fd() const override;
  bool Cancelled() const override;
  void Cancel() { cancelled_.store(true); }
  /// As Cancelled, but only by Cancel; costs no system call.
  bool WasToldSo() const { return cancelled_.load(); }

 private:
  void WatchLeavingOnly() const;

  const int socket_;
  std::atomic<bool> cancelled_{false};
  mutable std::atomic<int> leaving_{-1};
};

}  // namespace agm::gateway
