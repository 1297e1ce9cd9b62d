#pragma once

namespace agm::gateway {

/// Sockets that wait for their client without a thread each: one epoll set. Whoever calls Wait gets
/// one that has something to read, and it alone, until it parks it again.
///
/// Thread safety: any thread.
class Parking {
 public:
  Parking();
  ~Parking();
  Parking(const Parking&) = delete;
  Parking& operator=(const Parking&) = delete;

  /// Parks a new socket; `what` comes back from Wait. False when the system has no room for it.
  bool Enter(int fd, void* what);
  enum class Until { kInput, kOutput };
  /// Parks one that Wait returned. From here on another thread may have it.
  void Return(int fd, void* what, Until until);
  /// The next one with news; null after Close.
  void* Wait();
  /// Ends every Wait, now and later.
  void Close();

 private:
  int epoll_ = -1;
  int closed_ = -1;  ///< an eventfd that becomes readable for good
};

}  // namespace agm::gateway
