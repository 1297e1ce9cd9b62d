#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/unique_fd.h"

namespace agm::http {

/// Non-blocking bytes to and from one client: the interface that plain sockets and TLS implement.
/// It owns the descriptor.
///
/// Thread safety: one thread at a time; HangUp and fd from any thread.
class Wire {
 public:
  enum class Outcome {
    kMoved,       ///< `bytes` bytes were moved
    kWouldBlock,  ///< poll for `wants`, then try again
    kEnd,         ///< the client has closed its sending side
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
  /// True if received bytes are in a buffer that poll does not see.
  virtual bool Pending() const = 0;
  /// Tells the client that no more data follows; receiving continues.
  virtual void EndOutput() = 0;
  /// Makes the client look disconnected to every thread that receives from it or polls for input;
  /// with `output_too` also for output.
  virtual void HangUp(bool output_too) = 0;
  virtual int fd() const = 0;
};

/// Plain TCP.
std::unique_ptr<Wire> NewPlainWire(UniqueFd socket);

/// The numeric address of the other end; an IPv4 client has its IPv4 form even on an IPv6 socket.
std::string PeerAddress(int fd);

}  // namespace agm::http
