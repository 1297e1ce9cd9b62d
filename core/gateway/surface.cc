#include "core/gateway/surface.h"

#include <array>
#include <cstddef>

#include "core/base/iso_time.h"
#include "core/protocol/anthropic/error.h"
#include "core/protocol/gemini/error.h"
#include "core/protocol/openai/error.h"

namespace agm::gateway {
namespace {

// The limits' headers of each API, of which Gemini has none of its own:
//
//   OpenAI      x-ratelimit-{limit,remaining,reset}-{requests,tokens}; a reset is a span: "6m0s"
//   Anthropic   anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}; a reset is a time

constexpr LimitHeaders kOpenAiRequests{
    "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"};
constexpr LimitHeaders kOpenAiTokens{"x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens",
                                     "x-ratelimit-reset-tokens"};
constexpr LimitHeaders kAnthropicRequests{"anthropic-ratelimit-requests-limit",
                                          "anthropic-ratelimit-requests-remaining",
                                          "anthropic-ratelimit-requests-reset"};
constexpr LimitHeaders kAnthropicTokens{"anthropic-ratelimit-tokens-limit",
                                        "anthropic-ratelimit-tokens-remaining",
                                        "anthropic-ratelimit-tokens-reset"};

std::string WriteSpan(Duration left, WallTime) {
  const auto seconds = (left.count() + 999) / 1000;
  if (seconds < 60) return std::to_string(seconds) + "s";
  return std::to_string(seconds / 60) + "m" + std::to_string(seconds % 60) + "s";
}

std::string WriteTime(Duration left, WallTime now) { return IsoTime(now + left); }

protocol::WireError WriteOpenAi(const Error& error, std::string_view) {
  return protocol::WriteOpenAiError(error);
}

protocol::WireError WriteGemini(const Error& error, std::string_view) {
  return protocol::WriteGeminiError(error);
}

// The SDKs of Anthropic read a request's id from a header of another name.
constexpr std::array<SurfaceFacts, 4> kTable = {{
    {Surface::kOpenAi, WriteOpenAi, "/v1", "", kOpenAiRequests, kOpenAiTokens, WriteSpan},
    {Surface::kAnthropic, protocol::WriteAnthropicError, "", "request-id", kAnthropicRequests,
     kAnthropicTokens, WriteTime},
    {Surface::kGemini, WriteGemini, "", "", kOpenAiRequests, kOpenAiTokens, WriteSpan},
    {Surface::kOwn, WriteOpenAi, "/v1", "", kOpenAiRequests, kOpenAiTokens, WriteSpan},
}};

constexpr bool RowsAreInTheOrderOfTheEnum() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (kTable.at(i).surface != static_cast<Surface>(i)) return false;
  }
  return true;
}
static_assert(RowsAreInTheOrderOfTheEnum());

}  // namespace

const SurfaceFacts& FactsOf(Surface surface) {
  return kTable.at(static_cast<std::size_t>(surface));
}

}  // namespace agm::gateway
