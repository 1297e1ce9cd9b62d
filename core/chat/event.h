#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/chat/request.h"

/// The neutral form of a response: always a list of events, streamed or not.
///
///   response := Started (BlockStarted BlockDelta* BlockStopped)* (Finished | Failed)
///
/// Every reader promises this grammar and every writer relies on it. Events carry the index of
/// their choice; the blocks of one choice never overlap, blocks of different choices may. Failed
/// may come at any point, even while a block is open; no event follows Finished or Failed.
///
/// Thread safety: plain values.
namespace agm::chat {

/// Token counts. The upstream reports running totals, so the last value replaces earlier ones.
struct Usage {
  std::int64_t input = 0;     ///< the whole prompt, including cached tokens
  std::int64_t cached = 0;    ///< the part of `input` that came from the upstream's cache
  std::int64_t output = 0;    ///< all generated tokens, including thoughts
  std::int64_t thoughts = 0;  ///< the part of `output` that is thoughts
  std::int64_t input_audio = 0;
  std::int64_t input_image = 0;
  std::int64_t output_audio = 0;
  std::int64_t output_image = 0;
  bool known = false;  ///< false: the upstream reported no usage
  friend bool operator==(const Usage&, const Usage&) = default;
};

/// kOpaque is a part that clients are not shown and that only the upstream understands, such as the
/// input and output of one of its own tools. The next request must contain it unchanged.
enum class BlockKind { kText, kThought, kToolCall, kMedia, kRefusal, kOpaque };

struct Started {
  std::string id;             ///< the upstream's id of the response; may be empty
  std::string model_version;  ///< the model that generated the response; may be empty
  Usage usage{};              ///< of the prompt, if the upstream told it with the first event
  friend bool operator==(const Started&, const Started&) = default;
};

struct BlockStarted {
  int choice = 0;
  BlockKind kind = BlockKind::kText;
  std::string id;                       ///< of a tool call
  std::string name;                     ///< of the tool; of an opaque block, Opaque::dialect
  std::string mime;                     ///< of media
  ToolKind tool = ToolKind::kFunction;  ///< of a tool call
  std::string signature{};              ///< like that of BlockStopped, if it came with the start
  friend bool operator==(const BlockStarted&, const BlockStarted&) = default;
};

/// A token that the model could have chosen instead.
struct Alternative {
  std::string token;
  double logprob = 0;
  friend bool operator==(const Alternative&, const Alternative&) = default;
};

/// The log probability of one token of the text.
struct TokenLogprob {
  std::string token;
  double logprob = 0;
  std::vector<Alternative> top;  ///< most likely first
  friend bool operator==(const TokenLogprob&, const TokenLogprob&) = default;
};

/// The next piece of the open block. `text` holds text, a part of a tool call's arguments (JSON,
/// but a custom tool's input as plain text), base64 of media, or the JSON of an opaque part.
struct BlockDelta {
  int choice = 0;
  std::string text;
  std::vector<TokenLogprob> logprobs;  ///< of text, if the client asked for them
  /// The upstream's part as JSON, if a reader made `text` from a part that is no text, such as code
  /// that the upstream ran; else empty.
  std::string part{};
  friend bool operator==(const BlockDelta&, const BlockDelta&) = default;
};

struct BlockStopped {
  int choice = 0;
  std::string signature;  ///< the upstream's thought signature for the block; may be empty
  friend bool operator==(const BlockStopped&, const BlockStopped&) = default;
};

enum class FinishReason {
  kStop,
  kLength,
  kToolCalls,
  kContentFilter,
};

/// The source of a piece of text. Offsets count code points over all text of the choice.
struct Citation {
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::string url;
  std::string title;
  friend bool operator==(const Citation&, const Citation&) = default;
};

/// A page on the web that the upstream's own tools looked at.
struct WebPage {
  std::string url;
  std::string title;
  bool failed = false;  ///< it could not be read
  friend bool operator==(const WebPage&, const WebPage&) = default;
};

/// The searches and fetches that the upstream's own tools made for a choice.
struct WebUse {
  std::vector<std::string> queries;  ///< as they were searched for
  std::vector<WebPage> found;        ///< by the searches
  std::vector<WebPage> fetched;      ///< because the prompt named them
  bool empty() const { return queries.empty() && found.empty() && fetched.empty(); }
  friend bool operator==(const WebUse&, const WebUse&) = default;
};

struct ChoiceFinish {
  int choice = 0;
  FinishReason reason = FinishReason::kStop;
  std::vector<Citation> citations;
  WebUse web{};
  friend bool operator==(const ChoiceFinish&, const ChoiceFinish&) = default;
};

struct Finished {
  std::vector<ChoiceFinish> choices;  ///< each choice once, in rising order of index; never empty
  Usage usage;
  /// The token, as raw JSON, with which the upstream goes on: it interrupted a long response.
  std::optional<std::string> continuation{};
  Extra extra{};  ///< dialect-specific fields such as "gemini.groundingMetadata", raw JSON
  friend bool operator==(const Finished&, const Finished&) = default;
};

/// The response broke off. Before the first block this leads to a retry or an HTTP error, after it
/// to the dialect's in-stream error; it is never reported as a normal stop.
struct Failed {
  Error error;
};

using Event = std::variant<Started, BlockStarted, BlockDelta, BlockStopped, Finished, Failed>;

/// Room for the events of most answers: the start, the start, delta and stop of a text, the end.
inline constexpr std::size_t kEventsOfAnAnswer = 8;

}  // namespace agm::chat
