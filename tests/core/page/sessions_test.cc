#include "core/page/sessions.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/fake_clock.h"

namespace agm::page {
namespace {

using namespace std::chrono_literals;

TEST(Sessions, StandForTheKeyThatBeganThem) {
  test::FakeClock clock;
  Sessions sessions(clock);
  const std::string cookie = sessions.Begin(Secret("sk-one"));
  EXPECT_GE(cookie.size(), 43U);
  ASSERT_TRUE(sessions.Find(cookie));
  EXPECT_EQ(sessions.Find(cookie)->Reveal(), "sk-one");
  EXPECT_FALSE(sessions.Find("another"));
  EXPECT_FALSE(sessions.Find(""));
  sessions.End(cookie);
  EXPECT_FALSE(sessions.Find(cookie));
}

TEST(Sessions, EndWhenIdleAndAfterAWeek) {
  test::FakeClock clock;
  Sessions sessions(clock);
  const std::string idle = sessions.Begin(Secret("k"));
  clock.Advance(11h);
  EXPECT_TRUE(sessions.Find(idle));
  clock.Advance(12h);
  EXPECT_FALSE(sessions.Find(idle));
  const std::string used = sessions.Begin(Secret("k"));
  for (int hours = 0; hours < 7 * 24 - 6; hours += 6) {
    clock.Advance(6h);
    EXPECT_TRUE(sessions.Find(used)) << hours;
  }
  clock.Advance(6h);
  EXPECT_FALSE(sessions.Find(used));
}

TEST(Sessions, TheSeventeenthEndsTheOneThatWasNotUsedForLongest) {
  test::FakeClock clock;
  Sessions sessions(clock);
  const std::string first = sessions.Begin(Secret("k"));
  clock.Advance(1s);
  const std::string second = sessions.Begin(Secret("k"));
  for (int i = 2; i < 16; ++i) {
    clock.Advance(1s);
    sessions.Begin(Secret("k"));
  }
  EXPECT_TRUE(sessions.Find(first));
  clock.Advance(1s);
  sessions.Begin(Secret("k"));
  EXPECT_TRUE(sessions.Find(first));
  EXPECT_FALSE(sessions.Find(second));
}

TEST(Sessions, OneThatIsTooOldMakesRoomBeforeOthers) {
  test::FakeClock clock;
  Sessions sessions(clock);
  const std::string old = sessions.Begin(Secret("k"));
  for (int hours = 6; hours < 7 * 24; hours += 6) {
    clock.Advance(6h);
    EXPECT_TRUE(sessions.Find(old));
  }
  std::string first;
  for (int i = 1; i < 16; ++i) {
    clock.Advance(1s);
    const std::string cookie = sessions.Begin(Secret("k"));
    if (i == 1) first = cookie;
  }
  clock.Advance(1min);
  EXPECT_TRUE(sessions.Find(old));
  clock.Advance(6h - 1min - 15s);
  sessions.Begin(Secret("k"));
  EXPECT_FALSE(sessions.Find(old));
  EXPECT_TRUE(sessions.Find(first));
}

TEST(Sessions, ATokenWorksOnceAndForAMinute) {
  test::FakeClock clock;
  Sessions sessions(clock);
  const std::string token = sessions.NewToken(Secret("k"));
  ASSERT_TRUE(sessions.UseToken(token));
  EXPECT_FALSE(sessions.UseToken(token));
  const std::string late = sessions.NewToken(Secret("k"));
  clock.Advance(60s);
  EXPECT_FALSE(sessions.UseToken(late));
}

TEST(Sessions, TheOldestTokenMakesRoomForTheSeventeenth) {
  test::FakeClock clock;
  Sessions sessions(clock);
  std::vector<std::string> tokens;
  for (int i = 0; i < 17; ++i) {
    tokens.push_back(sessions.NewToken(Secret("k")));
    clock.Advance(1s);
  }
  EXPECT_FALSE(sessions.UseToken(tokens[0]));
  EXPECT_TRUE(sessions.UseToken(tokens[1]));
  EXPECT_TRUE(sessions.UseToken(tokens[16]));
}

TEST(Sessions, FiveWrongKeysOfAnAddressCloseItForAMinute) {
  test::FakeClock clock;
  Sessions sessions(clock);
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(sessions.MayTry("192.0.2.1"));
    sessions.CountWrong("192.0.2.1");
  }
  EXPECT_FALSE(sessions.MayTry("192.0.2.1"));
  EXPECT_TRUE(sessions.MayTry("192.0.2.2"));
  clock.Advance(60s);
  EXPECT_TRUE(sessions.MayTry("192.0.2.1"));
}

TEST(Sessions, WrongKeysOfAThousandAddressesAreCounted) {
  test::FakeClock clock;
  Sessions sessions(clock);
  for (int i = 0; i < 5; ++i) sessions.CountWrong("first");
  for (int i = 1; i < 1024; ++i) sessions.CountWrong(std::to_string(i));
  EXPECT_FALSE(sessions.MayTry("first"));
  sessions.CountWrong("one too many");
  EXPECT_TRUE(sessions.MayTry("first"));
}

TEST(ReadCookie, FindsTheWholeNameOnly) {
  EXPECT_EQ(ReadCookie("agm_session=abc", kSessionCookie), "abc");
  EXPECT_EQ(ReadCookie("a=1; agm_session=abc; b=2", kSessionCookie), "abc");
  EXPECT_EQ(ReadCookie("xagm_session=abc", kSessionCookie), "");
  EXPECT_EQ(ReadCookie("agm_session2=abc", kSessionCookie), "");
  EXPECT_EQ(ReadCookie("", kSessionCookie), "");
  EXPECT_EQ(ReadCookie("a=1;agm_session=abc", kSessionCookie), "abc") << "without a blank";
  const std::string_view cut("agm_session=abc", kSessionCookie.size());
  EXPECT_EQ(ReadCookie(cut, kSessionCookie), "") << "a name without a value";
}

}  // namespace
}  // namespace agm::page
