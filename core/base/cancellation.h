#pragma once

namespace agm {

/// Tells a blocking call that its result is no longer needed. Code that blocks on sockets also
/// polls fd() and calls Cancelled() when it is readable, or calls Cancelled() at least every 200
/// ms.
///
/// Thread safety: any thread may call it.
class Cancellation {
 public:
  virtual ~Cancellation() = default;
  /// A descriptor that becomes readable (or hung up) when Cancelled() may have changed; -1: none.
  virtual int fd() const { return -1; }
  virtual bool Cancelled() const { return false; }
  /// True if the program stops, and not the caller has cancelled.
  virtual bool Stopping() const { return false; }
};

/// For work that cannot be cancelled.
const Cancellation& NeverCancelled();

}  // namespace agm
