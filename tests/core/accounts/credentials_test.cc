#include "core/accounts/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "core/accounts/service_account.h"
#include "core/base/json.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_transport.h"
#include "tests/support/service_account_key.h"
#include "tests/support/temp_dir.h"

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;
using test::FakeAnswer;
using test::WaitingClock;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using upstream::Failure;
using upstream::Trouble;

std::string FromBase64Url(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  const std::size_t padding = (4 - text.size() % 4) % 4;
  text.append(padding, '=');
  std::string bytes(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

std::vector<std::string> Split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

bool IsSignedBy(EVP_PKEY* key, const std::string& text, const std::string& signature) {
  EVP_MD_CTX* digest = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(digest, nullptr, EVP_sha256(), nullptr, key);
  const int good = EVP_DigestVerify(
      digest, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
      reinterpret_cast<const unsigned char*>(text.data()), text.size());
  EVP_MD_CTX_free(digest);
  return good == 1;
}

FakeAnswer TokenAnswer(const std::string& token, int seconds = 3600) {
  return FakeAnswer::Json(R"({"access_token":")" + token +
                          R"(","token_type":"Bearer","expires_in":)" + std::to_string(seconds) +
                          "}");
}

class CredentialsTest : public testing::Test {
 protected:
  static config::Account OAuth() {
    config::Account account;
    account.name = "cloud";
    account.kind = config::AccountKind::kVertex;
    account.client_id = "my client";
    account.client_secret = Secret("s/cret");
    account.refresh_token = Secret("1//refresh");
    return account;
  }
  config::Account Cloud() {
    config::Account account;
    account.name = "robot";
    account.kind = config::AccountKind::kVertex;
    account.service_account =
        folder_.Write("sa.json", test::ServiceAccountFile("https://oauth.test/token")).string();
    return account;
  }
  std::string Ask(const config::Account& account) {
    auto credential = credentials_.For(account, clock_.Now() + 30s, NeverCancelled());
    if (auto* failure = std::get_if<Failure>(&credential)) return "! " + failure->error.message;
    return std::get<Secret>(credential).Reveal();
  }
  Failure FailureOf(const config::Account& account) {
    auto credential = credentials_.For(account, clock_.Now() + 30s, NeverCancelled());
    EXPECT_TRUE(std::holds_alternative<Failure>(credential));
    return std::get<Failure>(std::move(credential));
  }
  void WaitUntilSent(std::size_t requests) {
    for (int i = 0; i < 2000 && transport_.sent().size() < requests; ++i) {
      std::this_thread::sleep_for(1ms);
    }
    ASSERT_EQ(transport_.sent().size(), requests);
  }

  test::TempDir folder_;
  WaitingClock clock_;
  test::FakeTransport transport_;
  Credentials credentials_{transport_, clock_, "https://tokens.test/token"};
};

TEST_F(CredentialsTest, AnApiKeyIsThereAtOnce) {
  config::Account account;
  account.api_key = Secret("the-key");
  EXPECT_EQ(Ask(account), "the-key");
  EXPECT_FALSE(credentials_.Refused(account, Secret("the-key")));
  EXPECT_TRUE(transport_.sent().empty());
}

TEST_F(CredentialsTest, AMockAccountNeedsNoKey) {
  config::Account account;
  account.kind = config::AccountKind::kMock;
  EXPECT_EQ(Ask(account), "mock");
}

TEST_F(CredentialsTest, AnAccountWithoutAnythingIsQuarantined) {
  const Failure failure = FailureOf(config::Account());
  EXPECT_EQ(failure.trouble, Trouble::kUnauthenticated);
  EXPECT_EQ(failure.error.code, ErrorCode::kNoAccount);
  EXPECT_EQ(failure.error.message, "the account has no credential");
}

TEST_F(CredentialsTest, ARefreshTokenIsChangedForAnAccessToken) {
  transport_.Answer(TokenAnswer("access-1"));
  EXPECT_EQ(Ask(OAuth()), "access-1");
  ASSERT_EQ(transport_.sent().size(), 1U);
  const test::SentRequest request = transport_.sent()[0];
  EXPECT_EQ(request.url, "https://tokens.test/token");
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.body,
            "grant_type=refresh_token&client_id=my%20client&refresh_token=1%2F%2Frefresh"
            "&client_secret=s%2Fcret");
}

TEST_F(CredentialsTest, AServiceAccountSignsItsAssertion) {
  transport_.Answer(TokenAnswer("access-1"));
  EXPECT_EQ(Ask(Cloud()), "access-1");
  ASSERT_EQ(transport_.sent().size(), 1U);
  const test::SentRequest request = transport_.sent()[0];
  EXPECT_EQ(request.url, "https://oauth.test/token");
  const std::string before =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
  ASSERT_THAT(request.body, StartsWith(before));
  const auto parts = Split(request.body.substr(before.size()), '.');
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(FromBase64Url(parts[0]), R"({"alg":"RS256","typ":"JWT","kid":"key-1"})");
  const auto claims = ParseJson(FromBase64Url(parts[1]));
  ASSERT_TRUE(claims);
  EXPECT_EQ((*claims)["iss"], "robot@my-project.example");
  EXPECT_EQ((*claims)["aud"], "https://oauth.test/token");
  EXPECT_EQ((*claims)["scope"], "https://www.googleapis.com/auth/cloud-platform");
  EXPECT_EQ((*claims)["iat"], 1'795'262'400);
  EXPECT_EQ((*claims)["exp"], 1'795'266'000);
  EXPECT_TRUE(
      IsSignedBy(test::ServiceAccountKey(), parts[0] + "." + parts[1], FromBase64Url(parts[2])));
}

TEST_F(CredentialsTest, ATokenIsKeptAsLongAsItIsGood) {
  transport_.Answer(TokenAnswer("access-1"));
  transport_.Answer(TokenAnswer("access-2"));
  EXPECT_EQ(Ask(OAuth()), "access-1");
  clock_.Advance(50min);
  EXPECT_EQ(Ask(OAuth()), "access-1");
  clock_.Advance(20min);
  EXPECT_EQ(Ask(OAuth()), "access-2");
  EXPECT_EQ(transport_.sent().size(), 2U);
}

TEST_F(CredentialsTest, ATokenIsRenewedBeforeItExpiresWithoutARequestWaiting) {
  transport_.Answer(TokenAnswer("access-1"));
  transport_.Answer(TokenAnswer("access-2"));
  EXPECT_EQ(Ask(OAuth()), "access-1");
  clock_.Advance(57min);
  EXPECT_EQ(Ask(OAuth()), "access-1");
  WaitUntilSent(2);
  for (int i = 0; i < 2000 && Ask(OAuth()) != "access-2"; ++i) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(Ask(OAuth()), "access-2");
  EXPECT_EQ(transport_.sent().size(), 2U);
}

TEST_F(CredentialsTest, ARenewalThatFailsDoesNotHarmWhileTheTokenIsGood) {
  transport_.Answer(TokenAnswer("access-1"));
  transport_.Answer(FakeAnswer::Json("{}", 503));
  EXPECT_EQ(Ask(OAuth()), "access-1");
  clock_.Advance(57min);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Ask(OAuth()), "access-1");
  WaitUntilSent(2);
}

TEST_F(CredentialsTest, ATokenEndsWhileTheMachineSleeps) {
  transport_.Answer(TokenAnswer("access-1"));
  transport_.Answer(TokenAnswer("access-2"));
  EXPECT_EQ(Ask(OAuth()), "access-1");
  clock_.ShiftWall(2h);
  EXPECT_EQ(Ask(OAuth()), "access-2");
}

TEST_F(CredentialsTest, ManyWaitingRequestsFetchOnce) {
  transport_.AnswerBy([](const test::SentRequest&) {
    std::this_thread::sleep_for(20ms);
    return TokenAnswer("access-1");
  });
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      if (Ask(OAuth()) == "access-1") ++good;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 16);
  EXPECT_EQ(transport_.sent().size(), 1U);
}

TEST_F(CredentialsTest, OneFailureReachesAllWaitingRequests) {
  transport_.AnswerBy([](const test::SentRequest&) {
    std::this_thread::sleep_for(20ms);
    return FakeAnswer::Json(R"({"error":"invalid_grant"})", 400);
  });
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      if (FailureOf(OAuth()).trouble == Trouble::kUnauthenticated) ++refused;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refused, 8);
  EXPECT_LT(transport_.sent().size(), 8U);
}

TEST_F(CredentialsTest, ADisconnectingClientDoesNotCancelTheFetchForOthers) {
  struct Gone : Cancellation {
    bool Cancelled() const override { return true; }
  };
  transport_.Answer(TokenAnswer("access-1"));
  auto credential = credentials_.For(OAuth(), clock_.Now() + 30s, Gone());
  ASSERT_TRUE(std::holds_alternative<Failure>(credential));
  EXPECT_EQ(std::get<Failure>(credential).trouble, Trouble::kAborted);
  EXPECT_EQ(Ask(OAuth()), "access-1");
}

TEST_F(CredentialsTest, InvalidGrantQuarantinesAndTellsNothingOfTheAnswer) {
  transport_.Answer(FakeAnswer::Json(
      R"({"error":"invalid_grant","error_description":"Token of me@example.com expired"})", 400));
  const Failure failure = FailureOf(OAuth());
  EXPECT_EQ(failure.trouble, Trouble::kUnauthenticated);
  EXPECT_EQ(upstream::RowOf(failure.trouble).scope, upstream::CooldownScope::kAccountDisabled);
  EXPECT_THAT(failure.error.message, HasSubstr("invalid_grant"));
  EXPECT_THAT(failure.error.message, Not(HasSubstr("example.com")));
  EXPECT_EQ(failure.error.reason, "upstream_key_invalid");
}

TEST_F(CredentialsTest, ATokenEndpointThatIsDownQuarantinesNoAccount) {
  for (const int status : {429, 500, 503}) {
    transport_.Answer(FakeAnswer::Json("{}", status));
    EXPECT_EQ(FailureOf(OAuth()).trouble, Trouble::kNetwork) << status;
  }
  transport_.Answer(FakeAnswer::Broken(Fail(ErrorCode::kUpstreamUnavailable, "reset")));
  EXPECT_EQ(FailureOf(OAuth()).trouble, Trouble::kNetwork);
  transport_.Answer(FakeAnswer::Json("<html>"));
  EXPECT_EQ(FailureOf(OAuth()).trouble, Trouble::kNetwork);
  transport_.Answer(TokenAnswer("access-1"));
  EXPECT_EQ(Ask(OAuth()), "access-1");
}

TEST_F(CredentialsTest, AnAnswerOfOneMebibyteIsReadAndNoLargerOne) {
  const auto answer = [](std::size_t bytes) {
    FakeAnswer sized = TokenAnswer("access-1");
    sized.pieces.at(0).resize(bytes, ' ');
    return sized;
  };
  transport_.Answer(answer((1U << 20U) + 1));
  EXPECT_THAT(FailureOf(OAuth()).error.message, HasSubstr("far too much"));
  transport_.Answer(answer(1U << 20U));
  EXPECT_EQ(Ask(OAuth()), "access-1");
}

TEST_F(CredentialsTest, ATokenThatUpstreamRefusedIsFetchedAnew) {
  transport_.Answer(TokenAnswer("access-1"));
  transport_.Answer(TokenAnswer("access-2"));
  EXPECT_EQ(Ask(OAuth()), "access-1");
  EXPECT_TRUE(credentials_.Refused(OAuth(), Secret("access-1")));
  EXPECT_EQ(Ask(OAuth()), "access-2");
  EXPECT_TRUE(credentials_.Refused(OAuth(), Secret("access-1")));  // was already replaced
  EXPECT_EQ(Ask(OAuth()), "access-2");
}

TEST_F(CredentialsTest, AKeyFileThatIsNoneQuarantinesWithoutTellingItsPath) {
  config::Account account = Cloud();
  account.service_account = folder_.Write("no.json", "nothing").string();
  EXPECT_EQ(FailureOf(account).trouble, Trouble::kUnauthenticated);
  EXPECT_THAT(Ask(account), Not(HasSubstr(folder_.path().string())));
  EXPECT_TRUE(transport_.sent().empty());
}

TEST_F(CredentialsTest, TokensGoThroughTheConfiguredProxy) {
  credentials_.UseProxy("http://proxy.test:3128");
  transport_.Answer(TokenAnswer("access-1"));
  EXPECT_EQ(Ask(OAuth()), "access-1");
  EXPECT_EQ(transport_.sent()[0].proxy, "http://proxy.test:3128");
}

TEST(ServiceAccountTest, ErrorsNameTheFileAndNothingThatIsInIt) {
  const test::TempDir folder;
  const auto path = folder.Write("sa.json", R"({"client_email":"robot@example.com"})").string();
  const auto account = LoadServiceAccount(path);
  ASSERT_FALSE(account);
  EXPECT_THAT(account.error().message, HasSubstr("private_key"));
  EXPECT_THAT(account.error().message, Not(HasSubstr("robot")));
  EXPECT_FALSE(LoadServiceAccount((folder / "none.json").string()));
  EXPECT_FALSE(SignAssertion({"robot", "", Secret("no key"), "https://x"}, WallTime{}));
}

TEST(ServiceAccountTest, AKeyThatIsNotRsaIsRefused) {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  const auto signed_text =
      SignAssertion({"robot", "", Secret(test::Pem(key)), "https://x"}, WallTime{});
  EVP_PKEY_free(key);
  ASSERT_FALSE(signed_text);
  EXPECT_THAT(signed_text.error().message, HasSubstr("no RSA key"));
}

TEST_F(CredentialsTest, ATokenIsNotUsedInItsLastTenSeconds) {
  transport_.Answer(TokenAnswer("access-1"));
  transport_.Answer(TokenAnswer("access-2"));
  EXPECT_EQ(Ask(OAuth()), "access-1");
  clock_.Advance(1h - 10s);
  EXPECT_EQ(Ask(OAuth()), "access-2");
}

TEST_F(CredentialsTest, ATokenIsNotRenewedWhileItIsGoodForLong) {
  std::atomic<int> answers{0};
  transport_.AnswerBy(
      [&](const test::SentRequest&) { return TokenAnswer("access-" + std::to_string(++answers)); });
  for (int minute = 0; minute <= 55; ++minute) {
    EXPECT_EQ(Ask(OAuth()), "access-1") << minute;
    clock_.Advance(1min);
  }
  std::this_thread::sleep_for(20ms);  // a renewal would run on a thread of its own
  EXPECT_EQ(transport_.sent().size(), 1U);
  clock_.Advance(4min - 5s);
  EXPECT_EQ(Ask(OAuth()), "access-2") << "the next one that was asked for";
}

TEST_F(CredentialsTest, ARenewalThatFailedIsTriedAgainAfterThirtySeconds) {
  transport_.Answer(TokenAnswer("access-1"));
  transport_.AnswerBy([](const test::SentRequest&) { return FakeAnswer::Json("{}", 503); });
  EXPECT_EQ(Ask(OAuth()), "access-1");
  clock_.Advance(56min);
  EXPECT_EQ(Ask(OAuth()), "access-1");
  WaitUntilSent(2);
  clock_.Advance(30s - 1ms);
  EXPECT_EQ(Ask(OAuth()), "access-1");
  clock_.Advance(1ms);
  for (int i = 0; i < 2000 && transport_.sent().size() < 3; ++i) {
    EXPECT_EQ(Ask(OAuth()), "access-1");
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(transport_.sent().size(), 3U);
}

}  // namespace
}  // namespace agm::accounts
