#pragma once

#include <optional>
#include <string>

#include "core/base/queue.h"
#include "core/chat/event.h"

namespace agm::chat {

/// Makes one answer of the hops of a long one: an upstream that breaks a long answer off names a
/// token ("gemini.continuationToken" in Finished::extra), and the same request with the token gets
/// the rest.
///
///   splice.Add(std::move(event));            // what the running hop says
///   while (auto event = splice.Next()) ...   // what the whole answer says
///   if (splice.token()) ...                  // the hop broke off: Continue or GiveUp
///
/// Text that goes on in the next hop is one block. The prompt counts once, as the first hop told
/// it; what was generated adds up; citations count from the whole text's begin. An answer whose
/// hops bring nothing three times running, or of which no further hop can be had, ends as cut by
/// its length.
///
/// Thread safety: one thread at a time.
class Splice {
 public:
  void Add(Event&& event);
  std::optional<Event> Next();
  bool held() const { return !ready_.empty(); }

  /// Raw JSON of the token that the next hop needs.
  const std::optional<std::string>& token() const { return token_; }
  /// The events of the next hop follow.
  void Continue();
  /// There is no next hop.
  void GiveUp();

 private:
  void AddStopped(BlockStopped&& stopped);
  void AddFinished(Finished&& finished);
  void Flush();
  void Emit(Event&& event);

  Queue<Event> ready_;
  std::optional<BlockStopped> stopped_;  ///< of a text that the next hop may go on with
  BlockKind open_ = BlockKind::kText;    ///< kind of the last block
  std::optional<std::string> token_;
  std::optional<Finished> finished_;  ///< all hops so far, once one broke off
  std::int64_t text_ = 0;             ///< code points of text so far
  std::int64_t text_before_ = 0;      ///< of these, of earlier hops
  int fruitless_ = 0;                 ///< hops in a row that brought nothing
  bool fruit_ = false;                ///< this one brought something
  bool called_ = false;               ///< some hop brought a tool call
  bool joins_ = false;                ///< at the begin of a later hop
};

}  // namespace agm::chat
