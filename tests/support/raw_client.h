#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "tests/support/tls.h"

namespace agm::test {

/// An HTTP response as received.
struct RawAnswer {
  int status = 0;
  std::string head;  ///< status line and headers
  std::string body;  ///< without chunking
  bool chunked = false;
  std::vector<std::size_t> chunks;  ///< sizes of the chunks

  /// The value of a header by its name in any case; empty if there is none.
  std::string header(std::string_view name) const;
};

/// A client that sends exactly the bytes that a test gives, for tests of servers. Every wait ends
/// after `patience`. After SpeakTls the bytes go through TLS.
///
///   RawClient client(port);
///   client.Send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
///   auto answer = client.Read();
///
/// Thread safety: one thread at a time.
class RawClient {
 public:
  explicit RawClient(int port, Duration patience = Duration(5'000), int receive_buffer = 0);
  RawClient(RawClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        tls_(std::move(other.tls_)),
        patience_(other.patience_),
        in_(std::move(other.in_)) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient();

  bool connected() const { return fd_ >= 0; }
  /// Starts TLS; if that fails, it closes the connection and returns false.
  bool SpeakTls();
  const TlsLayer* tls() const { return tls_.get(); }
  /// False if the other side does not accept all bytes.
  bool Send(std::string_view bytes);
  /// Reads one response, also a 1xx; nullopt if the connection ends before it is complete.
  std::optional<RawAnswer> Read(bool head_only = false);
  /// Reads until `text` has arrived; returns all bytes, without `text` if it did not arrive.
  std::string ReadUntil(std::string_view text);
  /// Like recv(2): discards at most `size` bytes and returns their number; 0 at the end.
  std::size_t ReadAtMost(std::size_t size);
  /// Reads until the other side closes.
  std::string ReadAll();
  /// True if the other side closes (or resets) within that time without sending more.
  bool Closed(Duration within = Duration(5'000));
  /// True if within that time no bytes arrive and the connection stays open.
  bool Silent(Duration during);
  void FinishSending();
  void Reset();
  void Close();

 private:
  enum class Got { kBytes, kEnd, kNothing };
  Got Await(TimePoint until, std::size_t at_most = 64 * 1024);
  bool Fill(TimePoint until) { return Await(until) == Got::kBytes; }
  std::optional<std::string> Line();
  bool ReadChunks(RawAnswer& answer);
  bool Take(std::size_t size, std::string& out);

  int fd_ = -1;
  std::unique_ptr<TlsLayer> tls_;
  Duration patience_;
  std::string in_;
};

}  // namespace agm::test
