#include "core/mock/embedding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace agm::mock {
namespace {

double Length(const std::vector<float>& values) {
  double square = 0;
  for (const float value : values) square += static_cast<double>(value) * value;
  return std::sqrt(square);
}

std::string Words(int count, const std::string& last) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "word ";
  return text + last;
}

TEST(Embed, HasTheSizeThatIsAskedFor) {
  EXPECT_EQ(Embed("a", 64, false).size(), 64U);
  EXPECT_EQ(Embed("a", 3072, false).size(), 3072U);
  EXPECT_EQ(Embed("a", 5000, false).size(), 3072U);
}

TEST(Embed, HasLengthOneWhereItIsFullOrNormalised) {
  EXPECT_NEAR(Length(Embed("a b", 3072, false)), 1, 1e-4);
  EXPECT_NEAR(Length(Embed("a b", 64, true)), 1, 1e-4);
  EXPECT_LT(Length(Embed("a b", 64, false)), 0.5);
  EXPECT_NEAR(Length(Embed("", 64, true)), 1, 1e-4);
}

TEST(Embed, IgnoresCaseAndTheKindOfSpace) {
  EXPECT_EQ(Embed("a b", 64, true), Embed("A\t\n b ", 64, true));
  EXPECT_NE(Embed("a b", 64, true), Embed("ab", 64, true));
  EXPECT_NE(Embed("a b", 64, true), Embed("a c", 64, true));
}

TEST(Embed, ReadsTheFirst512Words) {
  EXPECT_NE(Embed(Words(511, "cat"), 64, true), Embed(Words(511, "dog"), 64, true));
  EXPECT_EQ(Embed(Words(512, "cat"), 64, true), Embed(Words(512, "dog"), 64, true));
}

}  // namespace
}  // namespace agm::mock
