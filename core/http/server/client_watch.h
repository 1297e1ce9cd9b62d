#pragma once

#include <atomic>

#include "core/base/cancellation.h"

namespace agm::http {

/// Tells whether the client behind a socket is still connected. A client that closes its sending
/// side counts as gone. After `Cancel` every caller sees the client as gone.
///
/// Once the client sends data early (its next request, for example), polling the socket itself
/// would return at once for ever. From then on fd() is a descriptor that reports only that the
/// client has left. It is -1 if the system has no such descriptor: then only a failed write shows
/// it.
///
/// Thread safety: any thread.
class ClientWatch : public Cancellation {
 public:
  /// `socket` must stay open as long as this object exists.
  explicit ClientWatch(int socket) : socket_(socket) {}
  ~ClientWatch() override;
  ClientWatch(const ClientWatch&) = delete;
  ClientWatch& operator=(const ClientWatch&) = delete;

  int fd() const override;
  bool Cancelled() const override;
  bool Stopping() const override { return WasToldSo(); }
  void Cancel() { cancelled_.store(true); }
  /// True after Cancel; unlike Cancelled() it makes no system call.
  bool WasToldSo() const { return cancelled_.load(); }

 private:
  void WatchLeavingOnly() const;

  static constexpr int kCannotBeWatched = -1;  ///< poll skips it
  static constexpr int kNotWatched = -2;

  const int socket_;
  std::atomic<bool> cancelled_{false};
  mutable std::atomic<int> leaving_{kNotWatched};
};

}  // namespace agm::http
