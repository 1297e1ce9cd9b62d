#include "cli/embedded_mock.h"

#include <gtest/gtest.h>

#include "tests/support/raw_client.h"

namespace agm::cli {
namespace {

config::Account AccountOf(config::AccountKind kind) {
  config::Account account;
  account.name = "fake";
  account.kind = kind;
  return account;
}

TEST(EmbeddedMock, ServesEveryMockAccountWithoutAnAddress) {
  EmbeddedMock mock;
  config::Account account = AccountOf(config::AccountKind::kMock);
  config::Account other = account;
  ASSERT_TRUE(mock.Serve(account));
  ASSERT_TRUE(mock.Serve(other));
  ASSERT_TRUE(account.base_url.starts_with("http://127.0.0.1:")) << account.base_url;
  EXPECT_EQ(other.base_url, account.base_url);
  test::RawClient client(std::stoi(account.base_url.substr(account.base_url.rfind(':') + 1)));
  client.Send("GET /v1beta/models HTTP/1.1\r\nHost: localhost\r\nx-goog-api-key: k\r\n\r\n");
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->body.find("gemini-") != std::string::npos) << answer->body;
}

TEST(EmbeddedMock, LeavesOtherAccountsAlone) {
  EmbeddedMock mock;
  config::Account real = AccountOf(config::AccountKind::kGemini);
  ASSERT_TRUE(mock.Serve(real));
  EXPECT_EQ(real.base_url, "");
  config::Account elsewhere = AccountOf(config::AccountKind::kMock);
  elsewhere.base_url = "http://127.0.0.1:1";
  ASSERT_TRUE(mock.Serve(elsewhere));
  EXPECT_EQ(elsewhere.base_url, "http://127.0.0.1:1");
}

}  // namespace
}  // namespace agm::cli
