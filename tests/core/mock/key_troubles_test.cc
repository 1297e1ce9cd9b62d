#include "core/mock/key_troubles.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace agm::mock {
namespace {

Occasion CallWith(std::string_view key) { return {key, "gemini-2.5-pro", "generateContent", "{}"}; }

std::optional<Fault> FaultOf(std::string_view key) { return KeyTroubles().Match(CallWith(key)); }

std::string MessageOf(std::string_view key) {
  const auto fault = FaultOf(key);
  return fault && fault->error ? fault->error->message : "none";
}

TEST(KeyTroubles, ComeFromWholeWordsOnly) {
  for (const char* key : {"overloaded", "my-overloaded", "overloaded-key", "a_overloaded.b",
                          "overloadedness overloaded", "x-overloaded-x1"}) {
    EXPECT_TRUE(FaultOf(key)) << key;
  }
  for (const char* key :
       {"", "k", "overloadedness", "myoverloaded", "overloaded2", "over-loaded", "Overloaded"}) {
    EXPECT_FALSE(FaultOf(key)) << key;
  }
}

TEST(KeyTroubles, HaveShortNamesForTwoOfThem) {
  EXPECT_EQ(MessageOf("k-invalid"), MessageOf("key-invalid"));
  EXPECT_EQ(MessageOf("k-expired"), MessageOf("key-expired"));
  EXPECT_NE(MessageOf("k-expired"), MessageOf("k-invalid"));
}

TEST(KeyTroubles, BreakTheConnectionOrTheAnswer) {
  EXPECT_GT(FaultOf("a-hang")->delivery.hang, Duration(60'000));
  EXPECT_TRUE(FaultOf("a-close")->delivery.refuse);
  EXPECT_EQ(FaultOf("a-cut")->cut_after_events, 2);
  EXPECT_EQ(FaultOf("a-stall")->stall_after_events, 2);
  EXPECT_GT(FaultOf("a-stall")->stall, Duration(60'000));
  EXPECT_GT(FaultOf("a-slow")->delivery.write_pause, Duration(0));
  EXPECT_EQ(FaultOf("a-split")->delivery.write_bytes, 1U);
  EXPECT_TRUE(FaultOf("a-garbage")->body);
  EXPECT_TRUE(FaultOf("a-empty")->empty);
  EXPECT_EQ(FaultOf("a-no-finish")->finish, "");
  EXPECT_EQ(FaultOf("a-blocked")->block, "PROHIBITED_CONTENT");
}

TEST(KeyTroubles, MeetListsAndTokensOnlyIfTheyConcernTheCredential) {
  for (const char* method : {"models", "token"}) {
    const auto meets = [&](std::string_view key) {
      return KeyTroubles().Match({key, "", method, ""}).has_value();
    };
    for (const char* key : {"key-invalid", "key-expired", "unauthenticated", "leaked", "suspended",
                            "service-disabled", "key-blocked", "billing-disabled", "location"}) {
      EXPECT_TRUE(meets(key)) << key;
    }
    for (const char* key : {"quota-day", "overloaded", "hang", "blocked", "garbage"}) {
      EXPECT_FALSE(meets(key)) << key;
    }
  }
}

TEST(KeyTroubles, AskForTheDelayInTheKey) {
  EXPECT_NE(MessageOf("a-quota-day-r5").find("retry in 5s"), std::string::npos);
  EXPECT_NE(MessageOf("a-r90-quota-day").find("retry in 90s"), std::string::npos);
  const std::string usual = MessageOf("quota-day");
  for (const char* key : {"quota-day-r", "quota-day-r5x", "quota-day-x5", "quota-day-5",
                          "quota-day r5", "r5-quota-day", "quota-day-r1000000000"}) {
    EXPECT_EQ(MessageOf(key), usual) << key;
  }
}

TEST(KeyTroubles, EndAfterTheNumberInTheKey) {
  KeyTroubles troubles;
  const auto meets = [&](std::string_view key) {
    return troubles.Match(CallWith(key)).has_value();
  };
  EXPECT_TRUE(meets("a-overloaded-x2"));
  EXPECT_TRUE(meets("b-overloaded-x2"));  // each key counts for itself
  EXPECT_TRUE(meets("a-overloaded-x2"));
  EXPECT_FALSE(meets("a-overloaded-x2"));
  EXPECT_TRUE(meets("b-overloaded-x2"));
  EXPECT_FALSE(meets("b-overloaded-x2"));
  EXPECT_FALSE(meets("overloaded-x0"));
  EXPECT_TRUE(meets("overloaded-x99999999999999999999"));
  EXPECT_FALSE(meets("plain-x2"));
}

}  // namespace
}  // namespace agm::mock
