#include "core/page/assets.h"

#include <gtest/gtest.h>

#include <regex>
#include <string>

namespace agm::page {
namespace {

// A name that the embedding has not rewritten, or that no file has, would be a 404 in the browser.
TEST(Assets, EveryFileThatAnotherOneNamesExists) {
  const std::regex kNames("\"(?:\\./|/agm/assets/)([A-Za-z0-9_.]+)\"");
  int names = 0;
  for (const Asset& asset : Assets()) {
    const std::string text = Unpacked(asset);
    EXPECT_FALSE(text.empty()) << asset.name;
    for (std::sregex_iterator at(text.begin(), text.end(), kNames), end; at != end; ++at, ++names) {
      EXPECT_NE(FindAsset((*at)[1].str()), nullptr) << asset.name << " names " << (*at)[1];
    }
  }
  EXPECT_GT(names, 20);
}

TEST(Assets, HoldNoMarkupFromTextAndNoOutsideFile) {
  for (const Asset& asset : Assets()) {
    const std::string text = Unpacked(asset);
    for (const char* word : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write",
                             "eval(", "new Function", "src=\"http", "@import", "url(http"}) {
      EXPECT_EQ(text.find(word), std::string::npos) << asset.name << ": " << word;
    }
  }
}

TEST(Assets, StaySmall) {
  std::size_t bytes = 0;
  for (const Asset& asset : Assets()) bytes += asset.gzip.size();
  EXPECT_LT(bytes, 45'000U);
}

}  // namespace
}  // namespace agm::page
