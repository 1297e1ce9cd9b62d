#include "core/http/wire/response_head.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace agm::http {
namespace {

using State = ResponseHead::State;
using Framing = ResponseHead::Framing;

ResponseHead Read(std::string_view bytes) {
  ResponseHead head;
  head.Read(bytes);
  return head;
}

TEST(ResponseHead, IsReadHoweverItIsCut) {
  const std::string bytes =
      "HTTP/1.1 429 Too Many Requests\r\nRetry-After:  7 \r\nRetry-After: 8\r\nX-EMPTY:\r\nno "
      "colon\r\n\r\nbody";
  for (std::size_t cut = 1; cut <= bytes.size(); ++cut) {
    ResponseHead head;
    std::size_t taken = 0;
    for (std::size_t at = 0; at < bytes.size(); at += cut) {
      taken += head.Read(std::string_view(bytes).substr(at, cut));
    }
    ASSERT_EQ(head.state(), State::kWhole) << cut;
    EXPECT_EQ(taken, bytes.size() - 4) << cut;
    EXPECT_EQ(head.status(), 429);
    EXPECT_EQ(head.Find("retry-after"), "7");
    EXPECT_EQ(head.Find("x-empty"), "");
    EXPECT_EQ(head.Find("X-Empty"), "");
  }
}

TEST(ResponseHead, PassesOverInterimHeads) {
  const auto head =
      Read("HTTP/1.1 100 Continue\r\nA: 1\r\n\r\nHTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200\nB: 2\n\n");
  EXPECT_EQ(head.state(), State::kWhole);
  EXPECT_EQ(head.status(), 200);
  EXPECT_EQ(head.Find("a"), "");
  EXPECT_EQ(head.Find("b"), "2");
}

TEST(ResponseHead, HasAnEnd) {
  const std::string line = "X: " + std::string(1000, 'x') + "\r\n";
  ResponseHead head = Read("HTTP/1.1 200 OK\r\n");
  int lines = 0;
  while (head.state() == State::kMore && lines < 1000) lines += head.Read(line) > 0 ? 1 : 0;
  EXPECT_EQ(head.state(), State::kTooLarge);
  EXPECT_EQ(lines, 66);
  EXPECT_EQ(Read(std::string(70'000, 'x')).state(), State::kTooLarge);
}

TEST(ResponseHead, SaysWhereTheBodyEnds) {
  struct Case {
    const char* head;
    Framing framing;
    bool keep_alive;
  };
  for (const auto& [head, framing, keep_alive] : {
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Framing::kLength, true},
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", Framing::kLength, true},
           Case{"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", Framing::kLength, false},
           Case{"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: Keep-Alive\r\n\r\n",
                Framing::kLength, true},
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: x, close\r\n\r\n",
                Framing::kLength, false},
           Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", Framing::kChunked, true},
           Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
                Framing::kChunked, false},
           Case{"HTTP/1.1 200 OK\r\n\r\n", Framing::kUntilClose, false},
           Case{"HTTP/1.0 204 No Content\r\n\r\n", Framing::kNone, false},
           Case{"HTTP/1.0 204 No Content\r\nConnection: keep-alive\r\n\r\n", Framing::kNone, true},
           Case{"HTTP/1.1 204 No Content\r\n\r\n", Framing::kNone, true},
           Case{"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", Framing::kNone, true},
       }) {
    const ResponseHead read = Read(head);
    EXPECT_EQ(read.state(), State::kWhole) << head;
    EXPECT_EQ(read.framing(), framing) << head;
    EXPECT_EQ(read.keep_alive(), keep_alive) << head;
  }
}

TEST(ResponseHead, RefusesInvalidInput) {
  for (const char* head :
       {"SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/2 200\r\n",
        "HTTP/1.1 20\r\n",
        "HTTP/1.1 2000\r\n",
        "HTTP/1.1 abc\r\n",
        "HTTP/1.1 099 x\r\n",
        "HTTP/1.1  200\r\n",
        "http/1.1 200 OK\r\n",
        "\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n\tfolded\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n folded: c\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: \x01\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    EXPECT_EQ(Read(head).state(), State::kNoHttp) << head;
  }
}

}  // namespace
}  // namespace agm::http
