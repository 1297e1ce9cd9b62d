#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace agm::mock {

/// The API that the mock speaks.
enum class Speaks { kGemini, kOpenAi };

struct Options {
  int port = 0;             ///< 0: any free port
  bool strict = false;      ///< also refuse what Google refuses only according to reports
  Duration pace{0};         ///< pause between the words of a stream
  std::string script = {};  ///< JSON, see core/mock/script.h; empty: none
  Speaks speaks = Speaks::kGemini;
  std::size_t keep_requests = 0;  ///< the number of requests that TakeRequests() can return
};

/// A received request, for tests.
struct SeenRequest {
  std::string method;
  std::string path;
  std::string query;
  std::string key;  ///< the credential, in any of its forms
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
};

/// Counters since the start.
struct Stats {
  long requests = 0;
  long accepted = 0;  ///< connections
  long open = 0;      ///< connections now
  long busy = 0;      ///< requests being answered now
  long most_busy = 0;
  long aborted = 0;  ///< clients that left before their reply was complete
  std::vector<std::pair<std::string, long>> by_key;
  std::vector<std::pair<std::string, long>> by_model;
  std::vector<std::pair<int, long>> by_status;

  long requests_of(std::string_view key) const;
};

/// The embedded upstream: a server for the Gemini API on 127.0.0.1, for offline work, tests and
/// benchmarks. It refuses what Google refuses, and it can simulate network failures and quota
/// errors. Its answers say that it is a mock and echo the request.
///
///   auto mock = mock::MockServer::Start({.port = 0});
///   if (!mock) return std::move(mock).error();
///   std::string url = (*mock)->base_url();       // runs until the object is destroyed, or Stop()
///
/// Routes, below /v1beta, /v1 and /v1alpha:
///   POST models/{m}:generateContent, :streamGenerateContent (alt=sse, or one JSON array),
///        :countTokens, :embedContent, :batchEmbedContents; GET models, models/{m}
///   and the same methods, with :predict, below projects/{p}/locations/{l}/publishers/google/
///   POST /token gives OAuth access tokens; GET /__mock/stats and POST /__mock/script are for tests
///
/// With Speaks::kOpenAi it is a server with OpenAI's API instead: GET models, POST
/// chat/completions and embeddings, with or without /v1, and needs no credential.
///
/// Any credential is accepted (x-goog-api-key, ?key= or Bearer) unless it contains a fault keyword:
/// the key "my-quota-day" has no daily quota left. See core/mock/key_troubles.h and
/// core/mock/script.h.
///
/// Thread safety: any thread.
class MockServer {
 public:
  /// Fails with kIo if the port is taken, with kConfig if the script is invalid.
  static Result<std::unique_ptr<MockServer>> Start(Options options);
  ~MockServer();
  MockServer(const MockServer&) = delete;
  MockServer& operator=(const MockServer&) = delete;

  int port() const;
  std::string base_url() const;  ///< "http://127.0.0.1:PORT"
  /// Replaces the script; an empty text removes it.
  Result<void> SetScript(std::string_view json);
  Stats stats() const;
  /// Returns the newest requests, oldest first, and removes them.
  std::vector<SeenRequest> TakeRequests();
  /// Closes all connections and stops listening.
  void Stop();

 private:
  class Impl;
  explicit MockServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace agm::mock
