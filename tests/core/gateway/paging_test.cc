#include "core/gateway/paging.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace agm::gateway {
namespace {

const std::vector<std::string> kNames = {"files/a", "files/b", "files/c"};

/// "begin-end next" of the page that a query asks for, or the name of the wrong parameter.
std::string Page(const std::string& query, const std::vector<std::string>& names = kNames) {
  const auto page = PageOfList(query, names);
  if (!page) return page.error().param;
  return std::to_string(page->begin) + "-" + std::to_string(page->end) + " " + page->next;
}

TEST(Paging, GivesTheWholeListWithoutASize) {
  EXPECT_EQ(Page(""), "0-3 ");
  EXPECT_EQ(Page("pageSize=0"), "0-3 ");
  EXPECT_EQ(Page("pageSize=00&pageToken=files/a"), "1-3 ");
  EXPECT_EQ(Page("", {}), "0-0 ");
  EXPECT_EQ(Page("", std::vector<std::string>(1'500, "x")), "0-1500 ");
}

TEST(Paging, GivesThePagesOneAfterTheOther) {
  EXPECT_EQ(Page("pageSize=2"), "0-2 files/b");
  EXPECT_EQ(Page("pageSize=2&pageToken=files/b"), "2-3 ");
  EXPECT_EQ(Page("pageSize=3"), "0-3 ");
  EXPECT_EQ(Page("pageToken=files/a"), "1-3 ");
  EXPECT_EQ(Page("pageToken=files/c"), "3-3 ");
}

TEST(Paging, GivesAtMostAThousandEntriesWhereASizeIsNamed) {
  std::vector<std::string> many;
  for (int i = 0; i < 1'002; ++i) many.push_back(std::to_string(i));
  EXPECT_EQ(Page("pageSize=1000", many), "0-1000 999");
  EXPECT_EQ(Page("pageSize=1001", many), "0-1000 999");
  EXPECT_EQ(Page("pageSize=99999999999999999999999", many), "0-1000 999");
}

TEST(Paging, RefusesWhatIsNoSizeAndNoToken) {
  EXPECT_EQ(Page("pageSize=-1"), "pageSize");
  EXPECT_EQ(Page("pageSize=2x"), "pageSize");
  EXPECT_EQ(Page("pageSize=x"), "pageSize");
  EXPECT_EQ(Page("pageToken=files/z"), "pageToken");
}

}  // namespace
}  // namespace agm::gateway
