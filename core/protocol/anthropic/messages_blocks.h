#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/chat/event.h"
#include "core/protocol/anthropic/messages_code.h"
#include "core/protocol/anthropic/messages_web.h"
#include "core/protocol/dialect.h"

namespace agm::protocol {

enum class MessageBlockKind { kThinking, kText, kToolUse, kServerToolUse };

/// The head of a content block.
struct MessageBlock {
  MessageBlockKind kind = MessageBlockKind::kText;
  std::string id;    ///< of a call
  std::string name;  ///< of its tool
};

/// Receives the content blocks of an answer, one after the other: Begin (Add | Cite)* End.
class MessageSink {
 public:
  virtual ~MessageSink() = default;
  virtual void Begin(const MessageBlock& block) = 0;
  /// More text, thinking, or JSON of a call's input; never empty.
  virtual void Add(std::string_view text) = 0;
  /// A citation of the open text, as JSON.
  virtual void Cite(std::string_view citation) = 0;
  /// `signature` is that of a thinking block.
  virtual void End(std::string_view signature) = 0;
  /// A block that comes whole, as JSON.
  virtual void Whole(std::string_view block) = 0;
};

/// Turns the events of an answer into content blocks in the one order that all clients accept:
/// thinking (one block, first), text that stands together as one block, calls. Thoughts behind the
/// first text or call are left out, and so are all where the client did not ask to see them. Where
/// the client offers the search, text stays open until the end for its citations, and calls follow.
///
/// Thread safety: one thread at a time.
class MessageBlocks {
 public:
  MessageBlocks(const Reply& reply, MessageSink& sink);

  void On(const chat::BlockStarted& e);
  void On(const chat::BlockDelta& e);
  void On(const chat::BlockStopped& e);
  /// Closes what is open; citations and what the upstream's own tools found come before that.
  void Finish(const chat::Finished& e);

  /// True once a tool_use block was written.
  bool called() const { return called_; }
  /// The upstream's words where it refused; may be empty.
  const std::string& refusal() const { return refusal_; }
  /// How often the web was searched, and how many pages were fetched.
  int searches() const { return searches_; }
  int fetches() const { return fetches_; }

 private:
  void Thought(std::string_view text);
  void Text(std::string_view text);
  void BeginCall();
  void CallDelta(std::string_view text);
  void EndCall();
  std::string Input() const;
  void Picture();
  void Code(const chat::BlockDelta& e);
  bool Waits() const;
  void Put(MessageBlock block, std::string input, std::string whole);
  void Emit(const MessageBlock& block, std::string_view input, std::string_view whole);
  void Close();
  void Cite(const std::vector<chat::Citation>& citations);
  void Searched(const chat::WebUse& web);
  void Fetched(const chat::WebUse& web);
  std::string ServerCall(std::string_view name, std::string_view key, std::string_view value);

  const Reply& reply_;
  MessageSink& sink_;
  bool shows_thoughts_ = true;
  chat::BlockStarted now_;     ///< the upstream's open block
  std::string held_;           ///< of a call's input or of media, until it is whole
  bool call_streams_ = false;  ///< the call's block was begun before its input was whole
  bool open_ = false;          ///< a block of ours
  MessageBlockKind kind_ = MessageBlockKind::kText;  ///< its kind
  /// Blocks behind the open text, whose citations come with the end of the answer.
  struct Waiting {
    MessageBlock block;
    std::string input;
    std::string whole;
  };
  std::vector<Waiting> waiting_;
  const CodeBlocks code_;
  std::string code_id_;    ///< of the code whose result has not come yet
  bool answered_ = false;  ///< a text or call was written
  bool called_ = false;
  std::string refusal_;
  const WebDomains domains_;
  std::string text_;       ///< all of it, where a search may cite it
  std::size_t begin_ = 0;  ///< of the open text block, in text_
  int server_calls_ = 0;
  int searches_ = 0;
  int fetches_ = 0;
};

}  // namespace agm::protocol
