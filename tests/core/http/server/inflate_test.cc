#include "core/http/server/inflate.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/support/packed.h"

namespace agm::http {
namespace {

using test::Packed;
using test::Wrapping;

class InflateTest : public ::testing::Test {
 protected:
  Result<std::string> Unpack(std::string_view packed, BodyCoding coding,
                             std::uint64_t max_size = 1'000'000) {
    return Inflate(packed, coding, max_size, share_);
  }
  ErrorCode CodeOf(std::string_view packed, std::uint64_t max_size = 1'000'000) {
    const auto result = Unpack(packed, BodyCoding::kGzip, max_size);
    return result ? ErrorCode::kInternal : result.error().code;
  }

  ByteBudget budget_;
  BudgetShare share_{budget_};
};

TEST_F(InflateTest, UndoesGzipAndBothKindsOfDeflate) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i);
  EXPECT_EQ(*Unpack(Packed(text, Wrapping::kGzip), BodyCoding::kGzip), text);
  EXPECT_EQ(*Unpack(Packed(text, Wrapping::kZlib), BodyCoding::kDeflate), text);
  EXPECT_EQ(*Unpack(Packed(text, Wrapping::kBare), BodyCoding::kDeflate), text);
}

TEST_F(InflateTest, KnowsBareDeflateByEitherHalfOfTheHeaderThatItLacks) {
  const std::string text(23, 'x');
  // A stored block of 23 bytes: its first two bytes pass zlib's check, but name no method.
  const std::string stored = std::string("\x01\x17\x00\xe8\xff", 5) + text;
  const auto unpacked = Unpack(stored, BodyCoding::kDeflate);
  ASSERT_TRUE(unpacked) << unpacked.error().message;
  EXPECT_EQ(*unpacked, text);
  const auto nothing = Unpack(std::string_view("\x03\x00", 2), BodyCoding::kDeflate);
  ASSERT_TRUE(nothing) << nothing.error().message;
  EXPECT_EQ(*nothing, "");
}

TEST_F(InflateTest, KeepsABombSmall) {
  const std::string bomb = Packed(std::string(50'000'000, 'x'), Wrapping::kGzip);
  EXPECT_LT(bomb.size(), 100'000U);
  EXPECT_EQ(CodeOf(bomb), ErrorCode::kTooLarge);
  EXPECT_LT(budget_.used(), 4'000'000U);
}

TEST_F(InflateTest, StopsAtWhatAllTogetherMayHold) {
  budget_.SetLimit(500'000);
  EXPECT_EQ(CodeOf(Packed(std::string(900'000, 'x'), Wrapping::kGzip)), ErrorCode::kOverloaded);
}

TEST_F(InflateTest, TakesExactlyTheLargestSize) {
  const std::string packed = Packed(std::string(1000, 'x'), Wrapping::kGzip);
  EXPECT_TRUE(Unpack(packed, BodyCoding::kGzip, 1000));
  EXPECT_EQ(CodeOf(packed, 999), ErrorCode::kTooLarge);
}

TEST_F(InflateTest, RefusesWhatIsNotCompressed) {
  EXPECT_EQ(CodeOf("{\"model\": 1}"), ErrorCode::kInvalidRequest);
  EXPECT_EQ(CodeOf(""), ErrorCode::kInvalidRequest);
}

TEST_F(InflateTest, RefusesWhatIsCutOrFollowedByMore) {
  const std::string packed = Packed("hello hello hello", Wrapping::kGzip);
  for (std::size_t size = 0; size < packed.size(); ++size) {
    EXPECT_EQ(CodeOf(packed.substr(0, size)), ErrorCode::kInvalidRequest) << size;
  }
  EXPECT_EQ(CodeOf(packed + "x"), ErrorCode::kInvalidRequest);
}

}  // namespace
}  // namespace agm::http
