#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "core/chat/event.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// A guess at the tokens of a prompt by the amount of text, media at flat rates; at least 1. It
/// stands in where the upstream does not count.
std::int64_t EstimateTokens(const chat::Request& request);

/// A guess at the tokens of the response that a stream of events has sent so far. It stands in for
/// the upstream's count if the stream breaks off: what was sent is not free.
///
///   answer.Add(event);
///   if (!usage.known && !answer.empty()) tokens = answer.tokens();
///
/// Text, thoughts and tool calls count 4 bytes a token. Google's rates apply to media: 1,290 tokens
/// for an image, and 25 for a second of sound, which is 48,000 bytes.
///
/// Thread safety: one thread at a time.
class AnswerEstimate {
 public:
  void Add(const chat::Event& event);
  bool empty() const { return text_bytes_ + sound_bytes_ + images_ == 0; }
  std::int64_t tokens() const;

 private:
  void Begin(const chat::BlockStarted& block);

  /// The open blocks that are media, by choice.
  enum class Media { kImage, kSound };
  std::map<int, Media> open_media_;
  std::size_t text_bytes_ = 0;
  std::size_t sound_bytes_ = 0;  ///< as base64
  std::size_t images_ = 0;
};

}  // namespace agm::protocol
