#include "core/page/pulse.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace agm::page {
namespace {

using std::chrono::seconds;

ledger::Entry EntryOf(int status, std::int64_t input, std::int64_t output) {
  ledger::Entry entry;
  entry.status = status;
  entry.tokens.input = input;
  entry.tokens.output = output;
  return entry;
}

void ExpectFigures(const Pulse& pulse, std::int64_t requests, std::int64_t errors,
                   std::int64_t input, std::int64_t output) {
  const Pulse::Figures figures = pulse.LastMinute();
  EXPECT_EQ(figures.requests, requests);
  EXPECT_EQ(figures.errors, errors);
  EXPECT_EQ(figures.input_tokens, input);
  EXPECT_EQ(figures.output_tokens, output);
}

TEST(Pulse, AddsUpTheRequestsOfTheLastMinute) {
  test::FakeClock clock;
  Pulse pulse(clock);
  ExpectFigures(pulse, 0, 0, 0, 0);
  pulse.Count(EntryOf(200, 100, 7));
  pulse.Count(EntryOf(200, 20, 3));
  clock.Advance(seconds(10));
  pulse.Count(EntryOf(429, 4, 0));
  ExpectFigures(pulse, 3, 1, 124, 10);
}

TEST(Pulse, ForgetsASecondAfterSixty) {
  test::FakeClock clock;
  Pulse pulse(clock);
  pulse.Count(EntryOf(500, 1, 2));
  clock.Advance(seconds(30));
  pulse.Count(EntryOf(200, 10, 20));
  clock.Advance(seconds(29));
  ExpectFigures(pulse, 2, 1, 11, 22);
  clock.Advance(seconds(1));
  ExpectFigures(pulse, 1, 0, 10, 20);
  // The second that is counted now has the place of the one that is forgotten.
  pulse.Count(EntryOf(200, 100, 200));
  ExpectFigures(pulse, 2, 0, 110, 220);
  clock.Advance(seconds(60));
  ExpectFigures(pulse, 0, 0, 0, 0);
}

}  // namespace
}  // namespace agm::page
