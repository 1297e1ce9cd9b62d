// Whose lists of models the catalog asks for, and what it makes of them.

#include "core/gateway/catalog.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/upstream/providers.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_transport.h"

namespace agm::gateway {
namespace {

using namespace std::chrono_literals;
using test::FakeAnswer;
using test::SentRequest;

/// Answers the list of models of one account, whose key names its only model.
FakeAnswer ListOf(const SentRequest& request) {
  if (request.credential.starts_with("Bearer ")) {
    return FakeAnswer::Json(R"({"data":[{"id":")" + request.credential.substr(7) + R"("}]})");
  }
  return FakeAnswer::Json(R"({"models":[{"name":"models/)" + request.credential +
                          R"(","supportedGenerationMethods":["generateContent"]}]})");
}

class CatalogLists : public testing::Test {
 protected:
  CatalogLists() { transport_.AnswerBy(ListOf); }

  config::Account& Add(const std::string& name, const std::string& project,
                       config::AccountKind kind = config::AccountKind::kGemini) {
    config::Account& account = config_.accounts.emplace_back();
    account.name = name;
    account.kind = kind;
    account.api_key = Secret("m-" + name);
    account.project = project;
    if (kind == config::AccountKind::kOpenAi) account.base_url = "http://engine.test/v1";
    return account;
  }

  /// The list, and what each account lists, as "ACCOUNT:MODEL ".
  ModelList Look() {
    return catalog_.Look(std::make_shared<const config::Config>(config_), NeverCancelled());
  }
  std::string Heard() const {
    std::string heard;
    for (const auto& [account, names] : listings_) {
      for (const std::string& name : *names) heard += account + ":" + name + " ";
    }
    return heard;
  }
  std::size_t Asked() const { return transport_.sent().size(); }

  config::Config config_;
  test::FakeClock clock_;
  test::FakeTransport transport_;
  std::unique_ptr<Log> log_ = Log::Silent();
  accounts::Credentials credentials_{transport_, clock_};
  accounts::Pool::Listings listings_;
  Catalog catalog_{upstream::BuiltInProviders(),
                   transport_,
                   credentials_,
                   clock_,
                   *log_,
                   [this](const auto& listings) { listings_ = listings; }};
};

TEST_F(CatalogLists, AreAskedOfOneAccountOfEachProject) {
  Add("a", "one");
  Add("b", "one");
  Add("c", "two");
  const ModelList list = Look();
  EXPECT_EQ(Asked(), 2U);
  EXPECT_TRUE(list.complete);
  EXPECT_NE(list.Find("m-a"), nullptr);
  EXPECT_NE(list.Find("m-c"), nullptr);
  EXPECT_EQ(list.Find("m-b"), nullptr);
}

TEST_F(CatalogLists, AreAskedOfEachAccountWithoutAProject) {
  Add("a", "");
  Add("b", "");
  EXPECT_TRUE(Look().complete);
  EXPECT_EQ(Asked(), 2U);
}

TEST_F(CatalogLists, AreNotWholeWhereTooManyProjectsHaveOne) {
  for (const char* name : {"a", "b", "c", "d"}) Add(name, std::string("p-") + name);
  EXPECT_TRUE(Look().complete);
  EXPECT_EQ(Asked(), 4U);
  catalog_.Forget();
  Add("e", "p-e");
  EXPECT_FALSE(Look().complete);
  EXPECT_EQ(Asked(), 8U) << "at most four are asked";
}

TEST_F(CatalogLists, AreAskedOfEveryEngineAndKey) {
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    Add(name, "", config::AccountKind::kOpenAi);
  }
  Add("again", "", config::AccountKind::kOpenAi).api_key = Secret("m-a");
  const ModelList list = Look();
  EXPECT_EQ(Asked(), 6U);
  EXPECT_TRUE(list.complete);
  EXPECT_EQ(Heard(), "a:m-a again:m-a b:m-b c:m-c d:m-d e:m-e f:m-f ");
}

TEST_F(CatalogLists, HoldForAccountsWithTheSameKeyOfTheSamePlace) {
  Add("a", "one");
  Add("b", "one");
  Add("twin", "one").api_key = Secret("m-a");
  Add("other", "two").api_key = Secret("m-a");
  Add("far", "one").api_key = Secret("m-a");
  config_.accounts.back().base_url = "https://far.test";
  transport_.AnswerBy([](const SentRequest& request) {
    return request.url.starts_with("https://far.test") ? FakeAnswer::Json("{}", 500)
                                                       : ListOf(request);
  });
  Look();
  EXPECT_EQ(Heard(), "a:m-a other:m-a twin:m-a ");
  EXPECT_EQ(Asked(), 3U) << "the account, its key in another project, and at another place";
}

TEST_F(CatalogLists, AreAskedThroughTheConfiguredProxy) {
  Add("a", "one");
  config_.proxy.upstream_proxy = "http://proxy.test:3128";
  Look();
  EXPECT_EQ(transport_.sent().back().proxy, "http://proxy.test:3128");
}

TEST_F(CatalogLists, AreNotAskedOfUnusedAccounts) {
  Add("off", "one").enabled = false;
  Add("on", "two");
  EXPECT_TRUE(Look().complete);
  EXPECT_EQ(Asked(), 1U);
  EXPECT_EQ(Heard(), "on:m-on ");
}

TEST_F(CatalogLists, AreNotWholeWhereAnAccountDoesNotAnswer) {
  Add("a", "one");
  Add("b", "two");
  transport_.AnswerBy([](const SentRequest& request) {
    return request.credential.ends_with("m-b") ? FakeAnswer::Json("{}", 500) : ListOf(request);
  });
  const ModelList list = Look();
  EXPECT_FALSE(list.complete);
  EXPECT_NE(list.Find("m-a"), nullptr);
  EXPECT_EQ(Heard(), "a:m-a ");
}

TEST_F(CatalogLists, AreNotWholeWhereAnAccountHasNoCredential) {
  Add("a", "one");
  config::Account& robot = Add("robot", "two");
  robot.kind = config::AccountKind::kVertex;
  robot.api_key = Secret();
  robot.service_account = "/nonexistent/key.json";
  const ModelList list = Look();
  EXPECT_FALSE(list.complete);
  EXPECT_NE(list.Find("m-a"), nullptr);
}

TEST_F(CatalogLists, AreNeverWholeWhileNobodyAnswers) {
  Add("a", "one");
  transport_.AnswerBy([](const SentRequest&) { return FakeAnswer::Json(R"({"models":[]})"); });
  EXPECT_FALSE(Look().complete);
}

TEST_F(CatalogLists, AreAskedAgainAfterTenMinutes) {
  Add("a", "one");
  Look();
  clock_.Advance(10min);
  Look();
  EXPECT_EQ(Asked(), 1U);
}

TEST_F(CatalogLists, AreAskedAgainAfterHalfAMinuteWhereAnEngineDidNotAnswer) {
  Add("a", "", config::AccountKind::kOpenAi);
  Add("b", "", config::AccountKind::kOpenAi);
  transport_.AnswerBy([](const SentRequest& request) {
    return request.credential.ends_with("m-b") ? FakeAnswer::Json("{}", 500) : ListOf(request);
  });
  Look();
  EXPECT_EQ(Asked(), 2U);
  clock_.Advance(30s);
  Look();
  EXPECT_EQ(Asked(), 2U);
  clock_.Advance(1ms);
  Look();
  for (int i = 0; i < 1000 && Asked() < 4; ++i) SystemClock().Sleep(Duration(1));
  EXPECT_EQ(Asked(), 4U);
}

TEST_F(CatalogLists, MustBeKnownBeforeARequestWhereAnEngineIsUsed) {
  Add("a", "one");
  EXPECT_FALSE(catalog_.MustLook(config_));
  config::Account& engine = Add("engine", "", config::AccountKind::kOpenAi);
  EXPECT_TRUE(catalog_.MustLook(config_));
  engine.enabled = false;
  EXPECT_FALSE(catalog_.MustLook(config_));
}

TEST_F(CatalogLists, FindANameWithTheTagOfItsLatestVersion) {
  Add("a", "", config::AccountKind::kOpenAi).api_key = Secret("llama3.3:latest");
  const ModelList list = Look();
  EXPECT_NE(list.Find("llama3.3"), nullptr);
  EXPECT_NE(list.Find("llama3.3:latest"), nullptr);
  EXPECT_EQ(list.Find("llama3"), nullptr);
}

TEST_F(CatalogLists, NameTheBuiltInModelsBeforeAnybodyAnswers) {
  Add("a", "one");
  EXPECT_FALSE(catalog_.Listed(config_).empty());
  EXPECT_EQ(catalog_.Known().models, nullptr);
  Look();
  ASSERT_EQ(catalog_.Listed(config_).size(), 1U);
  EXPECT_EQ(catalog_.Listed(config_)[0].id, "m-a");
  config_.accounts[0].models = {"gemini-*"};
  EXPECT_TRUE(catalog_.Listed(config_).empty()) << "the account may not use what it lists";
}

}  // namespace
}  // namespace agm::gateway
