// When the catalog asks the upstreams, and who waits for it.

#include "core/gateway/catalog.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <thread>

#include "core/upstream/providers.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_transport.h"

namespace agm::gateway {
namespace {

using namespace std::chrono_literals;

constexpr const char* kOld = R"({"models":[{"name":"models/gemini-old"}]})";
constexpr const char* kNew = R"({"models":[{"name":"models/gemini-new"}]})";

class CatalogTest : public testing::Test {
 protected:
  CatalogTest() {
    auto config = std::make_shared<config::Config>();
    config->accounts.emplace_back().name = "work";
    config->accounts.back().api_key = Secret("k");
    config->accounts.back().base_url = "http://127.0.0.1:1";
    config_ = std::move(config);
  }

  bool Knows(const std::string& model) { return catalog_.Known().Find(model) != nullptr; }

  // True once another thread has brought the model.
  bool Learns(const std::string& model) {
    for (int i = 0; i < 1000 && !Knows(model); ++i) std::this_thread::sleep_for(5ms);
    return Knows(model);
  }

  std::shared_ptr<const config::Config> config_;
  test::FakeClock clock_;
  test::FakeTransport transport_;
  std::unique_ptr<Log> log_ = Log::Silent();
  accounts::Credentials credentials_{transport_, clock_};
  Catalog catalog_{upstream::BuiltInProviders(), transport_, credentials_, clock_, *log_};
};

TEST_F(CatalogTest, WaitsForTheFirstList) {
  transport_.Answer(test::FakeAnswer::Json(kOld));
  EXPECT_NE(catalog_.Look(config_, NeverCancelled()).Find("gemini-old"), nullptr);
  catalog_.Look(config_, NeverCancelled());
  EXPECT_EQ(transport_.sent().size(), 1U) << "the list is fresh";
}

TEST_F(CatalogTest, RefreshesAnOldListWhileRequestsUseIt) {
  transport_.Answer(test::FakeAnswer::Json(kOld));
  catalog_.Look(config_, NeverCancelled());
  clock_.Advance(11min);
  std::promise<void> may_answer;
  transport_.AnswerBy([answers = may_answer.get_future().share()](const auto&) {
    answers.wait();
    return test::FakeAnswer::Json(kNew);
  });
  for (int i = 0; i < 3; ++i) {
    EXPECT_NE(catalog_.Look(config_, NeverCancelled()).Find("gemini-old"), nullptr);
  }
  may_answer.set_value();
  EXPECT_TRUE(Learns("gemini-new"));
  EXPECT_EQ(transport_.sent().size(), 2U);
}

TEST_F(CatalogTest, WaitsOnceForAnUpstreamThatDoesNotAnswer) {
  catalog_.Look(config_, NeverCancelled());
  clock_.Advance(1min);
  std::promise<void> may_answer;
  transport_.AnswerBy([answers = may_answer.get_future().share()](const auto&) {
    answers.wait();
    return test::FakeAnswer::Json(kNew);
  });
  EXPECT_EQ(catalog_.Look(config_, NeverCancelled()).Find("gemini-new"), nullptr);
  may_answer.set_value();
  EXPECT_TRUE(Learns("gemini-new"));
}

TEST_F(CatalogTest, DropsTheListOfAnEarlierConfiguration) {
  transport_.Answer(test::FakeAnswer::Json(kOld));
  catalog_.Look(config_, NeverCancelled());
  clock_.Advance(11min);
  std::promise<void> asked;
  std::promise<void> may_answer;
  transport_.AnswerBy([&, answers = may_answer.get_future().share()](const auto&) {
    asked.set_value();
    answers.wait();
    return test::FakeAnswer::Json(kOld);
  });
  catalog_.Look(config_, NeverCancelled());
  asked.get_future().wait();
  catalog_.Forget();
  transport_.AnswerBy([](const auto&) { return test::FakeAnswer::Json(kNew); });
  EXPECT_NE(catalog_.Look(config_, NeverCancelled()).Find("gemini-new"), nullptr);
  may_answer.set_value();
  std::this_thread::sleep_for(50ms);
  EXPECT_FALSE(Knows("gemini-old"));
}

}  // namespace
}  // namespace agm::gateway
