#include "core/accounts/offers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agm::accounts {
namespace {

using config::AccountKind;
using testing::ElementsAre;

class OffersTest : public testing::Test {
 protected:
  Member& Add(const std::string& name, AccountKind kind,
              std::optional<std::set<std::string>> listed = {}) {
    auto account = std::make_shared<config::Account>();
    account->name = name;
    account->kind = kind;
    auto member = std::make_shared<Member>();
    member->account = account;
    if (listed) member->listed = std::make_shared<const std::set<std::string>>(*listed);
    members_.push_back(member);
    return *member;
  }

  std::vector<std::string> Of(std::string_view target) {
    const Offers offers = OffersOf(members_, upstream::BuiltInProviders(), target);
    model_ = offers.model;
    std::vector<std::string> names;
    for (const Member* member : offers.members) names.push_back(member->account->name);
    return names;
  }

  std::vector<std::shared_ptr<Member>> members_;
  std::string model_;
};

TEST_F(OffersTest, GivesAModelToTheKindThatListsIt) {
  Add("google", AccountKind::kGemini, {{"gemini-2.5-flash"}});
  Add("cloud", AccountKind::kVertex, {{}});
  Add("local", AccountKind::kOpenAi, {{"llama3.3:latest", "qwen:7b"}});
  EXPECT_THAT(Of("gemini-2.5-flash"), ElementsAre("google", "cloud"));
  EXPECT_THAT(Of("llama3.3"), ElementsAre("local"));
  EXPECT_THAT(Of("qwen:7b"), ElementsAre("local"));
  // Google serves models that it does not list.
  EXPECT_THAT(Of("gemini-9"), ElementsAre("google", "cloud"));
}

TEST_F(OffersTest, TriesAServerWhoseModelsAreNotKnown) {
  Add("google", AccountKind::kGemini, {{"gemini-2.5-flash"}});
  Add("local", AccountKind::kOpenAi);
  EXPECT_THAT(Of("gemini-2.5-flash"), ElementsAre("google"));
  EXPECT_THAT(Of("llama3.3"), ElementsAre("local"));
}

TEST_F(OffersTest, ReadsTheAccountInATarget) {
  Add("google", AccountKind::kGemini, {{"gemini-2.5-flash"}});
  Add("local", AccountKind::kOpenAi, {{"meta/llama"}});
  EXPECT_THAT(Of("local/meta/llama"), ElementsAre("local"));
  EXPECT_EQ(model_, "meta/llama");
  EXPECT_THAT(Of("meta/llama"), ElementsAre("local"));
  EXPECT_EQ(model_, "meta/llama");
  EXPECT_THAT(Of("google/gemini-2.5-flash"), ElementsAre("google"));
  EXPECT_EQ(model_, "gemini-2.5-flash");
}

}  // namespace
}  // namespace agm::accounts
