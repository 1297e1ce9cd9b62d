// What one quota knows of its limit.

#include "core/accounts/pace.h"

#include <gtest/gtest.h>

#include <chrono>

#include "core/accounts/pacific.h"

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{1000h};
constexpr WallTime kMorning{std::chrono::sys_days(std::chrono::January / 15 / 2026) + 17h};

void Count(Pace& pace, TimePoint now, int requests) {
  for (int i = 0; i < requests; ++i) pace.Count(now, 1);
}

TEST(Pace, ANamedLimitThatExplainsTheRefusalIsCertainForFourHours) {
  Pace pace;
  Count(pace, kStart, 11);
  EXPECT_EQ(pace.Certain(kStart), std::nullopt);
  pace.LearnLimit(kStart, kStart, 1, 10);
  EXPECT_EQ(pace.Certain(kStart + 1s), 10);
  EXPECT_EQ(pace.Certain(kStart + 4h - 1s), 10);
  EXPECT_EQ(pace.Certain(kStart + 4h), std::nullopt);
  EXPECT_EQ(pace.Used(kStart), 0);
}

TEST(Pace, TheSameLimitAgainIsBelievedTwiceAsLongUpToADay) {
  Pace pace;
  TimePoint now = kStart;
  for (const Duration believed :
       {Duration(4h), Duration(8h), Duration(16h), Duration(24h), Duration(24h)}) {
    Count(pace, now, 10);
    pace.LearnLimit(now, now, 0, 10);
    EXPECT_EQ(pace.learned().believed_for, believed);
    now += 1h;
  }
  Count(pace, now, 20);
  pace.LearnLimit(now, now, 0, 20);
  EXPECT_EQ(pace.learned().believed_for, Duration(4h));
}

TEST(Pace, ALimitFarFromTheCountIsUncertainAndBelievedForTenMinutes) {
  for (const int used : {8, 21}) {  // below nine tenths of 10, above twice 10
    Pace pace;
    Count(pace, kStart, used);
    pace.LearnLimit(kStart, kStart, 0, 10);
    EXPECT_EQ(pace.Certain(kStart), std::nullopt) << used;
    EXPECT_EQ(pace.learned().limit, used);
    EXPECT_EQ(pace.learned().believed_for, Duration(10min));
  }
  for (const int used : {9, 20}) {
    Pace pace;
    Count(pace, kStart, used);
    pace.LearnLimit(kStart, kStart, 0, 10);
    EXPECT_EQ(pace.Certain(kStart), 10) << used;
  }
}

TEST(Pace, ARefusalOfARequestThatWasSentBeforeTheLastOneTeachesNothing) {
  Pace pace;
  Count(pace, kStart, 10);
  pace.LearnLimit(kStart + 2s, kStart, 0, 10);
  Count(pace, kStart + 3s, 3);
  pace.LearnLimit(kStart + 4s, kStart + 1s, 0, 0);
  EXPECT_EQ(pace.learned().limit, 10);
  EXPECT_EQ(pace.Used(kStart + 4s), 3);
}

TEST(Pace, WhatAnotherProcessLearnedCountsIfItIsNewer) {
  Pace pace;
  Count(pace, kStart, 10);
  pace.LearnLimit(kStart, kStart, 0, 10);
  Count(pace, kStart + 1s, 4);
  pace.Adopt({7, true, kStart, 1h});
  EXPECT_EQ(pace.learned().limit, 10);
  EXPECT_EQ(pace.Used(kStart + 1s), 4);
  pace.Adopt({0, true, kStart + 2s, 1h});
  EXPECT_EQ(pace.learned().limit, 10);
  pace.Adopt({7, true, kStart + 2s, 1h});
  EXPECT_EQ(pace.learned().limit, 7);
  EXPECT_EQ(pace.learned().believed_for, Duration(1h));
  EXPECT_EQ(pace.Certain(kStart + 2s), 7);
  EXPECT_EQ(pace.Used(kStart + 2s), 0);
}

TEST(Pace, IsFullUntilTheOldestRequestsAreAMinuteOld) {
  Pace pace;
  pace.Declare(3);
  Count(pace, kStart, 1);
  Count(pace, kStart + 10s, 2);
  EXPECT_DOUBLE_EQ(pace.Pressure(kStart + 20s), 1);
  const auto until = pace.FullUntil(kStart + 20s, 1);
  ASSERT_TRUE(until);
  EXPECT_GE(*until, kStart + 60s);
  EXPECT_LE(*until, kStart + 62s);
  EXPECT_FALSE(pace.FullUntil(kStart + 62s, 1));
}

TEST(DayPace, ALearnedLimitAppliesFromTheNextDayOnForOneDay) {
  DayPace pace;
  for (int i = 0; i < 100; ++i) pace.Count(kMorning);
  pace.LearnLimit(kMorning, 0, 100);
  EXPECT_EQ(pace.Certain(kMorning), std::nullopt);
  const WallTime tomorrow = NextPacificMidnight(kMorning);
  EXPECT_EQ(pace.learned().from, tomorrow);
  EXPECT_EQ(pace.Certain(tomorrow), 100);
  EXPECT_EQ(pace.Certain(NextPacificMidnight(tomorrow)), std::nullopt);
}

TEST(DayPace, WhatAnotherProcessLearnedCountsIfItHoldsLonger) {
  DayPace pace;
  const WallTime tomorrow = NextPacificMidnight(kMorning);
  const WallTime after = NextPacificMidnight(tomorrow);
  pace.Adopt({50, kMorning, tomorrow});
  EXPECT_EQ(pace.Certain(kMorning), 50);
  pace.Adopt({60, kMorning, tomorrow});
  EXPECT_EQ(pace.Certain(kMorning), 50);
  pace.Adopt({0, kMorning, after});
  EXPECT_EQ(pace.Certain(kMorning), 50);
  pace.Adopt({70, kMorning, after});
  EXPECT_EQ(pace.Certain(kMorning), 70);
}

TEST(DayPace, IsFullUntilMidnightInLosAngeles) {
  DayPace pace;
  pace.Declare(2);
  pace.Count(kMorning);
  EXPECT_FALSE(pace.FullUntil(kMorning));
  pace.Count(kMorning);
  EXPECT_EQ(pace.FullUntil(kMorning), NextPacificMidnight(kMorning));
  EXPECT_DOUBLE_EQ(pace.Pressure(kMorning), 1);
  pace.TakeBack();
  EXPECT_FALSE(pace.FullUntil(kMorning));
}

TEST(Pace, OnlyAnUncertainLimitIsRaisedByWhatSucceeds) {
  Pace uncertain;
  Count(uncertain, kStart, 5);
  uncertain.LearnLimit(kStart, kStart, 0, 0);
  Count(uncertain, kStart + 1s, 8);
  uncertain.Outgrow(kStart + 1s);
  EXPECT_EQ(uncertain.learned().limit, 8);
  Pace certain;
  Count(certain, kStart, 5);
  certain.LearnLimit(kStart, kStart, 0, 5);
  Count(certain, kStart + 1s, 8);
  certain.Outgrow(kStart + 1s);
  EXPECT_EQ(certain.learned().limit, 5);
}

TEST(Pace, WhatOthersToldCountsUntilItsTimeIsOver) {
  Pace pace;
  Count(pace, kStart, 2);
  pace.NoteOthers(5, kStart + 10s);
  pace.AddOthers(kStart, 3);
  EXPECT_EQ(pace.Used(kStart + 10s - 1ms), 7);
  EXPECT_EQ(pace.Used(kStart + 10s), 5) << "what they announced is the larger count now";
}

TEST(DayPace, CountsEachDayByItself) {
  DayPace pace;
  for (int i = 0; i < 3; ++i) pace.Count(kMorning);
  pace.NoteOthers(7);
  const WallTime tomorrow = NextPacificMidnight(kMorning);
  pace.Count(tomorrow - 1ms);
  EXPECT_EQ(pace.used(), 4);
  pace.Count(tomorrow);
  EXPECT_EQ(pace.used(), 1);
  EXPECT_EQ(pace.ends(), NextPacificMidnight(tomorrow));
  pace.Declare(10);
  EXPECT_DOUBLE_EQ(pace.Pressure(tomorrow), 0.1) << "the others begin anew too";
}

TEST(DayPace, LearnsNothingFromACountOfThePastDay) {
  DayPace pace;
  for (int i = 0; i < 5; ++i) pace.Count(kMorning);
  const WallTime tomorrow = NextPacificMidnight(kMorning);
  pace.LearnLimit(tomorrow, 0, 5);
  EXPECT_EQ(pace.learned().limit, 0);
  pace.LearnLimit(tomorrow - 1ms, 0, 0);
  EXPECT_EQ(pace.learned().limit, 0);
  pace.LearnLimit(tomorrow - 1ms, 0, 5);
  EXPECT_EQ(pace.learned().limit, 5);
}

TEST(DayPace, ALimitForTomorrowIsNoneForToday) {
  DayPace pace;
  const WallTime tomorrow = NextPacificMidnight(kMorning);
  pace.Adopt({50, tomorrow, NextPacificMidnight(tomorrow)});
  EXPECT_EQ(pace.Certain(kMorning), std::nullopt);
  EXPECT_EQ(pace.Certain(tomorrow), 50);
}

}  // namespace
}  // namespace agm::accounts
