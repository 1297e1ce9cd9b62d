#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/replay/player.h"

namespace agm::replay {
namespace {

/// What differs, one line each: "place expected found".
std::string Found(const Capture& capture, const Played& played) {
  std::string out;
  for (const Difference& each : Compare(capture, played)) {
    out += each.what + " " + each.expected + " " + each.found + "\n";
  }
  return out;
}

std::string Bodies(const std::string& expected, const std::string& found) {
  Capture capture;
  capture.response.body = expected;
  Played played;
  played.response.body = found;
  return Found(capture, played);
}

UpstreamCall Call(std::string path, std::string sent) {
  UpstreamCall call;
  call.path = std::move(path);
  call.sent = std::move(sent);
  return call;
}

TEST(Compare, ChecksOnlyWhatTheCaptureSays) {
  Played played;
  played.response = {500, "text/plain", "oops"};
  EXPECT_EQ(Found({}, played), "");
  Capture capture;
  capture.response = {200, "application/json", "{}"};
  EXPECT_EQ(Found(capture, played),
            "response.status 200 500\n"
            "response.content_type application/json text/plain\n"
            "response.body {} \"oops\"\n");
  played.response = capture.response;
  EXPECT_EQ(Found(capture, played), "");
}

TEST(Compare, FindsEachValueOfJsonThatDiffers) {
  EXPECT_EQ(Bodies(R"({"a":1,"b":[1,2]})", R"({"b":[1,2],"a":1})"), "");
  EXPECT_EQ(Bodies(R"({"a":1,"b":[1,2]})", R"({"a":2,"b":[1,3]})"),
            "response.body.a 1 2\nresponse.body.b[1] 2 3\n");
  EXPECT_EQ(Bodies(R"({"a":[1]})", R"({"a":[1,2]})"), "response.body.a [1] [1,2]\n");
  EXPECT_EQ(Bodies(R"({"a":[]})", R"({"a":{}})"), "response.body.a [] {}\n");
  EXPECT_EQ(Bodies(R"({"a":{}})", R"({"a":1})"), "response.body.a {} 1\n");
  EXPECT_EQ(Bodies(R"({"a":null})", "{}"), "response.body.a null \"(missing)\"\n");
  EXPECT_EQ(Bodies("{}", R"({"a":1})"), "");
}

TEST(Compare, ComparesEventsOneByOne) {
  const std::string two = "event: x\ndata: {\"a\":1}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n";
  EXPECT_EQ(Bodies(two, two), "");
  EXPECT_EQ(Bodies(two, "event: x\r\ndata: {\"a\":1}\r\n\r\ndata: {\"b\":2}\r\n\r\ndata: [DONE]"),
            "");
  EXPECT_EQ(Bodies(two, "event: x\ndata: {\"a\":1}\n\ndata: {\"b\":3}\n\ndata: [DONE]\n\n"),
            "response.body[2].b 2 3\n");
  EXPECT_EQ(Bodies(two, "event: y\ndata: {\"a\":1}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n"),
            "response.body[0] \"event: x\" \"event: y\"\n");
  EXPECT_EQ(Bodies("data: {\"a\":1}\n", "data: {\"a\":2}\n"), "response.body.a 1 2\n");
}

TEST(Compare, ComparesOtherBodiesAsText) {
  EXPECT_EQ(Bodies("data: {broken\n", "data: {\"a\":1}\n"),
            "response.body data: {broken\n data: {\"a\":1}\n\n");
  EXPECT_EQ(Bodies("plain", "plain"), "");
  EXPECT_EQ(Bodies("data: {\"a\":1}\n\n", "data: {\"a\":1}\n\ndata: {\"b\":2}\n\n").substr(0, 13),
            "response.body");
}

TEST(Compare, OverlooksWhatIsNewEachTime) {
  EXPECT_EQ(Bodies(R"({"id":"chatcmpl-abcdefghij0123456789","created":1700000000})",
                   R"({"id":"chatcmpl-0123456789abcdefghij","created":1800000000})"),
            "");
  EXPECT_EQ(Bodies(R"({"a":"x-abcdefghij0123456789","b":"x-abcdefghij0123456789"})",
                   R"({"a":"x-abcdefghij0123456789","b":"x-bbbbbbbbbb0123456789"})"),
            "response.body.b \"x-#1\" \"x-#2\"\n")
      << "ids that were the same must stay the same";
}

TEST(Compare, ChecksEachCallOfTheUpstream) {
  Capture capture;
  capture.upstream = {Call("/a", R"({"x":1})"), Call("", "")};
  Played played;
  played.calls.resize(2);
  played.calls[0].path = "/a";
  played.calls[0].sent = R"({"x":1})";
  played.calls[1].path = "/b";
  played.calls[1].sent = "y";
  EXPECT_EQ(Found(capture, played), "");
  played.calls[0].path = "/c";
  played.calls[0].sent = R"({"x":2})";
  EXPECT_EQ(Found(capture, played), "upstream[0].path /a /c\nupstream[0].sent.x 1 2\n");
  played.calls.resize(1);
  EXPECT_EQ(Found(capture, played),
            "upstream.length 2 1\nupstream[0].path /a /c\nupstream[0].sent.x 1 2\n");
  capture.upstream.clear();
  EXPECT_EQ(Found(capture, played), "upstream.length 0 1\n");
}

TEST(Normal, KnowsAnIdByItsLengthAndItsMixture) {
  EXPECT_EQ(Normal("x-abcdefghij012345678"), "x-abcdefghij012345678") << "19 characters";
  EXPECT_EQ(Normal("x-abcdefghij0123456789"), "x-#1");
  EXPECT_EQ(Normal("abcdefghij0123456789"), "abcdefghij0123456789") << "nothing stands before it";
  EXPECT_EQ(Normal("call_ABCDEFGHIJKLMNOPQRSTUVWX"), "call_ABCDEFGHIJKLMNOPQRSTUVWX");
  EXPECT_EQ(Normal("call_00000000000000000000"), "call_#1");
  EXPECT_EQ(Normal("a.b-c_ABCDEFGHIJabcdefghij!"), "a.b-c_#1!");
  EXPECT_EQ(Normal("in 0s, in 9s"), "in #s, in #s");
}

}  // namespace
}  // namespace agm::replay
