#include "core/accounts/session.h"

#include <gtest/gtest.h>

namespace agm::accounts {
namespace {

TEST(SessionKey, IsEmptyWhereNothingIsSaid) {
  EXPECT_EQ(SessionKey({"laptop", "", "", "", ""}), "");
}

TEST(SessionKey, TheMostExactHintDecides) {
  const std::string key = SessionKey({"laptop", "cache", "header", "user", "head"});
  EXPECT_EQ(key, SessionKey({"laptop", "cache", "", "", "another head"}));
  EXPECT_EQ(SessionKey({"laptop", "", "header", "user", "head"}),
            SessionKey({"laptop", "", "header", "", ""}));
  EXPECT_EQ(SessionKey({"laptop", "", "", "user", "head"}),
            SessionKey({"laptop", "", "", "user", ""}));
  EXPECT_NE(SessionKey({"laptop", "", "", "x", ""}), SessionKey({"laptop", "", "", "", "x"}));
}

TEST(SessionKey, CallersNeverShareOne) {
  EXPECT_NE(SessionKey({"laptop", "c", "", "", ""}), SessionKey({"phone", "c", "", "", ""}));
  EXPECT_NE(SessionKey({"ab", "c", "", "", ""}), SessionKey({"a", "bc", "", "", ""}));
}

TEST(SessionKey, TellsNothingOfTheConversation) {
  EXPECT_EQ(SessionKey({"laptop", "", "", "", "my secret plan"}).find("secret"), std::string::npos);
}

}  // namespace
}  // namespace agm::accounts
