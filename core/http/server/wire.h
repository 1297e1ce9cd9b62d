#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace agm::gateway {

/// Bytes to and from one client, never waiting: the seam behind which plain sockets and TLS look
/// alike. Owns the descriptor and closes it.
///
/// Thread safety: one thread at a time; HangUp and fd from any.
class Wire {
 public:
  enum class Outcome {
    kMoved,       ///< `bytes` went
    kWouldBlock,  ///< poll for `wants`, then try again
    kEnd,         ///< the client closed its side
    kBroken,      ///< reset, or another error
  };
  struct Moved {
    Outcome outcome;
    std::size_t bytes = 0;
    short wants = 0;  ///< POLLIN or POLLOUT
  };

  virtual ~Wire() = default;
  virtual Moved Receive(std::span<char> room) = 0;
  virtual Moved Send(std::string_view bytes) = 0;
  /// True if received bytes wait in a buffer where poll does not see them.
  virtual bool Pending() const = 0;
  /// Tells the client that nothing more comes, and goes on receiving.
  virtual void EndOutput() = 0;
  /// Makes the client look gone to everybody who receives from it or polls it for input, and if
  /// `output_too` also for output.
  virtual void HangUp(bool output_too) = 0;
  virtual int fd() const = 0;
};

/// TCP without more. Takes the descriptor over.
std::unique_ptr<Wire> NewPlainWire(int fd);

/// The numeric address of the other end, IPv4 in its own form also where it came through IPv6.
std::string PeerAddress(int fd);

}  // namespace agm::gateway
