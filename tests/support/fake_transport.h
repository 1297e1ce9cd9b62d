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

/// What a FakeTransport answers to one request.
struct FakeAnswer {
  int status = 200;
  std::vector<upstream::Header> headers = {{"content-type", "application/json"}};
  std::vector<std::string> pieces;  ///< of the body, one a Read
  std::optional<Error> instead;     ///< Send fails with it: no answer at all
  std::optional<Error> at_end;      ///< the body breaks off with it
  bool hangs = false;               ///< after the pieces nothing comes, until `until` or cancelled

  static FakeAnswer Json(std::string body, int status = 200);
  /// An event stream: each text becomes one event and one piece.
  static FakeAnswer Sse(const std::vector<std::string>& events);
  static FakeAnswer Broken(Error error);
};

/// What a FakeTransport was sent.
struct SentRequest {
  std::string method;
  std::string url;
  std::vector<upstream::Header> headers;
  std::string credential_header;
  std::string credential;
  std::string body;
  std::string proxy;
  bool stream = false;
};

/// A network that answers what a test says, without sockets and without waiting.
///
///   FakeTransport transport;
///   transport.Answer(FakeAnswer::Json("{}"));                       // the next request
///   transport.AnswerBy([](const SentRequest& request) {             // every other one
///     return request.credential == "bad" ? FakeAnswer::Json(kQuota, 429) : FakeAnswer::Json("{}");
///   });
///   ...
///   EXPECT_EQ(transport.sent().size(), 2);
///   EXPECT_EQ(transport.open(), 0);                                 // every Download was dropped
///
/// Queued answers go first; without either it fails with kUpstreamUnavailable. A hanging answer
/// reports kNothingYet at once, so that nobody sleeps, and kCancelled when that is so.
///
/// Thread safety: any thread.
class FakeTransport : public upstream::Transport {
 public:
  using Rule = std::function<FakeAnswer(const SentRequest&)>;

  void Answer(FakeAnswer answer);
  void AnswerBy(Rule rule);

  Result<std::unique_ptr<upstream::Download>> Send(const upstream::HttpRequest& request,
                                                   const Cancellation& cancellation) override;

  std::vector<SentRequest> sent() const;
  /// Downloads that are alive.
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
