#pragma once

#include <curl/curl.h>

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

/// Moves the transfers of one handle, one after the other, while somebody asks, and keeps the
/// connection for the next one.
///
///   engine.Adopt(easy);                 // once
///   engine.Begin();
///   for (;;) {
///     if (auto result = engine.Move()) break;
///     engine.Wait(until, -1);
///   }
///   engine.End();
///
/// libcurl's interface of events would tell which socket it waits for, but takes 29 kB for a table
/// of them; here the sockets are noted as they are opened and closed.
///
/// Thread safety: one thread at a time.
class Engine {
 public:
  Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Notes the sockets of this handle's connections from now on.
  void Adopt(CURL* easy);
  /// False when memory is out.
  bool Begin();
  void End();
  /// Moves what can move without waiting. The result once the transfer is over.
  std::optional<CURLcode> Move();
  /// Waits until something can move or `end`; true if `other` (-1 for none) became readable.
  bool Wait(TimePoint end, int other);
  /// What somebody else may wait for, once the request was sent.
  Awaited awaited();

 private:
  static int OnOpen(void* self, curl_socket_t socket, curlsocktype purpose);
  static int OnClose(void* self, curl_socket_t socket);

  void ForgetTheOthers();

  CURL* easy_ = nullptr;
  std::vector<curl_socket_t> open_;          ///< and some that libcurl closed without a word
  std::unique_ptr<CURLM, FreeMulti> multi_;  ///< calls back while it is cleaned up
};

}  // namespace agm::upstream
