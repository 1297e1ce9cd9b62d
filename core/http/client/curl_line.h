#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/base/origin.h"
#include "core/http/client/curl_connection.h"
#include "core/http/client/curl_transport.h"

/// For curl_*.cc only.
namespace agm::http {

/// A reusable connection.
///
/// Thread safety: one thread at a time.
struct CurlLine {
  CurlLine(DescriptorCount& count, CurlConnection::Bytes bytes) : connection(count, bytes) {}

  std::string key;  ///< origin, proxy and certificate; reuse requires equality
  std::function<bool(const IpAddress&)> may_connect;
  bool refused = false;  ///< may_connect refused an address
  TimePoint idle_since{};
  CurlConnection connection;  ///< calls may_connect while it connects
};

/// A connection with all options set for `origin`, not connected yet; null if memory ran out.
std::unique_ptr<CurlLine> NewCurlLine(std::string key, const Origin& origin,
                                      const OutgoingRequest& request,
                                      const CurlTransport::Options& options,
                                      DescriptorCount& count);

/// Initialises libcurl's global state, SIGPIPE handling and the system's certificates, once. Any
/// thread may call it, any number of times.
void SetUpProcessOnce();

/// Idle connections by key; the most recently used one is taken first. The first Put starts a
/// thread that checks them once a second: it closes those that are too old and those that the
/// server has closed.
///
/// Thread safety: any thread.
class CurlTransport::IdleLines {
 public:
  explicit IdleLines(Options options) : options_(std::move(options)) {}
  ~IdleLines();

  const Options& options() const { return options_; }
  /// Of all lines, those in use too.
  DescriptorCount& descriptors() { return descriptors_; }

  /// An idle connection that its server has not closed, as far as can be seen; null if there is
  /// none.
  std::unique_ptr<CurlLine> Take(const std::string& key);
  void Put(std::unique_ptr<CurlLine> line);
  std::size_t size() const;

 private:
  using Lines = std::vector<std::unique_ptr<CurlLine>>;
  std::unique_ptr<CurlLine> TakeAny(const std::string& key);
  void DropOld(Lines& lines, TimePoint now, Lines& old) const;
  static void DropEnded(Lines& lines, Lines& ended);
  void Begin();
  void Keep();

  const Options options_;
  DescriptorCount descriptors_;
  mutable Guarded<Lines> lines_;

  std::mutex mutex_;  ///< of the keeper's two
  std::condition_variable changed_;
  bool over_ = false;
  std::once_flag begun_;  ///< with the first idle line
  std::size_t most_ = 0;  ///< idle lines to keep
  std::thread keeper_;
};

}  // namespace agm::http
