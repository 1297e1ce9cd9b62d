#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/chat/event.h"

namespace agm::chat {

/// How a request was split into calls: `calls` calls for each prompt, each of which returns
/// `choices` choices.
struct CallPlan {
  int prompts = 1;
  int calls = 1;
  int choices = 1;
};

/// Merges the event streams of several calls into one response. It serves requests for n choices if
/// the upstream returns one at a time, and requests with several prompts. The calls may run one
/// after the other or in parallel; their events may arrive in any mixture. Call k is the (k %
/// calls)-th of prompt k / calls, and its choice c becomes choice k * choices + c of the merged
/// response.
///
///   Merge merge(CallPlan{1, 3, 1});
///   while (more) merge.Add(call, std::move(event), out);   // appends merged events to `out`
///
/// The merged response has one Started (the first), and one Finished after all calls have finished.
/// A Failed of any call fails the whole response and ends it. Each prompt's tokens count once, the
/// generated tokens of all calls are added up.
///
/// Thread safety: one thread at a time.
class Merge {
 public:
  explicit Merge(CallPlan plan) : plan_(plan), open_(plan.prompts * plan.calls) {}

  void Add(int call, Event event, std::vector<Event>& out);
  bool ended() const { return ended_; }

 private:
  int ChoiceOf(int call, int choice) const { return call * plan_.choices + choice; }
  void Finish(int call, Finished&& finished, std::vector<Event>& out);

  const CallPlan plan_;
  int open_;  ///< number of calls that have not finished
  bool started_ = false;
  bool ended_ = false;
  std::map<int, Usage> prompts_;  ///< usage of each prompt so far
  std::optional<Finished> whole_;
};

}  // namespace agm::chat
