#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/guarded.h"
#include "core/http/client/transport.h"

namespace agm::test {

/// A FakeTransport's response to one request.
struct FakeAnswer {
  int status = 200;
  std::vector<http::Header> headers = {{"content-type", "application/json"}};
  std::vector<std::string> pieces;  ///< of the body, one per Read
  std::optional<Error> instead;     ///< Send fails with this error
  std::optional<Error> at_end;      ///< the body ends with this error
  bool hangs = false;               ///< after the pieces Read waits for `until` or cancellation

  static FakeAnswer Json(std::string body, int status = 200);
  /// An event stream: each text becomes one event and one piece.
  static FakeAnswer Sse(const std::vector<std::string>& events);
  static FakeAnswer Broken(Error error);
};

/// A request that a FakeTransport received; with the whole of its upload, if it has one, as `body`.
struct SentRequest {
  std::string method;
  std::string url;
  std::vector<http::Header> headers;
  std::string credential_header;
  std::string credential;
  std::string body;
  std::string proxy;
  bool stream = false;
  Duration first_byte_timeout{0};
  TimePoint deadline = TimePoint::max();

  /// The value of a header, empty without it.
  std::string header(std::string_view name) const;
};

/// A network whose responses a test defines, without sockets and without waiting.
///
///   FakeTransport transport;
///   transport.Answer(FakeAnswer::Json("{}"));                       // the next request
///   transport.AnswerBy([](const SentRequest& request) {             // all other requests
///     return request.credential == "bad" ? FakeAnswer::Json(kQuota, 429) : FakeAnswer::Json("{}");
///   });
///   ...
///   EXPECT_EQ(transport.sent().size(), 2);
///   EXPECT_EQ(transport.open(), 0);                                 // every Download is destroyed
///
/// Queued responses are used first; without a response Send fails with kUpstreamUnavailable. A
/// hanging response returns kNothingYet at once, so that no thread sleeps, and kCancelled after
/// cancellation.
///
/// Thread safety: any thread.
class FakeTransport : public http::Transport {
 public:
  using Rule = std::function<FakeAnswer(const SentRequest&)>;

  void Answer(FakeAnswer answer);
  void AnswerBy(Rule rule);

  Result<std::unique_ptr<http::Download>> Send(const http::OutgoingRequest& request,
                                               const Cancellation& cancellation) override;

  std::vector<SentRequest> sent() const;
  /// The number of existing Downloads.
  int open() const { return static_cast<int>(alive_.use_count()) - 1; }

 private:
  struct State {
    std::vector<FakeAnswer> queue;
    Rule rule;
    std::vector<SentRequest> sent;
  };
  mutable Guarded<State> state_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace agm::test
