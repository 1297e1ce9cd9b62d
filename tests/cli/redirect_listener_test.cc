#include "cli/redirect_listener.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "tests/support/raw_client.h"

namespace agm::cli {
namespace {

std::string Visit(const RedirectListener& listener, const std::string& request) {
  test::RawClient client(listener.port());
  client.Send(request + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n");
  return client.ReadAll();
}

TimePoint Soon() { return SystemClock().Now() + Duration(5'000); }

TEST(RedirectListener, TakesACodeThatCameBeforeItWaits) {
  auto listener = RedirectListener::Start();
  ASSERT_TRUE(listener) << listener.error().message;
  EXPECT_EQ(listener->url(), "http://127.0.0.1:" + std::to_string(listener->port()));
  std::string page;
  std::thread visitor([&] { page = Visit(*listener, "GET /?code=4%2Fx%2By&state=s"); });
  const auto code = listener->AwaitCode("s", Soon());
  visitor.join();
  ASSERT_TRUE(code) << code.error().message;
  EXPECT_EQ(code->Reveal(), "4/x+y");
  EXPECT_TRUE(page.starts_with("HTTP/1.1 200 ")) << page;
  for (const char* line : {"Cache-Control: no-store\r\n", "Referrer-Policy: no-referrer\r\n",
                           "Connection: close\r\n"}) {
    EXPECT_NE(page.find(line), page.npos) << page;
  }
}

TEST(RedirectListener, AnswersOthersWithAnErrorThatChangesNothing) {
  auto listener = RedirectListener::Start();
  ASSERT_TRUE(listener) << listener.error().message;
  std::thread visitor([&] {
    for (const char* request : {"GET /?code=x&state=wrong", "GET /", "GET /other?code=x&state=s",
                                "POST /?code=x&state=s", "BREW /?code=x&state=s"}) {
      const std::string page = Visit(*listener, request);
      EXPECT_TRUE(page.starts_with("HTTP/1.1 400 ")) << request << page;
      EXPECT_NE(page.find("not the answer"), page.npos) << request << page;
    }
    Visit(*listener, "GET /?code=right&state=s");
  });
  const auto code = listener->AwaitCode("s", Soon());
  visitor.join();
  ASSERT_TRUE(code) << code.error().message;
  EXPECT_EQ(code->Reveal(), "right");
}

TEST(RedirectListener, TakesOneCodeOnly) {
  auto listener = RedirectListener::Start();
  ASSERT_TRUE(listener) << listener.error().message;
  std::thread visitor([&] {
    Visit(*listener, "GET /?code=first&state=s");
    const std::string page = Visit(*listener, "GET /?code=second&state=s");
    EXPECT_TRUE(page.starts_with("HTTP/1.1 400 ")) << page;
  });
  const auto code = listener->AwaitCode("s", Soon());
  visitor.join();
  ASSERT_TRUE(code) << code.error().message;
  EXPECT_EQ(code->Reveal(), "first");
}

TEST(RedirectListener, TellsARefusalFromAnotherError) {
  for (const auto& [query, why] :
       {std::pair("error=access_denied", "access was denied in the browser"),
        std::pair("error=server_error",
                  "the consent page came back with an error instead of a code")}) {
    auto listener = RedirectListener::Start();
    ASSERT_TRUE(listener) << listener.error().message;
    std::string page;
    std::thread visitor(
        [&, text = std::string(query)] { page = Visit(*listener, "GET /?" + text + "&state=s"); });
    const auto code = listener->AwaitCode("s", Soon());
    visitor.join();
    ASSERT_FALSE(code);
    EXPECT_EQ(code.error().message, why);
    EXPECT_NE(page.find("agm was not let in. You can close this page."), page.npos) << page;
  }
}

TEST(RedirectListener, EndsWithoutAVisitor) {
  auto listener = RedirectListener::Start();
  ASSERT_TRUE(listener) << listener.error().message;
  const auto code = listener->AwaitCode("s", SystemClock().Now() + Duration(20));
  ASSERT_FALSE(code);
  EXPECT_EQ(code.error().code, ErrorCode::kTimeout);
}

}  // namespace
}  // namespace agm::cli
