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

/// An HTTP answer as it came over the wire.
struct RawAnswer {
  int status = 0;
  std::string head;  ///< status line and headers
  std::string body;  ///< without chunking
  bool chunked = false;
  std::vector<std::size_t> chunks;  ///< their sizes

  /// A header's value by its name in any case; empty if there is none.
  std::string header(std::string_view name) const;
};

/// A client that sends exactly the bytes it is told to, for tests of servers. Every wait ends after
/// `patience`. SpeakTls puts TLS between the bytes and the socket.
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
  /// From here on all goes through TLS; false, and the connection is closed, if that fails.
  bool SpeakTls();
  const TlsLayer* tls() const { return tls_.get(); }
  /// False when the other side does not take it all.
  bool Send(std::string_view bytes);
  /// One answer; nothing when the connection ends before it is whole. Answers 1xx count.
  std::optional<RawAnswer> Read(bool head_only = false);
  /// Bytes as they come, until `text` is among them; what came so far where it does not come.
  std::string ReadUntil(std::string_view text);
  /// As recv(2): how many bytes came, of `size` at most; 0 at the end. They are thrown away.
  std::size_t ReadAtMost(std::size_t size);
  /// Everything until the other side closes.
  std::string ReadAll();
  /// True if the other side closes (or resets) within that time without sending more.
  bool Closed(Duration within = Duration(5'000));
  /// True if nothing comes and nothing ends within that time.
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
