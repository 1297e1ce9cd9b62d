#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/chat/request.h"

/// The neutral form of an answer: always a list of events, streamed or not.
///
///   answer := Started (BlockStarted BlockDelta* BlockStopped)* (Finished | Failed)
///
/// Every reader promises this grammar and every writer relies on it. Several choices carry their
/// index; the blocks of one choice never overlap, those of different choices may. A Failed may
/// come at any place, also where a block is open; nothing comes behind Finished or Failed.
///
/// Thread safety: plain values.
namespace agm::chat {

/// Tokens; an upstream's running total, so the last one that is told wins.
struct Usage {
  std::int64_t input = 0;     ///< all of the prompt, cached tokens too
  std::int64_t cached = 0;    ///< of these, read from the upstream's cache
  std::int64_t output = 0;    ///< all that was generated, thoughts too
  std::int64_t thoughts = 0;  ///< of these, thoughts
  std::int64_t input_audio = 0;
  std::int64_t input_image = 0;
  std::int64_t output_audio = 0;
  std::int64_t output_image = 0;
  bool known = false;  ///< false: the upstream said nothing
  friend bool operator==(const Usage&, const Usage&) = default;
};

enum class BlockKind { kText, kThought, kToolCall, kMedia, kRefusal };

struct Started {
  std::string id;             ///< the upstream's id of the answer; may be empty
  std::string model_version;  ///< what really answered; may be empty
  friend bool operator==(const Started&, const Started&) = default;
};

struct BlockStarted {
  int choice = 0;
  BlockKind kind = BlockKind::kText;
  std::string id;                       ///< of a tool call
  std::string name;                     ///< of the tool
  std::string mime;                     ///< of media
  ToolKind tool = ToolKind::kFunction;  ///< of a tool call
  friend bool operator==(const BlockStarted&, const BlockStarted&) = default;
};

/// A token that might have stood there instead.
struct Alternative {
  std::string token;
  double logprob = 0;
  friend bool operator==(const Alternative&, const Alternative&) = default;
};

/// How likely a token of the text was.
struct TokenLogprob {
  std::string token;
  double logprob = 0;
  std::vector<Alternative> top;  ///< most likely first
  friend bool operator==(const TokenLogprob&, const TokenLogprob&) = default;
};

/// More of the open block: text, a piece of a tool call's arguments, or base64 of media. A custom
/// tool's input comes as it is, not as JSON.
struct BlockDelta {
  int choice = 0;
  std::string text;
  std::vector<TokenLogprob> logprobs;  ///< of text, where they were asked for
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

/// Where a piece of the answer comes from. Offsets count code points of all text of the choice.
struct Citation {
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::string url;
  std::string title;
  friend bool operator==(const Citation&, const Citation&) = default;
};

struct ChoiceFinish {
  int choice = 0;
  FinishReason reason = FinishReason::kStop;
  std::vector<Citation> citations;
  friend bool operator==(const ChoiceFinish&, const ChoiceFinish&) = default;
};

struct Finished {
  std::vector<ChoiceFinish> choices;  ///< each choice once, by rising index; never empty
  Usage usage;
  Extra extra;  ///< "gemini.groundingMetadata" and such, raw JSON
  friend bool operator==(const Finished&, const Finished&) = default;
};

/// The answer broke off. Before the first block this becomes a retry or an HTTP error, after it
/// the dialect's in-stream error; never a faked stop.
struct Failed {
  Error error;
};

using Event = std::variant<Started, BlockStarted, BlockDelta, BlockStopped, Finished, Failed>;

}  // namespace agm::chat
