#include "core/protocol/shared/sse.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace agm::protocol {
namespace {

// All events of `stream`, pushed in pieces of `size` bytes, as "name|data" (unframed: "!data").
std::vector<std::string> Read(std::string_view stream, std::size_t size) {
  SseReader sse;
  std::vector<std::string> events;
  const auto drain = [&] {
    while (const auto event = sse.Next()) {
      events.push_back(event->stray ? "!" + std::string(event->data)
                                    : std::string(event->name) + "|" + std::string(event->data));
    }
  };
  for (std::size_t at = 0; at < stream.size(); at += size) {
    sse.Push(stream.substr(at, size));
    drain();
  }
  sse.Close();
  drain();
  return events;
}

using Events = std::vector<std::string>;

TEST(SseReader, ReadsLineEndsOfAllKinds) {
  EXPECT_EQ(Read("data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d\n\r\n", 1000),
            (Events{"|a", "|b", "|c", "|d"}));
}

TEST(SseReader, JoinsDataLinesAndKeepsTheName) {
  EXPECT_EQ(Read("event: note\ndata: one\ndata:two\n\ndata: three\n\n", 1000),
            (Events{"note|one\ntwo", "|three"}));
}

TEST(SseReader, SkipsCommentsOtherFieldsAndEventsWithoutData) {
  EXPECT_EQ(Read(": hello\n\nid: 7\nretry: 10\n\nevent: x\n\ndata: y\n\n", 1000), (Events{"|y"}));
}

TEST(SseReader, SkipsAByteOrderMark) {
  for (std::size_t size = 1; size < 5; ++size) {
    EXPECT_EQ(Read("\xEF\xBB\xBF"
                   "data: x\n\n",
                   size),
              (Events{"|x"}))
        << size;
  }
}

TEST(SseReader, TakesAnUnfinishedLastEvent) {
  EXPECT_EQ(Read("data: a\n\ndata: b", 3), (Events{"|a", "|b"}));
  EXPECT_EQ(Read("data: b\n", 3), (Events{"|b"}));
}

TEST(SseReader, HandsOutRawJsonThatStandsInTheStream) {
  EXPECT_EQ(Read("data: a\r\n\r\n{\r\n  \"error\": {\r\n    \"code\": 503\r\n  }\r\n}\r\n", 4),
            (Events{"|a", "!{", "!  \"error\": {", "!    \"code\": 503", "!  }", "!}"}));
}

TEST(SseReader, GivesTheSameEventsHoweverTheBytesAreCut) {
  const std::string stream =
      "\xEF\xBB\xBF: c\r\nevent: one\rdata: \xC3\xA4\xF0\x9F\x98\x80\r\ndata:\ndata: x\n\r"
      "data: {\"a\":1}\r\n\r\nid: 3\r\ndata\r\n\r\n[1]\ndata: last";
  const Events whole = Read(stream, stream.size());
  EXPECT_EQ(whole.size(), 5U);
  for (std::size_t size = 1; size < stream.size(); ++size) EXPECT_EQ(Read(stream, size), whole);
}

TEST(SseReader, RefusesAnEventOverItsLimit) {
  SseReader sse(100);
  sse.Push("data: " + std::string(60, 'x') + "\n\n");
  EXPECT_TRUE(sse.Next());
  sse.Push("data: " + std::string(40, 'x') + "\ndata: " + std::string(59, 'y') + "\n\n");
  EXPECT_TRUE(sse.Next()) << "both lines and the line end between them are 100 bytes";
  sse.Push("data: " + std::string(200, 'x'));
  EXPECT_FALSE(sse.Next());
  EXPECT_TRUE(sse.overflowed());
}

// The time must grow linearly with the input: each byte is examined a bounded number of times.
TEST(SseReader, TakesLinearTimeOnHostileCuts) {
  const auto begin = std::chrono::steady_clock::now();
  const std::string big = "data: " + std::string(8 << 20, 'x') + "\n\n";
  ASSERT_EQ(Read(big, 512).size(), 1U);
  std::string returns;
  for (int i = 0; i < 300'000; ++i) returns += "data: x\r\r";
  ASSERT_EQ(Read(returns, returns.size()).size(), 300'000U);
  std::string many;
  for (int i = 0; i < 300'000; ++i) many += "data: x\n";
  ASSERT_EQ(Read(many, 7).size(), 1U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(SseWriting, FramesEvents) {
  std::string out;
  AppendSseData(out, "{}");
  AppendSseEvent(out, "ping", "{}");
  EXPECT_EQ(out, "data: {}\n\nevent: ping\ndata: {}\n\n");
}

}  // namespace
}  // namespace agm::protocol
