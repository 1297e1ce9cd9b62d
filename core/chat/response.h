#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/chat/event.h"
#include "core/chat/request.h"

namespace agm::chat {

struct Choice {
  int index = 0;
  std::vector<Block> blocks;
  FinishReason finish = FinishReason::kStop;
  std::vector<Citation> citations;
  WebUse web{};
  std::vector<TokenLogprob> logprobs{};  ///< of all its text
  friend bool operator==(const Choice&, const Choice&) = default;
};

/// A complete response: the folded stream.
struct Response {
  std::string id;
  std::string model_version;
  std::vector<Choice> choices;  ///< in rising order of index
  Usage usage;
  Extra extra;
  friend bool operator==(const Response&, const Response&) = default;
};

/// Folds a stream of events into the Response that they describe.
///
///   Fold fold;
///   while (more) fold.Add(std::move(event));
///   Result<Response> response = std::move(fold).Finish();
///
/// Finish fails with the Failed event's error, or with kUpstreamUnavailable if it has seen neither
/// Finished nor Failed.
///
/// Thread safety: one thread at a time.
class Fold {
 public:
  void Add(Event event);
  Result<Response> Finish() &&;

 private:
  Choice& At(int index);

  Response response_;
  std::optional<Error> failure_;
  bool finished_ = false;
};

/// Unfolds a Response into events; folding them gives the same Response again, except for the
/// logprobs of a choice without text.
std::vector<Event> Unfold(Response response);

}  // namespace agm::chat
