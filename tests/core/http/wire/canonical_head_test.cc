#include "core/http/wire/canonical_head.h"

#include <gtest/gtest.h>

#include <string>

#include "core/http/wire/request_head.h"

namespace agm::http {
namespace {

Request Read(std::string_view bytes) {
  Head head;
  EXPECT_FALSE(ReadHead(bytes, head)) << bytes;
  Request request;
  request.method = head.method;
  request.path = head.path;
  request.raw_path = head.raw_path;
  request.query = head.query;
  request.headers = head.headers;
  return request;
}

TEST(CanonicalHead, IsTheMethodAndTheVersion) {
  const Request request =
      Read("PUT /a%20b?c=%41 HTTP/1.1\r\nX-A: 1\r\nhost:h:1\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(WriteCanonicalHead(request, 1), "PUT / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(WriteCanonicalHead(Read("GET http://h/x HTTP/1.0\r\n\r\n"), 0),
            "GET / HTTP/1.0\r\n\r\n");
}

TEST(CanonicalHead, IsTheMethodAloneIfTheRequestWasRefused) {
  Request refused;
  refused.method = "HEAD";
  refused.path = "/x";
  EXPECT_EQ(WriteCanonicalHead(refused, 1), "HEAD\r\n");
  EXPECT_EQ(WriteCanonicalHead(Request(), 1), "\r\n");
}

}  // namespace
}  // namespace agm::http
