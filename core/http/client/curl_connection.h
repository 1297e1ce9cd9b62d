#pragma once

#include <curl/curl.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/clock.h"

/// For curl_*.cc only.
namespace agm::http {

/// curl_easy_setopt with a checked type, because that function is variadic.
template <class T>
void Set(CURL* easy, CURLoption option, T value) {
  curl_easy_setopt(easy, option, value);
}

/// File descriptors of all connections that share the count. `held`: open now. `each`: what the
/// connection that was made last holds (1 without TLS).
///
/// Thread safety: any thread.
struct DescriptorCount {
  std::atomic<std::size_t> held{0};
  std::atomic<std::size_t> each{1};
};

/// One connection to one host. libcurl connects it (DNS, addresses, proxies, TLS) while the caller
/// calls Connect(); then the caller sends and receives raw bytes. Our own HTTP needs a quarter of
/// the instructions per request that libcurl's HTTP needs. Without TLS the connection takes over
/// the socket and frees libcurl's handles, which hold one or two more descriptors.
///
///   CurlConnection connection(count, CurlConnection::Bytes::kPlain);  // set options on easy()
///   while (!connection.Connect()) connection.Wait(until, false, -1);
///   auto sent = connection.Send(bytes);
///   auto received = connection.Receive(room);
///
/// Thread safety: one thread at a time.
class CurlConnection {
 public:
  /// The number of bytes moved (0: none possible now), or nullopt if the connection is lost.
  using Moved = std::optional<std::size_t>;
  /// Receive returns at most this many bytes.
  static constexpr std::size_t kRoom = 16 * 1024;
  struct Received {
    enum class State { kBytes, kNothingYet, kClosed, kLost } state;
    std::size_t size = 0;
  };

  /// The kind of bytes on the socket: TLS records, which libcurl writes and reads, or plain
  /// bytes.
  enum class Bytes { kPlain, kTls };

  /// `count` must outlive it.
  CurlConnection(DescriptorCount& count, Bytes bytes);
  ~CurlConnection();
  CurlConnection(const CurlConnection&) = delete;
  CurlConnection& operator=(const CurlConnection&) = delete;

  /// Null if memory ran out, and once a plain connection is made.
  CURL* easy() const { return easy_.get(); }

  /// Continues to connect as far as possible without waiting. Returns the result once there is one;
  /// CURLE_OK: connected().
  std::optional<CURLcode> Connect();
  bool connected() const { return fd_ >= 0; }
  /// The socket; valid once connected.
  int fd() const { return fd_; }
  Moved Send(std::string_view bytes);
  Received Receive(std::span<char> room);
  /// Waits until the socket is readable (with `output`: or writable) or until `end`; true if
  /// `other` (-1 for none) became readable.
  bool Wait(TimePoint end, bool output, int other);
  /// True if no bytes have arrived and the other side has not closed. Between two responses this
  /// must hold, else the connection cannot be reused. The check includes TLS, which may buffer
  /// bytes that the socket no longer shows, and may receive records of its own that carry no data
  /// for us.
  bool IsQuiet();

 private:
  struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };
  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };

  void Hold(std::size_t descriptors);
  bool TakeSocket();

  DescriptorCount& count_;
  const Bytes bytes_;
  std::size_t held_ = 0;
  std::unique_ptr<CURLM, FreeMulti> multi_;
  std::unique_ptr<CURL, FreeEasy> easy_;  ///< destroyed first
  bool begun_ = false;
  bool own_ = false;  ///< fd_ is ours to close
  curl_socket_t fd_ = CURL_SOCKET_BAD;
};

/// How many descriptors a libcurl handle holds beside its connection's socket (to wake it up).
std::size_t DescriptorsOfHandle();

}  // namespace agm::http
