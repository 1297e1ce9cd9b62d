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
  std::vector<TokenLogprob> logprobs;  ///< of all its text
  friend bool operator==(const Choice&, const Choice&) = default;
};

/// A whole answer: the folded stream.
struct Response {
  std::string id;
  std::string model_version;
  std::vector<Choice> choices;  ///< by rising index
  Usage usage;
  Extra extra;
  friend bool operator==(const Response&, const Response&) = default;
};

/// Folds events, one after the other, into the Response that they spell.
///
///   Fold fold;
///   while (more) fold.Add(std::move(event));
///   Result<Response> response = std::move(fold).Finish();
///
/// Finish fails with the Failed event's error, or with kUpstreamUnavailable where neither
/// Finished nor Failed was seen.
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

/// The events that a Response unfolds into; Fold of them is the Response again (logprobs of a
/// choice without text are left out).
std::vector<Event> Unfold(Response response);

}  // namespace agm::chat
