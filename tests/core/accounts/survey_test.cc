#include "core/accounts/survey.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "core/config/account_kind.h"
#include "tests/support/source_dir.h"

namespace agm::accounts {
namespace {

using upstream::Trouble;

std::string ReadPage() {
  std::ifstream file(test::SourceDir() / "man/troubleshooting.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The texts between backticks, each as the pieces between its "...".
std::vector<std::vector<std::string>> Quoted(const std::string& page) {
  static const std::regex kQuoted("`([^`]+)`");
  static const std::regex kGap(" ?\\.\\.\\. ?");
  std::vector<std::vector<std::string>> all;
  for (std::sregex_iterator at(page.begin(), page.end(), kQuoted), end; at != end; ++at) {
    const std::string text = (*at)[1];
    all.emplace_back(std::sregex_token_iterator(text.begin(), text.end(), kGap, -1),
                     std::sregex_token_iterator());
  }
  return all;
}

bool Holds(const std::string& message, const std::vector<std::string>& pieces) {
  constexpr std::size_t kShortest = 20;
  std::size_t at = 0;
  std::size_t length = 0;
  for (const std::string& piece : pieces) {
    at = message.find(piece, at);
    if (at == std::string::npos) return false;
    length += piece.size();
  }
  return length >= kShortest;
}

constexpr std::string_view kKeyPage = config::FactsOf(config::AccountKind::kGemini).key_page;

std::vector<Survey> EverySurvey() {
  std::vector<Survey> surveys;
  for (int trouble = 0; trouble <= static_cast<int>(Trouble::kRedirect); ++trouble) {
    Survey survey;
    survey.model = "gemini-3-flash";
    survey.listing = 1;
    survey.cases.push_back({static_cast<Trouble>(trouble), 1, {}, kKeyPage});
    surveys.push_back(survey);
  }
  Survey none;
  none.configured = false;
  Survey unlisted;
  Survey disabled;
  disabled.listing = disabled.disabled = 1;
  Survey tried;
  tried.listing = tried.being_tried = 1;
  for (Survey* survey : {&none, &unlisted, &disabled, &tried}) surveys.push_back(*survey);
  return surveys;
}

TEST(Survey, AdviceForARefusedKeyNamesThePageOfItsKindOrNone) {
  Survey survey;
  survey.model = "llama3";
  survey.listing = 1;
  survey.cases.push_back({Trouble::kBadKey, 1, {}, kKeyPage});
  EXPECT_NE(Tell(survey, {}).message.find(kKeyPage), std::string::npos);
  survey.cases.front().key_page = {};
  const std::string message = Tell(survey, {}).message;
  EXPECT_NE(message.find("`agm accounts list` shows which account)"), std::string::npos) << message;
  EXPECT_EQ(message.find("http"), std::string::npos) << message;
}

TEST(Survey, EveryMessageStandsOnThePageForTroubleshooting) {
  const auto quoted = Quoted(ReadPage());
  ASSERT_GT(quoted.size(), 20U);
  for (const Survey& survey : EverySurvey()) {
    const Error error = Tell(survey, {});
    const bool found = std::ranges::any_of(
        quoted, [&](const auto& pieces) { return Holds(error.message, pieces); });
    EXPECT_TRUE(found) << error.message;
    if (!error.reason.empty() && error.code == ErrorCode::kNoAccount) {
      EXPECT_NE(ReadPage().find("`" + error.reason + "`"), std::string::npos) << error.reason;
    }
  }
}

}  // namespace
}  // namespace agm::accounts
