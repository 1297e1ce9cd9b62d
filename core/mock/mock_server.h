#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace agm::mock {

struct Options {
  int port = 0;                   ///< 0 takes a free one
  bool strict = false;            ///< refuse also what Google is only believed to refuse
  Duration pace{0};               ///< between the words of a stream
  std::string script = {};        ///< JSON, see core/mock/script.h; empty: none
  std::size_t keep_requests = 0;  ///< how many of the newest requests TakeRequests() gives
};

/// A request as it came, for tests.
struct SeenRequest {
  std::string method;
  std::string path;
  std::string query;
  std::string key;  ///< the credential, whichever way it came
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
};

/// Counts since the start.
struct Stats {
  long requests = 0;
  long accepted = 0;  ///< connections
  long open = 0;      ///< connections now
  long busy = 0;      ///< requests being answered now
  long most_busy = 0;
  long aborted = 0;  ///< clients that left before their answer was complete
  std::vector<std::pair<std::string, long>> by_key;
  std::vector<std::pair<std::string, long>> by_model;
  std::vector<std::pair<int, long>> by_status;

  long requests_of(std::string_view key) const;
};

/// The embedded upstream: speaks the Gemini API on 127.0.0.1, for offline work, tests and
/// benchmarks. It refuses what Google refuses and can be told to fail in every way a network or a
/// quota can; what it answers says that it is a mock, and echoes.
///
///   auto mock = mock::MockServer::Start({.port = 0});
///   if (!mock) return std::move(mock).error();
///   ... base_url = (*mock)->base_url();          // until the object dies or Stop()
///
/// Routes, below /v1beta, /v1 and /v1alpha:
///   POST models/{m}:generateContent, :streamGenerateContent (alt=sse, or one JSON array),
///        :countTokens, :embedContent, :batchEmbedContents; GET models, models/{m}
///   and the same methods, with :predict, below projects/{p}/locations/{l}/publishers/google/
///   POST /token gives OAuth access tokens; GET /__mock/stats and POST /__mock/script are for tests
///
/// Any credential is good (x-goog-api-key, ?key= or Bearer) unless it names a trouble: the key
/// "my-quota-day" is out of quota for the day. See core/mock/script.h for those and for scripts.
///
/// Thread safety: any thread.
class MockServer {
 public:
  /// kIo when the port is taken, kConfig when the script is no script.
  static Result<std::unique_ptr<MockServer>> Start(Options options);
  ~MockServer();
  MockServer(const MockServer&) = delete;
  MockServer& operator=(const MockServer&) = delete;

  int port() const;
  std::string base_url() const;  ///< "http://127.0.0.1:PORT"
  /// Replaces the script; an empty text removes it.
  Result<void> SetScript(std::string_view json);
  Stats stats() const;
  /// The newest requests, oldest first; forgets them.
  std::vector<SeenRequest> TakeRequests();
  /// Breaks off all connections and stops listening.
  void Stop();

 private:
  class Impl;
  explicit MockServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace agm::mock
