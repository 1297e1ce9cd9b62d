// How often a piece of text in the middle of a stream allocates memory, from the upstream's bytes
// to the client's: once, for the text itself. And how much a stream holds that waits for the next.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "core/protocol/dialect.h"
#include "core/protocol/gemini/response.h"
#include "core/protocol/openai/chat.h"
#include "core/protocol/openai/upstream_reader.h"
#include "tests/allocations/allocations.h"
#include "tests/support/sanitized.h"

namespace agm::protocol {
namespace {

constexpr std::string_view kGemini =
    "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"so the index is built once, "
    "and what is asked of it later costs nothing\"}],\"role\": \"model\"},\"index\": 0}],"
    "\"usageMetadata\": {\"promptTokenCount\": 1234,\"candidatesTokenCount\": 16,"
    "\"totalTokenCount\": 1250},\"modelVersion\": \"gemini-2.5-pro\",\"responseId\": "
    "\"Z\"}\r\n\r\n";

constexpr std::string_view kOpenAi =
    "data: {\"id\":\"chatcmpl-Z\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
    "\"model\":\"llama3.3\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"so the index is "
    "built once, and what is asked of it later costs nothing\"},\"finish_reason\":null}]}\n\n";

/// The mean over many chunks of a stream that is under way.
template <class Reader>
double AllocationsOfAChunk(std::string_view chunk) {
  constexpr int kChunks = 500;
  Reader reader([] { return std::string("id"); });
  const std::unique_ptr<StreamWriter> writer =
      OpenAiChat().NewStreamWriter({"0123456789abcdefghijklmn", "gpt-4o", 1'700'000'000, nullptr});
  std::string out;
  const auto pass = [&] {
    out.clear();
    reader.Push(chunk);
    while (auto event = reader.Next()) writer->Write(*event, out);
  };
  for (int i = 0; i < 4; ++i) pass();
  EXPECT_NE(out.find("so the index is built once"), std::string::npos);
  const test::Allocations all;
  for (int i = 0; i < kChunks; ++i) pass();
  return static_cast<double>(all.count()) / kChunks;
}

TEST(StreamAllocations, OfAChunk) {
  if (test::kSanitized) GTEST_SKIP() << "a sanitizer has an allocator of its own";
  const double gemini = AllocationsOfAChunk<GeminiStreamReader>(kGemini);
  const double open_ai = AllocationsOfAChunk<OpenAiStreamReader>(kOpenAi);
  std::printf("  a chunk from Gemini allocates %.2f times, one from OpenAI's API %.2f\n", gemini,
              open_ai);
  EXPECT_LE(gemini, 1.05);
  EXPECT_LE(open_ai, 1.05);
}

/// The bytes that a reader holds while it waits, more after a burst of chunks than after one.
template <class Reader>
std::int64_t HeldAfterABurst(std::string_view chunk) {
  std::string burst;
  for (int i = 0; i < 100; ++i) burst += chunk;
  const test::Allocations all;
  Reader reader([] { return std::string("id"); });
  const auto held_after = [&](std::string_view bytes) {
    reader.Push(bytes);
    while (reader.Next()) continue;
    return all.held();
  };
  const std::int64_t after_one = held_after(chunk);
  return held_after(burst) - after_one;
}

TEST(StreamAllocations, OfABurstAreGivenBack) {
  if (test::kSanitized) GTEST_SKIP() << "a sanitizer has an allocator of its own";
  EXPECT_LE(HeldAfterABurst<GeminiStreamReader>(kGemini), 1'024);
  EXPECT_LE(HeldAfterABurst<OpenAiStreamReader>(kOpenAi), 1'024);
}

TEST(StreamAllocations, WhatFollowsTheEndOfAStreamIsNotHeld) {
  if (test::kSanitized) GTEST_SKIP() << "a sanitizer has an allocator of its own";
  const std::string more(1'000'000, 'x');
  const test::Allocations all;
  OpenAiStreamReader reader([] { return std::string("id"); });
  reader.Push(std::string(kOpenAi) + "data: [DONE]\n\n");
  while (reader.Next()) continue;
  reader.Push(more);
  while (reader.Next()) continue;
  EXPECT_LE(all.held(), 100'000);
}

}  // namespace
}  // namespace agm::protocol
