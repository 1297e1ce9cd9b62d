#include "core/upstream/trouble.h"

#include <gtest/gtest.h>

#include <set>

namespace agm::upstream {
namespace {

constexpr int kTroubles = 26;

TEST(TroubleTable, HasARowWithANameOfItsOwnForEachTrouble) {
  std::set<std::string_view> names;
  for (int i = 0; i < kTroubles; ++i) {
    const auto trouble = static_cast<Trouble>(i);
    const TroubleRow& row = RowOf(trouble);
    EXPECT_EQ(row.trouble, trouble);
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(FindTrouble(row.name), trouble);
    EXPECT_GE(row.strikes, 1);
    EXPECT_EQ(row.tries == 1, row.next == NextTry::kStop) << row.name;
  }
  EXPECT_EQ(FindTrouble("no such thing"), std::nullopt);
}

TEST(TroubleTable, StartsNoCooldownForAnInvalidRequest) {
  for (const Trouble trouble : {Trouble::kBadRequest, Trouble::kTooLarge, Trouble::kResourceDenied,
                                Trouble::kUnknownResource}) {
    EXPECT_EQ(RowOf(trouble).next, NextTry::kStop) << RowOf(trouble).name;
    EXPECT_EQ(RowOf(trouble).scope, CooldownScope::kNobody) << RowOf(trouble).name;
  }
}

TEST(TroubleTable, BlamesTheModelAndNoAccountForAModelsTrouble) {
  for (const Trouble trouble : {Trouble::kModelOverloaded, Trouble::kUnavailable}) {
    EXPECT_EQ(RowOf(trouble).scope, CooldownScope::kModel) << RowOf(trouble).name;
    EXPECT_LE(RowOf(trouble).cooldown, Duration(5'000)) << RowOf(trouble).name;
  }
}

TEST(TroubleTable, NeverTellsAClientThatItsOwnKeyIsWrong) {
  for (int i = 0; i < kTroubles; ++i) {
    const TroubleRow& row = RowOf(static_cast<Trouble>(i));
    EXPECT_NE(row.code, ErrorCode::kUnauthenticated) << row.name;
    EXPECT_NE(row.code, ErrorCode::kForbidden) << row.name;
  }
}

TEST(ClassifyTransport, TellsACallOffFromABrokenLine) {
  const Failure left = ClassifyTransport(Fail(ErrorCode::kCancelled, "the client went away"));
  EXPECT_EQ(left.trouble, Trouble::kAborted);
  EXPECT_EQ(left.error.code, ErrorCode::kCancelled);
  EXPECT_EQ(RowOf(left.trouble).scope, CooldownScope::kNobody);
  EXPECT_EQ(ClassifyTransport(Fail(ErrorCode::kUpstreamUnavailable, "reset")).trouble,
            Trouble::kNetwork);
  const Failure full = ClassifyTransport(Fail(ErrorCode::kOverloaded, "no descriptor is left"));
  EXPECT_EQ(RowOf(full.trouble).scope, CooldownScope::kNobody);
  EXPECT_EQ(full.error.code, ErrorCode::kOverloaded);
  EXPECT_EQ(ClassifyTransport(Fail(ErrorCode::kTimeout, "silent")).trouble, Trouble::kDeadline);
  EXPECT_EQ(ClassifyTransport(Fail(ErrorCode::kUpstreamRejected, "no HTTP")).trouble,
            Trouble::kGarbage);
}

}  // namespace
}  // namespace agm::upstream
