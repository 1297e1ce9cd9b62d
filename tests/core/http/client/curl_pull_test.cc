// Reading an answer piece by piece.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <string>
#include <thread>

#include "tests/core/http/client/curl_client.h"

namespace agm::http {
namespace {

TEST(CurlTransport, HandsOutEachPieceAsItComes) {
  std::atomic<int> asked{0};
  ScriptedServer server([&](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(ChunkedHead());
    for (int i = 1; i <= 3; ++i) {
      while (asked < i) std::this_thread::yield();
      visitor.Send(Chunk(std::to_string(i)));
    }
    visitor.Send(Chunk(""));
    visitor.AwaitClose(kLong);
  });
  CurlTransport transport;
  auto download = transport.Send(RequestTo(server.url("/")), NeverCancelled());
  ASSERT_TRUE(download);
  for (int i = 1; i <= 3; ++i) {
    asked = i;
    std::string piece;
    ASSERT_EQ(*(*download)->Read(piece, In(kLong), NeverCancelled()), ReadState::kData);
    EXPECT_EQ(piece, std::to_string(i));
  }
  std::string rest;
  EXPECT_EQ(*(*download)->Read(rest, In(kLong), NeverCancelled()), ReadState::kEnd);
  EXPECT_EQ(*(*download)->Read(rest, In(kLong), NeverCancelled()), ReadState::kEnd);
  EXPECT_EQ(transport.idle(), 1U);
}

TEST(CurlTransport, AppendsToWhatItsCallerAlreadyHas) {
  ScriptedServer server(AnswerAll);
  CurlTransport transport;
  auto download = transport.Send(RequestTo(server.url("/")), NeverCancelled());
  ASSERT_TRUE(download);
  std::string out = "before:";
  ASSERT_EQ(*(*download)->Read(out, In(kLong), NeverCancelled()), ReadState::kData);
  EXPECT_EQ(out, "before:{\"ok\":true}");
  EXPECT_EQ(*(*download)->Read(out, In(kLong), NeverCancelled()), ReadState::kEnd);
  EXPECT_EQ(out, "before:{\"ok\":true}");
}

TEST(CurlTransport, SaysWhenThereIsNothingYet) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(ChunkedHead());
    visitor.AwaitClose(kLong);
  });
  CurlTransport transport;
  auto download = transport.Send(RequestTo(server.url("/")), NeverCancelled());
  ASSERT_TRUE(download);
  std::string out;
  EXPECT_EQ(*(*download)->Read(out, In(Duration(30)), NeverCancelled()), ReadState::kNothingYet);
  EXPECT_EQ(*(*download)->Read(out, In(Duration(-5)), NeverCancelled()), ReadState::kNothingYet);
  EXPECT_EQ(out, "");
}

TEST(CurlTransport, CountsTheSilenceOverManyShortReads) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(ChunkedHead());
    visitor.AwaitClose(kLong);
  });
  CurlTransport transport;
  OutgoingRequest request = RequestTo(server.url("/"));
  request.idle_timeout = Duration(200);
  auto download = transport.Send(request, NeverCancelled());
  ASSERT_TRUE(download);
  std::string out;
  const Duration took = Took([&] {
    while ((*download)->Read(out, In(Duration(20)), NeverCancelled())) {
    }
  });
  EXPECT_GE(took, Duration(190));
  EXPECT_LE(took, Duration(1'000));
}

TEST(CurlTransport, DoesNotTakeTheReadersOwnPauseForSilence) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(ChunkedHead() + Chunk("1"));
    visitor.AwaitClose(Duration(350));
    visitor.Send(Chunk("2") + Chunk(""));
    visitor.AwaitClose(kLong);
  });
  CurlTransport transport;
  OutgoingRequest request = RequestTo(server.url("/"));
  request.idle_timeout = Duration(200);
  auto download = transport.Send(request, NeverCancelled());
  ASSERT_TRUE(download);
  std::string out;
  while (out.empty()) ASSERT_TRUE((*download)->Read(out, In(kLong), NeverCancelled()));
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_EQ(GotAll(**download), "2");
}

TEST(CurlTransport, ReadsNothingBetweenTwoCalls) {
  std::atomic<std::size_t> sent{0};
  ScriptedServer server([&](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(65'536, 'x');
    while (sent < 64'000'000 && visitor.Send(piece)) sent += piece.size();
  });
  CurlTransport transport;
  auto download = transport.Send(RequestTo(server.url("/")), NeverCancelled());
  ASSERT_TRUE(download);
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_LT(sent, 16'000'000U);  // only what the kernel's buffers hold
  std::size_t most = 0;
  std::size_t total = 0;
  std::string out;
  while (*(*download)->Read(out, In(kLong), NeverCancelled()) == ReadState::kData) {
    most = std::max(most, out.size());
    total += out.size();
    out.clear();
  }
  EXPECT_EQ(total, sent);
  EXPECT_LE(most, 2'000'000U);
}

TEST(CurlTransport, SaysWhatToWaitFor) {
  ScriptedServer server([](Visitor& visitor) {
    while (visitor.ReadRequest()) {
      visitor.Send(ChunkedHead());
      for (const char* piece : {"one", "two", "three"}) {
        std::this_thread::sleep_for(milliseconds(20));
        visitor.Send(Chunk(piece));
      }
      visitor.Send(Chunk(""));
    }
  });
  CurlTransport transport;
  for (int i = 0; i < 2; ++i) {  // on a new connection, and on the same one again
    auto download = transport.Send(RequestTo(server.url("/")), NeverCancelled());
    ASSERT_TRUE(download);
    const Awaited awaited = (*download)->awaited();  // the first piece may have come with the head
    EXPECT_TRUE(awaited.fd >= 0 || awaited.until == kNoWait);
    std::string out;
    while (*ReadAsCarrier(**download, out, In(kLong)) == ReadState::kData) {
    }
    EXPECT_EQ(out, "onetwothree");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, SendsTheRestOfARequestThatIsAnsweredEarly) {
  const std::string large(12'000'000, 'x');
  ScriptedServer server([](Visitor& visitor) {
    visitor.Send(ChunkedHead());
    if (visitor.ReadRequest()) visitor.Send(Chunk("done") + Chunk(""));
    visitor.AwaitClose(milliseconds(500));
  });
  CurlTransport transport;
  auto request = RequestTo(server.url("/"));
  request.body = large;
  auto download = transport.Send(request, NeverCancelled());
  ASSERT_TRUE(download) << download.error().message;
  std::string out;
  EXPECT_EQ(*ReadAsCarrier(**download, out, In(kLong)), ReadState::kData);
  EXPECT_EQ(out, "done");
}

TEST(CurlTransport, EndsAnAnswerThatNeverPausesAtItsDeadline) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send(ChunkedHead());
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (std::chrono::steady_clock::now() < end && visitor.Send(Chunk("x"))) {
    }
  });
  CurlTransport transport;
  for (const bool carried : {false, true}) {
    auto request = RequestTo(server.url("/"));
    request.deadline = In(milliseconds(200));
    auto download = transport.Send(request, NeverCancelled());
    ASSERT_TRUE(download);
    std::string out;
    Result<ReadState> state = ReadState::kData;
    const TimePoint until = In(milliseconds(3'000));
    while (state && SystemClock().Now() < until) {
      out.clear();
      state = carried ? ReadAsCarrier(**download, out, until)
                      : (*download)->Read(out, until, NeverCancelled());
    }
    ASSERT_FALSE(state) << carried;
    EXPECT_EQ(state.error().code, ErrorCode::kTimeout);
  }
}

}  // namespace
}  // namespace agm::http
