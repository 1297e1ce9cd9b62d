#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/chat/event.h"

namespace agm::chat {

/// How a request was cut into calls: for each prompt so many calls, of which each brings so many
/// choices.
struct CallPlan {
  int prompts = 1;
  int calls = 1;
  int choices = 1;
};

/// Makes one answer of several: for a request that wants n choices of an upstream that gives one at
/// a time, or that has several prompts. The calls may run one after the other or side by side;
/// their events may come in any mixture. Call k is the (k % calls)-th of prompt k / calls, and its
/// choice c becomes choice k * choices + c of the whole.
///
///   Merge merge(CallPlan{1, 3, 1});
///   while (...) merge.Add(call, std::move(event), out);   // `out` gets what the whole answer says
///
/// There is one Started, the first; one Finished, when all calls have finished; a Failed of any
/// call fails the whole, and nothing comes behind it. A prompt counts once, what was generated
/// counts for all.
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
  int open_;  ///< calls that have not finished
  bool started_ = false;
  bool ended_ = false;
  std::map<int, Usage> prompts_;  ///< what each prompt cost so far
  std::optional<Finished> whole_;
};

}  // namespace agm::chat
