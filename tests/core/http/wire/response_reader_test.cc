#include "core/http/wire/response_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "tests/support/packed.h"

namespace agm::http {
namespace {

using State = ResponseReader::State;
using test::Packed;
using test::Wrapping;

struct Heard {
  State state = State::kHead;
  std::string body;
  std::size_t taken = 0;
};

/// Reads `bytes` in pieces of `cut` bytes, then closes.
Heard Read(std::string_view bytes, std::size_t cut) {
  ResponseReader answer;
  Heard heard;
  for (std::size_t at = 0; at < bytes.size(); at += cut) {
    heard.taken += answer.Read(bytes.substr(at, cut), heard.body);
  }
  answer.Close();
  heard.state = answer.state();
  return heard;
}

/// The result, which must be the same for every way to split the bytes.
Heard Read(std::string_view bytes) {
  Heard whole = Read(bytes, bytes.size() + 1);
  for (const std::size_t cut : {1UL, 2UL, 3UL, 7UL, 100UL}) {
    const Heard again = Read(bytes, cut);
    EXPECT_EQ(again.state, whole.state) << cut << ": " << bytes.substr(0, 200);
    EXPECT_EQ(again.body, whole.body) << cut << ": " << bytes.substr(0, 200);
    if (whole.state != State::kWhole) continue;  // a broken response has no end
    EXPECT_EQ(again.taken, whole.taken) << cut << ": " << bytes.substr(0, 200);
  }
  return whole;
}

std::string HeadText(const std::string& headers) {
  return "HTTP/1.1 200 OK\r\n" + headers + "\r\n";
}

std::string InChunks(std::string_view body, std::size_t size) {
  std::string out;
  for (; !body.empty(); body.remove_prefix(std::min(size, body.size()))) {
    const std::string_view piece = body.substr(0, size);
    out += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
  }
  return out + "0\r\n\r\n";
}

TEST(ResponseReader, EndsWhereTheLengthSays) {
  const auto heard = Read(HeadText("Content-Length: 5\r\n") + "hellothere");
  EXPECT_EQ(heard.state, State::kWhole);
  EXPECT_EQ(heard.body, "hello");
  EXPECT_EQ(heard.taken, HeadText("Content-Length: 5\r\n").size() + 5);
  EXPECT_EQ(Read(HeadText("Content-Length: 0\r\n")).state, State::kWhole);
  EXPECT_EQ(Read(HeadText("Content-Length: 5\r\n") + "hell").state, State::kCut);
}

TEST(ResponseReader, EndsWithTheLastChunk) {
  const std::string head = HeadText("Transfer-Encoding: chunked\r\n");
  const auto heard = Read(head + "5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nX-Late: 1\r\n\r\nmore");
  EXPECT_EQ(heard.state, State::kWhole);
  EXPECT_EQ(heard.body, "hello!");
  EXPECT_EQ(Read(head + "5\r\nhel").body, "hel");
  for (const char* cut : {"", "5", "5\r\nhel", "5\r\nhello\r\n", "5\r\nhello\r\n0\r\n", "zz\r\n",
                          "5\r\nhelloX\r\n0\r\n\r\n"}) {
    EXPECT_EQ(Read(head + cut).state, State::kCut) << cut;
  }
}

TEST(ResponseReader, EndsWithTheConnectionWhereNothingElseIsSaid) {
  const auto heard = Read(HeadText("Connection: close\r\n") + "all of it");
  EXPECT_EQ(heard.state, State::kWhole);
  EXPECT_EQ(heard.body, "all of it");
}

TEST(ResponseReader, HasNoBodyWhereTheStatusSaysSo) {
  const auto heard = Read("HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\nHTTP/1.1");
  EXPECT_EQ(heard.state, State::kWhole);
  EXPECT_EQ(heard.body, "");
}

TEST(ResponseReader, UnpacksWithEachFraming) {
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += std::to_string(i);
  const std::string gzip = Packed(text, Wrapping::kGzip);
  const std::string packed = "Content-Encoding: gzip\r\n";
  for (const std::string& bytes :
       {HeadText(packed + fmt::format("Content-Length: {}\r\n", gzip.size())) + gzip,
        HeadText(packed + "Transfer-Encoding: chunked\r\n") + InChunks(gzip, 11),
        HeadText(packed + "Connection: close\r\n") + gzip}) {
    const auto heard = Read(bytes);
    EXPECT_EQ(heard.state, State::kWhole);
    EXPECT_EQ(heard.body, text);
  }
  EXPECT_EQ(Read(HeadText("Content-Encoding: X-Gzip\r\nConnection: close\r\n") + gzip).body, text);
  EXPECT_EQ(Read(HeadText(packed + "Content-Length: 0\r\n")).state, State::kWhole);
}

TEST(ResponseReader, RefusesWhatCannotBeUnpacked) {
  const std::string gzip = Packed("hello", Wrapping::kGzip);
  const auto with = [](std::string_view coding, const std::string& body) {
    return HeadText(
               fmt::format("Content-Encoding: {}\r\nContent-Length: {}\r\n", coding, body.size())) +
           body;
  };
  EXPECT_EQ(Read(with("gzip", "no gzip")).state, State::kBadPacking);
  EXPECT_EQ(Read(with("gzip", gzip.substr(0, gzip.size() - 3))).state, State::kBadPacking);
  EXPECT_EQ(Read(with("gzip", gzip + "x")).state, State::kBadPacking);
  EXPECT_EQ(Read(with("br", "hello")).state, State::kBadPacking);
  EXPECT_EQ(Read(with("gzip, gzip", gzip)).state, State::kBadPacking);
  EXPECT_EQ(Read(with("identity", "hello")).body, "hello");
  const auto cut = Read(HeadText("Content-Encoding: gzip\r\nConnection: close\r\n") +
                        gzip.substr(0, gzip.size() - 3));
  EXPECT_EQ(cut.state, State::kBadPacking);
}

TEST(ResponseReader, SaysWhatIsWrongWithTheHead) {
  EXPECT_EQ(Read("SSH-2.0-OpenSSH_9.2\r\n").state, State::kNoHttp);
  EXPECT_EQ(Read(HeadText("X: " + std::string(70'000, 'x') + "\r\n")).state, State::kHeadTooLarge);
  EXPECT_EQ(Read("HTTP/1.1 200 OK\r\nContent-Ty").state, State::kCut);
  EXPECT_EQ(Read("").state, State::kCut);
  EXPECT_FALSE(ResponseReader().begun());
}

}  // namespace
}  // namespace agm::http
