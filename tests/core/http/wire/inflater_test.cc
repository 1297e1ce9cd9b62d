#include "core/http/wire/inflater.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/support/packed.h"

namespace agm::http {
namespace {

using test::Packed;
using test::Wrapping;

TEST(Inflater, GivesNoMoreThanIsAskedForAndGoesOnFromThere) {
  const std::string text(100'000, 'x');
  const std::string packed = Packed(text, Wrapping::kGzip) + "behind";
  for (const std::size_t most : {1UL, 1'000UL, 16'384UL, 40'000UL}) {
    Inflater inflater(Inflater::Form::kWrapped);
    std::string_view rest = packed;
    std::string out;
    while (inflater.state() == Inflater::State::kMore) {
      const std::size_t before = out.size();
      rest.remove_prefix(inflater.Read(rest, out, most));
      ASSERT_LE(out.size(), before + most);
    }
    EXPECT_EQ(inflater.state(), Inflater::State::kDone);
    EXPECT_EQ(out, text) << most;
    EXPECT_EQ(rest, "behind");
  }
}

TEST(Inflater, WaitsForMoreAndDetectsInvalidData) {
  const std::string packed = Packed("hello", Wrapping::kBare);
  Inflater inflater(Inflater::Form::kBare);
  std::string out;
  EXPECT_EQ(inflater.Read(std::string_view(packed).substr(0, 2), out, 100), 2U);
  EXPECT_EQ(inflater.state(), Inflater::State::kMore);
  EXPECT_EQ(inflater.Read({}, out, 100), 0U);
  EXPECT_EQ(inflater.state(), Inflater::State::kMore);
  inflater.Read(std::string_view(packed).substr(2), out, 100);
  EXPECT_EQ(inflater.state(), Inflater::State::kDone);
  EXPECT_EQ(out, "hello");
  Inflater other(Inflater::Form::kWrapped);
  other.Read("{\"model\": 1}", out, 100);
  EXPECT_EQ(other.state(), Inflater::State::kBroken);
}

}  // namespace
}  // namespace agm::http
