#include "core/upstream/retry_delay.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::upstream {
namespace {

std::optional<Duration> Read(const std::string& json) {
  const auto doc = JsonDoc::Parse(json);
  return doc ? ReadRetryDelay(doc->root()) : std::nullopt;
}

TEST(RetryDelay, ReadsEverySpellingOfAProtobufDuration) {
  EXPECT_EQ(Read(R"("36s")"), Duration(36'000));
  EXPECT_EQ(Read(R"("0.5s")"), Duration(500));
  EXPECT_EQ(Read(R"("500ms")"), Duration(500));
  EXPECT_EQ(Read(R"("45.837906927s")"), Duration(45'838));
  EXPECT_EQ(Read(R"("1h2m3s")"), Duration(3'723'000));
  EXPECT_EQ(Read(R"("39043s")"), Duration(39'043'000));
  EXPECT_EQ(Read(R"("0s")"), Duration(0));
  EXPECT_EQ(Read(R"({"seconds":36})"), Duration(36'000));
  EXPECT_EQ(Read(R"({"seconds":"36","nanos":420000000})"), Duration(36'420));
  EXPECT_EQ(Read(R"({"nanos":1})"), Duration(1));
  EXPECT_EQ(Read(R"({"nanos":999999999})"), Duration(1'000));
  EXPECT_EQ(Read(R"({"seconds":0,"nanos":0})"), Duration(0));
  EXPECT_EQ(Read(R"({"seconds":"000000000036"})"), Duration(36'000));
  EXPECT_EQ(Read(R"({"seconds":316224000})"), Duration(316'224'000'000));
}

TEST(RetryDelay, FindsNothingInOtherText) {
  for (const char* json :
       {R"("soon")", R"("-3s")", R"("")", "36", "null", "{}", R"({"seconds":-1})",
        R"({"seconds":1.5})", R"({"seconds":"1e9"})", R"({"seconds":1,"nanos":5000000000})",
        R"({"seconds":316224001})", R"({"seconds":"0000000000036"})", R"({"nanos":1000000000})",
        R"({"nanos":-1})", R"({"seconds":99999999999})", "[36]"}) {
    EXPECT_EQ(Read(json), std::nullopt) << json;
  }
}

TEST(RetryDelay, FindsADelayThatStandsOnlyInProse) {
  EXPECT_EQ(FindRetryDelay("... model: x\nPlease retry in 36.42s."), Duration(36'420));
  EXPECT_EQ(FindRetryDelay("Your quota will reset after 5h59m59s."), Duration(21'599'000));
  EXPECT_EQ(FindRetryDelay("Retry after 30 seconds please"), Duration(30'000));
  EXPECT_EQ(FindRetryDelay("Retry after 30 secs"), Duration(30'000));
  EXPECT_EQ(FindRetryDelay("try again in 2 minutes"), Duration(120'000));
  EXPECT_EQ(FindRetryDelay("try again in 2 mins"), Duration(120'000));
  EXPECT_EQ(FindRetryDelay("try again in 250ms, or again in 1s"), Duration(1'000));
  EXPECT_EQ(FindRetryDelay("retry in 12"), Duration(12'000));
  EXPECT_EQ(FindRetryDelay("retry in 12,"), Duration(12'000));
  EXPECT_EQ(FindRetryDelay("retry in 12s seconds"), Duration(12'000));
  EXPECT_EQ(FindRetryDelay("retry in 3 hours"), Duration(10'800'000));
  EXPECT_EQ(FindRetryDelay("retry in 2 days"), Duration(172'800'000));
  EXPECT_EQ(FindRetryDelay("retry in 20 milliseconds"), Duration(20));
  EXPECT_EQ(FindRetryDelay("retry in 5 or more"), Duration(5'000));
  EXPECT_EQ(FindRetryDelay("retry in 9s, or again in 1s"), Duration(9'000));
  EXPECT_EQ(FindRetryDelay("retry in 1s; retry in 9s; retry in 2s"), Duration(9'000));
}

TEST(RetryDelay, IsNotMisledByProseWithoutADelay) {
  for (const char* text : {"Please try again later.", "retry in a while", "retry in ", "retry in .",
                           "", "reset after midnight", "retry in 99999999999999h"}) {
    EXPECT_EQ(FindRetryDelay(text), std::nullopt) << text;
  }
}

TEST(RetryDelay, ReadsAHeaderInSeconds) {
  EXPECT_EQ(ReadRetryAfter("7"), Duration(7'000));
  EXPECT_EQ(ReadRetryAfter(""), std::nullopt);
  EXPECT_EQ(ReadRetryAfter("7s"), std::nullopt);
  EXPECT_EQ(ReadRetryAfter("-7"), std::nullopt);
  EXPECT_EQ(ReadRetryAfter("Wed, 21 Oct 2026 07:28:00 GMT"), std::nullopt);
}

}  // namespace
}  // namespace agm::upstream
