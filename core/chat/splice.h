#pragma once

#include <optional>
#include <string>

#include "core/base/queue.h"
#include "core/chat/event.h"

namespace agm::chat {

/// Joins the hops of a long response into one. An upstream that interrupts a long response returns
/// a token (Finished::continuation); the same request with the token returns
/// the next part, called a hop.
///
///   splice.Add(std::move(hop_event));        // an event of the current hop
///   while (auto event = splice.Next()) ...   // an event of the whole response
///   if (splice.token()) ...                  // the hop was interrupted: Continue or GiveUp
///
/// Text that continues in the next hop is one block. The prompt counts once, as the first hop
/// reported it; output tokens add up; citation offsets count from the start of the whole text.
/// A hop makes progress if it has content and names a new token. After three hops in a row without
/// progress, after 64 hops, or if no further hop can be started, the response ends with the reason
/// "length".
///
/// Thread safety: one thread at a time.
class Splice {
 public:
  void Add(Event&& event);
  std::optional<Event> Next();
  bool held() const { return !ready_.empty(); }

  /// The token that the next hop needs, as raw JSON.
  const std::optional<std::string>& token() const { return token_; }
  /// Call this before adding the next hop's events.
  void Continue();
  /// Call this if no next hop can be started.
  void GiveUp();

 private:
  void AddStopped(BlockStopped&& stopped);
  void AddFinished(Finished&& finished);
  void Flush();
  void Emit(Event&& event);

  Queue<Event> ready_;
  std::optional<BlockStopped> stopped_;  ///< of a text that the next hop may continue
  BlockKind open_ = BlockKind::kText;    ///< kind of the latest block
  std::optional<std::string> token_;
  std::string sent_;                  ///< the token that started the current hop
  int hops_ = 1;                      ///< so far, with the current one
  std::optional<Finished> finished_;  ///< the sum of all hops so far, after an interruption
  std::int64_t text_ = 0;             ///< code points of text so far
  std::int64_t text_before_ = 0;      ///< the part of text_ that came from earlier hops
  int stalled_ = 0;                   ///< consecutive hops without progress
  bool has_content_ = false;          ///< this hop had content
  bool called_ = false;               ///< some hop contained a tool call
  bool joins_ = false;                ///< true at the start of a later hop
};

}  // namespace agm::chat
