#pragma once

#include <curl/curl.h>
#include <poll.h>

#include <memory>
#include <optional>
#include <vector>

#include "core/base/awaited.h"
#include "core/base/clock.h"

/// Inside of curl_*.cc only.
namespace agm::upstream {

struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

/// Moves one transfer by events: libcurl says which sockets it waits for and when it wants to be
/// called, so the kernel is asked once for each event. It keeps the connection for the next one.
///
///   engine.Begin(easy);
///   for (;;) {
///     if (auto result = engine.Move()) break;
///     engine.Wait(until, -1);
///   }
///   engine.End(easy);
///
/// Thread safety: one thread at a time.
class Engine {
 public:
  Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// False when memory is out.
  bool Begin(CURL* easy);
  void End(CURL* easy);
  /// Moves what can move without waiting. The result once the transfer is over.
  std::optional<CURLcode> Move();
  /// Waits until something can move or `end`; true if `other` (-1 for none) became readable.
  bool Wait(TimePoint end, int other);
  /// What somebody else may wait for. No descriptor where one is not enough.
  Awaited awaited() const;
  /// Instead of Wait: the next Move tries whatever is waited for.
  void Presume();

 private:
  static int OnSocket(CURL* easy, curl_socket_t socket, int what, void* self, void* of_socket);
  static int OnTimer(CURLM* multi, long wait_ms, void* self);
  bool Due() const { return due_ <= SystemClock().Now(); }
  bool ActOnReady();
  void Act(curl_socket_t socket, int events);

  std::vector<pollfd> watched_;  ///< libcurl's sockets; room for another at the end
  TimePoint due_ = TimePoint::max();
  CURLMcode failed_ = CURLM_OK;
  std::unique_ptr<CURLM, FreeMulti> multi_;  ///< calls back while it is cleaned up
};

}  // namespace agm::upstream
