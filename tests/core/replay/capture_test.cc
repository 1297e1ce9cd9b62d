#include "core/replay/capture.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::replay {
namespace {

// A capture's text with more members.
std::string With(const std::string& members, const std::string& request = R"("path":"/v1/x")") {
  return R"({"agm_capture":1,"request":{)" + request + "}" + (members.empty() ? "" : ",") +
         members + "}";
}

std::string FaultOf(const std::string& text) {
  const auto capture = ReadCapture(text);
  return capture ? "none" : capture.error().message;
}

TEST(Capture, HasDefaultsForAllThatItLeavesOut) {
  const auto capture = ReadCapture(With(R"("upstream":[{}])"));
  ASSERT_TRUE(capture) << capture.error().message;
  EXPECT_EQ(capture->about, "");
  EXPECT_TRUE(capture->recorded.is_null());
  EXPECT_TRUE(capture->mapping.empty());
  EXPECT_EQ(capture->accounts, 1);
  EXPECT_EQ(capture->method, "POST");
  EXPECT_EQ(capture->content_type, "application/json");
  ASSERT_EQ(capture->upstream.size(), 1U);
  EXPECT_EQ(capture->upstream[0].status, 200);
  EXPECT_EQ(capture->upstream[0].ended, "complete");
  EXPECT_EQ(capture->upstream[0].sent, "");
  EXPECT_EQ(capture->response.status, 0);
}

TEST(Capture, TakesEachKindOfBody) {
  const auto body = [](const std::string& member) {
    const auto capture = ReadCapture(With("", R"("path":"/v1/x",)" + member));
    EXPECT_TRUE(capture) << capture.error().message;
    return capture ? capture->body : "";
  };
  EXPECT_EQ(body(R"("json":{"a": 1})"), R"({"a":1})");
  EXPECT_EQ(body(R"("base64":"/wA=")"), std::string("\xFF\0", 2));
  EXPECT_EQ(body(R"("body":"text")"), "text");
  EXPECT_EQ(body(R"("json":null,"body":"text")"), "text");
}

TEST(Capture, NamesTheMemberThatHasAnotherType) {
  EXPECT_EQ(FaultOf("[]"), "the file: expected an object");
  EXPECT_EQ(FaultOf(R"({"agm_capture":2,"request":{}})"),
            "agm_capture: expected the number 1; is this a file of agm logs export?");
  EXPECT_EQ(FaultOf(R"({"agm_capture":1})"), "request: expected an object");
  EXPECT_EQ(FaultOf(With("", "\"path\":\"x\"")),
            "request.path: expected a path that begins with /");
  EXPECT_EQ(FaultOf(With("", R"("path":"/x","body":7)")), "request.body: expected text");
  EXPECT_EQ(FaultOf(With(R"("about":7)")), "about: expected text");
  EXPECT_EQ(FaultOf(With(R"("accounts":"2")")), "accounts: expected a whole number");
  EXPECT_EQ(FaultOf(With(R"("accounts":1.5)")), "accounts: expected a whole number");
  EXPECT_EQ(FaultOf(With(R"("accounts":4294967297)")), "accounts: expected a whole number");
  EXPECT_EQ(FaultOf(With(R"("accounts":18446744073709551617)")),
            "accounts: expected a whole number");
  EXPECT_EQ(FaultOf(With(R"("mapping":{})")), "mapping: expected a list");
  EXPECT_EQ(FaultOf(With(R"("mapping":[{"from":"a","to":["b"]},{"from":"a","to":[7]}])")),
            "mapping[1].to: expected a list of names");
  EXPECT_EQ(FaultOf(With(R"("mapping":[{"from":"a","to":["b",7]}])")),
            "mapping[0].to: expected a list of names");
  EXPECT_EQ(FaultOf(With(R"("mapping":[{"to":["b"]}])")), "mapping[0]: expected from and to");
  EXPECT_EQ(FaultOf(With(R"("mapping":[{"from":"a"}])")), "mapping[0]: expected from and to");
  EXPECT_EQ(FaultOf(With(R"("mapping":[7])")), "mapping[0]: expected an object");
  EXPECT_EQ(FaultOf(With(R"("upstream":{})")), "upstream: expected a list");
  EXPECT_EQ(FaultOf(With(R"("upstream":[{},{"status":"200"}])")),
            "upstream[1].status: expected a whole number");
  EXPECT_EQ(FaultOf(With(R"("upstream":[{"sent":{"body":7}}])")),
            "upstream[0].sent.body: expected text");
  EXPECT_EQ(FaultOf(With(R"("response":{"body":7})")), "response.body: expected text");
}

TEST(Capture, HasAtMostAHundredAccounts) {
  for (const char* good : {"0", "100"}) {
    EXPECT_EQ(FaultOf(With(std::string("\"accounts\":") + good)), "none") << good;
  }
  for (const char* bad : {"-1", "101"}) {
    EXPECT_EQ(FaultOf(With(std::string("\"accounts\":") + bad)),
              "accounts: expected a number from 0 to 100")
        << bad;
  }
}

TEST(Capture, IsReadAsItIsWritten) {
  Capture capture;
  capture.about = "about";
  capture.recorded = {{"status", 200}};
  capture.mapping = {{"a*", {"b", "c"}}};
  capture.accounts = 3;
  capture.method = "PUT";
  capture.path = "/v1/x?y=z";
  capture.content_type = "text/plain";
  capture.body = "{ \"a\":1}";
  capture.upstream.push_back({"/p", R"({"s":1})", 429, "text/html", "7", "network", "\xFF"});
  capture.upstream.push_back({"/q", "", 200, "application/json", "", "complete", "{}"});
  capture.response = {500, "text/plain", "oops"};
  const std::string text = WriteCapture(capture);
  const auto again = ReadCapture(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(WriteCapture(*again), text);
  EXPECT_EQ(again->recorded, capture.recorded);
  EXPECT_EQ(again->mapping[0].to, capture.mapping[0].to);
  EXPECT_EQ(again->body, capture.body);
  EXPECT_EQ(again->upstream[0].sent, R"({"s":1})");
  EXPECT_EQ(again->upstream[0].retry_after, "7");
  EXPECT_EQ(again->upstream[0].ended, "network");
  EXPECT_EQ(again->upstream[0].body, "\xFF");
  EXPECT_EQ(again->response.body, "oops");
  EXPECT_NE(text.find("\"base64\""), std::string::npos);
  EXPECT_EQ(text.find("retry_after", text.find("/q")), std::string::npos);
}

}  // namespace
}  // namespace agm::replay
