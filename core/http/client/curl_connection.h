#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/clock.h"

/// Inside of curl_*.cc only.
namespace agm::upstream {

/// curl_easy_setopt with a type, because it is variadic.
template <class T>
void Set(CURL* easy, CURLoption option, T value) {
  curl_easy_setopt(easy, option, value);
}

/// One connection to one host. libcurl makes it (names, addresses, proxies, TLS) while somebody
/// asks; then its bytes are ours: a request costs a quarter of the instructions that it costs by
/// libcurl's own HTTP.
///
///   Connection connection;                       // options are set on easy(), the URL too
///   while (!connection.Connect()) connection.Wait(until, false, -1);
///   ... connection.Send(bytes) ... connection.Receive(room) ...
///
/// Thread safety: one thread at a time.
class Connection {
 public:
  /// What became of bytes: so many went (0: none can now), or the connection is lost.
  using Moved = std::optional<std::size_t>;
  /// No Receive gives more.
  static constexpr std::size_t kRoom = 16 * 1024;
  struct Received {
    enum class State { kBytes, kNothingYet, kClosed, kLost } state;
    std::size_t size = 0;
  };

  Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Null when memory is out.
  CURL* easy() const { return easy_.get(); }

  /// Goes on with connecting as far as that goes without waiting. The result once it is over;
  /// CURLE_OK: connected().
  std::optional<CURLcode> Connect();
  bool connected() const { return fd_ >= 0; }
  /// The socket, once connected.
  int fd() const { return fd_; }
  Moved Send(std::string_view bytes);
  Received Receive(std::span<char> room);
  /// Waits until something can move (with `output`: room to send counts too) or `end`; true if
  /// `other` (-1 for none) became readable.
  bool Wait(TimePoint end, bool output, int other);
  /// True if nothing has come and the other side has not closed, as it must be between two answers;
  /// else it is of no more use. TLS is asked too, which may hold bytes that the socket does not
  /// show, and has words of its own there that mean nothing to us.
  bool IsQuiet();

 private:
  struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };
  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };

  std::unique_ptr<CURLM, FreeMulti> multi_;
  std::unique_ptr<CURL, FreeEasy> easy_;  ///< goes first
  bool begun_ = false;
  curl_socket_t fd_ = CURL_SOCKET_BAD;
};

}  // namespace agm::upstream
