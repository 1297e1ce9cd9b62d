// Requests that are sent before the answer to an earlier one.

#include <gtest/gtest.h>

#include <string>

#include "tests/core/http/server/running_server.h"

namespace agm::http {
namespace {

constexpr const char* kGet = "GET /one HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST(Pipelining, RefusesAnInvalidRequestBehindAValidOne) {
  RunningServer server([](Request& request) { return Text("served " + request.path); });
  auto client = server.Connect();
  client.Send(std::string(kGet) + "GET /two HTTP/1.1\r\nHost : localhost\r\n\r\n");
  const auto first = client.Read();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->body, "served /one");
  const auto second = client.Read();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->status, 400);
  EXPECT_EQ(second->header("Connection"), "close");
  EXPECT_EQ(second->header("Retry-After"), "");
  EXPECT_TRUE(client.Closed());
}

TEST(Pipelining, StreamsABodyThatBeganBehindAnotherRequest) {
  RunningServer server(
      [](Request& request) {
        std::string all = request.body;
        if (request.incoming != nullptr) {
          while (request.incoming->Read(all, TimePoint::max()) == BodyReader::State::kMore) {
          }
        }
        return Text((request.incoming != nullptr ? "streamed " : "whole ") + all);
      },
      {},
      [](Server& inner) {
        inner.StreamBodiesIf([](const Head& head) { return head.path == "/file"; });
      });
  for (const std::string& path : {std::string("/file"), std::string("/other")}) {
    auto client = server.Connect();
    client.Send(std::string(kGet) + "POST " + path +
                " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nabc");
    const auto first = client.Read();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->body, "whole ");
    client.Send(std::string("def") + kGet);
    const auto second = client.Read();
    ASSERT_TRUE(second);
    EXPECT_EQ(second->body, path == "/file" ? "streamed abcdef" : "whole abcdef");
    const auto third = client.Read();
    ASSERT_TRUE(third);
    EXPECT_EQ(third->body, "whole ");
  }
}

}  // namespace
}  // namespace agm::http
