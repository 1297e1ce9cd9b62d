#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/base/origin.h"
#include "core/http/client/curl_connection.h"
#include "core/http/client/curl_transport.h"

/// Inside of curl_*.cc only.
namespace agm::upstream {

/// A connection that can be used again.
///
/// Thread safety: one thread at a time.
struct Line {
  std::string key;  ///< origin, proxy and certificate: what must be the same to use it again
  std::function<bool(const IpAddress&)> may_connect;
  bool refused = false;  ///< may_connect said no to an address
  TimePoint idle_since{};
  Connection connection;  ///< asks the above while it connects
};

/// A line to the origin that is told of everything it needs to connect; nothing when memory is out.
std::unique_ptr<Line> NewLine(std::string key, const Origin& origin, const HttpRequest& request,
                              const CurlTransport::Options& options);

/// libcurl's global state, the signal that it leaves to us, the system's certificates. Any thread,
/// any number of times.
void SetUpProcessOnce();

/// Lines that wait for their next request, by key; the last used is taken first.
///
/// Thread safety: any thread.
class CurlTransport::IdleLines {
 public:
  explicit IdleLines(Options options) : options_(std::move(options)) {}

  const Options& options() const { return options_; }

  /// One whose other end is still there, as far as can be seen; nothing if there is none.
  std::unique_ptr<Line> Take(const std::string& key);
  void Put(std::unique_ptr<Line> line);
  std::size_t size() const;

 private:
  using Lines = std::vector<std::unique_ptr<Line>>;
  std::unique_ptr<Line> TakeAny(const std::string& key);
  void DropOld(Lines& lines, TimePoint now, Lines& old) const;

  const Options options_;
  mutable Guarded<Lines> lines_;
};

}  // namespace agm::upstream
