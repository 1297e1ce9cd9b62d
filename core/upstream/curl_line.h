#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/upstream/curl_engine.h"
#include "core/upstream/curl_transport.h"

/// Inside of curl_*.cc only.
namespace agm::upstream {

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;
using Easy = std::unique_ptr<CURL, FreeEasy>;
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

/// curl_easy_setopt with a type, because it is variadic.
template <class T>
void Set(CURL* easy, CURLoption option, T value) {
  curl_easy_setopt(easy, option, value);
}

/// A connection that can be used again. The engine owns the socket.
///
/// Thread safety: one thread at a time.
struct Line {
  /// Says where the next request goes; false for what is no address. libcurl would take it apart
  /// and put it together again for each request, while most go where the last one went.
  bool Aim(const std::string& at);

  Engine engine;
  Url url;
  Easy easy;  // cleaned up before what it uses
  std::string aimed_at;
  std::string key;
  TimePoint idle_since{};
  std::function<bool(const IpAddress&)> may_connect;
  bool fresh = true;           // has not been told yet what is the same for each request of its key
  std::optional<bool> stream;  // for what kind of answer it is set up
  bool refused = false;        // may_connect said no to an address of the last request
};

/// A line with all options that every request shares; nothing when memory is out.
std::unique_ptr<Line> NewLine(std::string key, const CurlTransport::Options& options);

/// libcurl's global state, the signal that it leaves to us, the system's certificates. Any thread,
/// any number of times.
void SetUpProcessOnce();

/// Lines that wait for their next request, by origin and proxy; the last used is taken first.
///
/// Thread safety: any thread.
class CurlTransport::IdleLines {
 public:
  explicit IdleLines(Options options) : options_(std::move(options)) {}

  const Options& options() const { return options_; }

  /// Nothing if there is none.
  std::unique_ptr<Line> Take(const std::string& key);
  void Put(std::unique_ptr<Line> line);
  std::size_t size() const;

 private:
  using Lines = std::vector<std::unique_ptr<Line>>;
  void DropOld(Lines& lines, TimePoint now, Lines& old) const;

  const Options options_;
  mutable Guarded<Lines> lines_;
};

}  // namespace agm::upstream
