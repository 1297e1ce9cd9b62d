#include "core/protocol/shared/token_estimate.h"

#include <algorithm>
#include <string_view>
#include <variant>

namespace agm::protocol {
namespace {

constexpr std::int64_t kMedia = 258;         ///< an image, or a page of a document
constexpr std::size_t kPage = 68'000;        ///< base64 of a usual page
constexpr std::int64_t kPerMessage = 4;      ///< roles and such
constexpr std::int64_t kAsciiPerToken = 4;   ///< bytes
constexpr std::int64_t kOthersPerToken = 3;  ///< bytes of text in other scripts
constexpr std::size_t kImageTokens = 1290;   ///< of a generated image
constexpr std::size_t kSoundPerToken =
    48'000 / 25 * 4 / 3;  ///< base64 of a generated token's sound

std::size_t RoundedUp(std::size_t bytes, std::size_t each) { return (bytes + each - 1) / each; }

std::int64_t OfText(std::string_view text) {
  const auto ascii = std::count_if(text.begin(), text.end(), [](char c) { return c >= 0; });
  const auto others = static_cast<std::int64_t>(text.size()) - ascii;
  return (ascii + kAsciiPerToken - 1) / kAsciiPerToken +
         (others + kOthersPerToken - 1) / kOthersPerToken;
}

std::int64_t OfMedia(const chat::Media& media) {
  const bool pages = media.kind == chat::MediaKind::kFile;
  return kMedia * static_cast<std::int64_t>(pages ? media.data.size() / kPage + 1 : 1);
}

std::int64_t OfResult(const chat::ToolResult& result) {
  std::int64_t sum = kPerMessage;
  for (const auto& item : result.content) {
    if (const auto* text = std::get_if<chat::Text>(&item)) sum += OfText(text->text);
    if (const auto* media = std::get_if<chat::Media>(&item)) sum += OfMedia(*media);
  }
  return sum;
}

std::int64_t OfBlock(const chat::Block& block) {
  if (const auto* text = std::get_if<chat::Text>(&block)) return OfText(text->text);
  if (const auto* media = std::get_if<chat::Media>(&block)) return OfMedia(*media);
  if (const auto* thought = std::get_if<chat::Thought>(&block)) return OfText(thought->text);
  if (const auto* refusal = std::get_if<chat::Refusal>(&block)) return OfText(refusal->text);
  if (const auto* result = std::get_if<chat::ToolResult>(&block)) return OfResult(*result);
  if (const auto* call = std::get_if<chat::ToolCall>(&block)) {
    return kPerMessage + OfText(call->name) + OfText(call->arguments);
  }
  if (const auto* opaque = std::get_if<chat::Opaque>(&block)) return OfText(opaque->body);
  return 0;
}

}  // namespace

std::int64_t EstimateTokens(const chat::Request& request) {
  std::int64_t sum = 0;
  for (const chat::Message& message : request.messages) {
    sum += kPerMessage;
    for (const chat::Block& block : message.blocks) sum += OfBlock(block);
  }
  for (const chat::Tool& tool : request.tools) {
    sum += kPerMessage + OfText(tool.name) + OfText(tool.description) + OfText(tool.parameters);
  }
  return std::max<std::int64_t>(sum, 1);
}

void AnswerEstimate::Add(const chat::Event& event) {
  if (const auto* more = std::get_if<chat::BlockDelta>(&event)) {
    const auto media = open_media_.find(more->choice);
    if (media == open_media_.end()) {
      text_bytes_ += more->text.size();
    } else if (media->second == Media::kSound) {
      sound_bytes_ += more->text.size();
    }
  } else if (const auto* block = std::get_if<chat::BlockStarted>(&event)) {
    Begin(*block);
  }
}

void AnswerEstimate::Begin(const chat::BlockStarted& block) {
  open_media_.erase(block.choice);
  if (block.kind != chat::BlockKind::kMedia) return;
  const bool sounds = block.mime.starts_with("audio/");
  open_media_.emplace(block.choice, sounds ? Media::kSound : Media::kImage);
  if (!sounds) ++images_;
}

std::int64_t AnswerEstimate::tokens() const {
  return static_cast<std::int64_t>(
      RoundedUp(text_bytes_, static_cast<std::size_t>(kAsciiPerToken)) +
      RoundedUp(sound_bytes_, kSoundPerToken) + images_ * kImageTokens);
}

}  // namespace agm::protocol
