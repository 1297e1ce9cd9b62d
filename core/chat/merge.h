#pragma once

#include <optional>
#include <vector>

#include "core/chat/event.h"

namespace agm::chat {

/// Makes one answer of several: for a request that wants n choices of an upstream that gives one at
/// a time. The calls may run one after the other or side by side; their events may come in any
/// mixture. Choice c of call k becomes choice k (each call brings one).
///
///   Merge merge(3);
///   while (...) merge.Add(call, std::move(event), out);   // `out` gets what the whole answer says
///
/// There is one Started, the first; one Finished, when all calls have finished; a Failed of any
/// call fails the whole, and nothing comes behind it. The prompt counts once, what was generated
/// counts for all.
///
/// Thread safety: one thread at a time.
class Merge {
 public:
  explicit Merge(int calls) : open_(calls) {}

  void Add(int call, Event event, std::vector<Event>& out);
  bool ended() const { return ended_; }

 private:
  void Finish(int call, Finished&& finished, std::vector<Event>& out);

  int open_;
  bool started_ = false;
  bool ended_ = false;
  std::optional<Finished> whole_;
};

}  // namespace agm::chat
