#include "core/http/client/request_head.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/version.h"

namespace agm::http {
namespace {

OutgoingRequest RequestTo(const std::string& url) {
  OutgoingRequest request;
  request.url = url;
  request.headers = {{"Content-Type", "application/json"}};
  request.credential = {"x-goog-api-key", Secret("AIzaCANARY")};
  request.body = "{}";
  return request;
}

Result<std::string> Written(const OutgoingRequest& request) {
  const auto origin = ReadOrigin(request.url);
  return WriteRequestHead(request, *origin);
}

/// The first two lines of the request.
std::string Address(const std::string& url) {
  const auto head = Written(RequestTo(url));
  return head ? head->substr(0, head->find("\r\nUser-Agent")) : head.error().message;
}

TEST(RequestHead, IsWrittenInFull) {
  OutgoingRequest request = RequestTo("https://google.example/v1beta/models/m:generateContent");
  EXPECT_EQ(*Written(request),
            "POST /v1beta/models/m:generateContent HTTP/1.1\r\n"
            "Host: google.example\r\n"
            "User-Agent: agm/" +
                std::string(Version()) +
                "\r\n"
                "Accept-Encoding: gzip\r\n"
                "Content-Type: application/json\r\n"
                "x-goog-api-key: AIzaCANARY\r\n"
                "Content-Length: 2\r\n\r\n");
}

TEST(RequestHead, NamesTheHostAndThePortThatIsNotTheUsualOne) {
  EXPECT_EQ(Address("http://a.example"), "POST / HTTP/1.1\r\nHost: a.example");
  EXPECT_EQ(Address("http://a.example:80?x=1"), "POST /?x=1 HTTP/1.1\r\nHost: a.example");
  EXPECT_EQ(Address("https://a.example:80/b#c"), "POST /b HTTP/1.1\r\nHost: a.example:80");
  EXPECT_EQ(Address("https://[::1]:443/#c"), "POST / HTTP/1.1\r\nHost: [::1]");
  EXPECT_EQ(Address("https://[::1]:8045/?a#?c"), "POST /?a HTTP/1.1\r\nHost: [::1]:8045");
}

TEST(RequestHead, SaysHowLongTheBodyIsWhereThereMayBeOne) {
  OutgoingRequest request = RequestTo("http://a.example/");
  request.body = {};
  EXPECT_NE(Written(request)->find("Content-Length: 0\r\n"), std::string::npos);
  request.method = "GET";
  EXPECT_EQ(Written(request)->find("Content-Length"), std::string::npos);
}

TEST(RequestHead, NothingBreaksOutOfItsLine) {
  EXPECT_EQ(Address("http://a.example/b c"), "a.example:80: the address cannot be used");
  EXPECT_EQ(Address("http://a.example/b\x7f"), "a.example:80: the address cannot be used");
  EXPECT_EQ(Address("http://a.example/b\r\nX: y"), "a.example:80: the address cannot be used");
  EXPECT_EQ(Address("http://b\xC3\xBC.example/"),
            "the upstream's address names no host in plain ASCII");
  OutgoingRequest request = RequestTo("http://a.example/");
  request.method = "GET /x";
  EXPECT_EQ(Written(request).error().code, ErrorCode::kConfig);
  request = RequestTo("http://a.example/");
  request.headers = {{"X", "a\r\nY: b"}};
  EXPECT_EQ(Written(request).error().code, ErrorCode::kInternal);
  request.headers = {{"X: a\r\nY", "b"}};
  EXPECT_EQ(Written(request).error().code, ErrorCode::kInternal);
  request = RequestTo("http://a.example/");
  request.credential.second = Secret("key\nX-Evil: 1");
  EXPECT_EQ(Written(request).error().code, ErrorCode::kConfig);
  EXPECT_EQ(Written(request).error().message.find("key"), std::string::npos);
}

}  // namespace
}  // namespace agm::http
