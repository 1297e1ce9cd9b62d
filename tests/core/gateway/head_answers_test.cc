// Requests that the gateway answers from their head alone, without accepting a body.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/raw_client.h"

namespace agm::gateway {
namespace {

class HeadAnswersTest : public GatewayTest {
 protected:
  /// The status of the answer to a head whose body does not come; 0: the gateway waits for it.
  int StatusOf(std::string_view line, std::string_view headers, bool chunked) {
    test::RawClient client(service_->port(), Duration(400));
    client.Send(fmt::format("{} HTTP/1.1\r\nHost: localhost\r\n{}{}\r\n\r\n", line, headers,
                            chunked ? "Transfer-Encoding: chunked" : "Content-Length: 500000"));
    const auto answer = client.Read();
    return answer ? answer->status : 0;
  }
};

TEST_F(HeadAnswersTest, OnlyAKeyMakesTheGatewayAcceptABody) {
  config_.proxy.auth_mode = config::AuthMode::kAllExceptHealth;
  config_.proxy.api_keys = {{"laptop", Secret("sk-laptop-1")}};
  Add("work", "good");
  Start();
  struct Case {
    std::string_view line, headers;
    int status;
  };
  const std::vector<Case> cases = {
      {"POST /v1/chat/completions", "", 401},
      {"POST /v1/chat/completions", "Authorization: Bearer wrong\r\n", 401},
      {"POST /v1/chat/completions", "Authorization: Bearer sk-laptop-1\r\n", 0},
      {"POST /v1/responses", "x-api-key: wrong\r\n", 401},
      {"POST /v1/images/edits", "x-goog-api-key: wrong\r\n", 401},
      {"POST /v1/images/edits", "x-goog-api-key: sk-laptop-1\r\n", 0},
      {"POST /v1beta/models/m:generateContent?key=wrong", "", 401},
      {"POST /v1/unknown-route", "", 401},
      {"GET /v1/models", "", 401},
      {"DELETE /v1/responses/resp_1", "", 401},
      {"POST /agm/accounts", "", 401},
      {"GET /healthz", "", 200},
      {"POST /healthz", "", 405},
      {"OPTIONS /v1/chat/completions", "Origin: https://evil.example\r\n", 403},
  };
  for (const Case& each : cases) {
    for (const bool chunked : {false, true}) {
      EXPECT_EQ(StatusOf(each.line, each.headers, chunked), each.status)
          << each.line << " " << each.headers << chunked;
    }
  }
}

TEST_F(HeadAnswersTest, WithoutAuthTheHostAndOriginDecide) {
  config_.proxy.host = "127.0.0.1";
  Add("work", "good");
  Start();
  const std::string_view line = "POST /v1/chat/completions";
  EXPECT_EQ(StatusOf(line, "", false), 0);
  EXPECT_EQ(StatusOf(line, "Origin: https://evil.example\r\n", false), 403);
}

}  // namespace
}  // namespace agm::gateway
