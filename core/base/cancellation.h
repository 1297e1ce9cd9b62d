#pragma once

namespace agm {

/// Tells a blocking call that nobody waits for its result any more. Whoever blocks on sockets adds
/// fd() to what it polls (readable = look again), or asks Cancelled() at least every 200 ms.
///
/// Thread safety: any thread may ask.
class Cancellation {
 public:
  virtual ~Cancellation() = default;
  /// A descriptor that becomes readable (or hung up) when the answer may have changed; -1: none.
  virtual int fd() const { return -1; }
  virtual bool Cancelled() const { return false; }
};

/// For work that nobody can call off.
const Cancellation& NeverCancelled();

}  // namespace agm
