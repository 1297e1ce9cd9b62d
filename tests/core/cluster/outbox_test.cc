#include "core/cluster/outbox.h"

#include <gtest/gtest.h>

namespace agm::cluster {
namespace {

Outbox::Make Writes(std::string text) {
  return [text = std::move(text)] { return Command{text}; };
}

std::vector<std::string> Texts(const std::vector<Outbox::Ready>& ready) {
  std::vector<std::string> texts;
  for (const auto& each : ready) texts.push_back(each.command.front());
  return texts;
}

TEST(Outbox, SendsEachWriteOnceInOrder) {
  Outbox outbox;
  outbox.Put("a", Writes("1"));
  outbox.Put("b", Writes("2"));
  EXPECT_EQ(Texts(outbox.TakeUnsent()), (std::vector<std::string>{"1", "2"}));
  EXPECT_TRUE(outbox.TakeUnsent().empty());
}

TEST(Outbox, KeepsOnlyTheLaterOfTwoUnsentWrites) {
  Outbox outbox;
  outbox.Put("a", Writes("1"));
  outbox.Put("a", Writes("2"));
  EXPECT_EQ(Texts(outbox.TakeUnsent()), (std::vector<std::string>{"2"}));
}

TEST(Outbox, SendsAgainWhatWasNotConfirmedWhenTheConnectionBroke) {
  Outbox outbox;
  outbox.Put("a", Writes("1"));
  outbox.Put("b", Writes("2"));
  const auto first = outbox.TakeUnsent();
  outbox.Confirm(first[0].id);
  outbox.Lost();
  EXPECT_EQ(Texts(outbox.TakeUnsent()), (std::vector<std::string>{"2"}));
}

TEST(Outbox, SendsOnlyTheLatestOfOneKeyAgain) {
  Outbox outbox;
  for (const char* text : {"1", "2"}) {
    outbox.Put("a", Writes(text));
    outbox.TakeUnsent();
  }
  outbox.Put("a", Writes("3"));
  outbox.Lost();
  EXPECT_EQ(Texts(outbox.TakeUnsent()), (std::vector<std::string>{"3"}));
  outbox.Lost();
  EXPECT_EQ(Texts(outbox.TakeUnsent()), (std::vector<std::string>{"3"}));
  EXPECT_EQ(outbox.size(), 1U);
}

TEST(Outbox, TheLaterOfTwoUnsentWritesHearsTheAnswer) {
  Outbox outbox;
  std::string heard;
  outbox.Put(
      "a", [] { return Command{"1"}; }, [&](const Reply&) { heard += "first"; });
  outbox.Put(
      "a", [] { return Command{"2"}; }, [&](const Reply&) { heard += "second"; });
  const auto ready = outbox.TakeUnsent();
  ASSERT_EQ(ready.size(), 1U);
  ready.front().heard(Reply());
  EXPECT_EQ(heard, "second");
}

TEST(Outbox, HoldsARefusedWriteUntilItIsRetried) {
  Outbox outbox;
  outbox.Put("a", Writes("1"));
  outbox.Refuse(outbox.TakeUnsent().front().id);
  EXPECT_FALSE(outbox.has_unsent());
  outbox.RetryRefused();
  EXPECT_EQ(Texts(outbox.TakeUnsent()), (std::vector<std::string>{"1"}));
}

TEST(Outbox, ForgetsAWriteThatIsNotNeededAnyMore) {
  Outbox outbox;
  outbox.Put("a", [] { return Command{}; });
  EXPECT_TRUE(outbox.TakeUnsent().empty());
  EXPECT_EQ(outbox.size(), 0U);
}

TEST(Outbox, DropsTheOldestWhenItIsFull) {
  Outbox outbox(2);
  for (const char* key : {"a", "b", "c"}) outbox.Put(key, Writes(key));
  EXPECT_EQ(outbox.dropped(), 1U);
  EXPECT_EQ(Texts(outbox.TakeUnsent()), (std::vector<std::string>{"b", "c"}));
}

}  // namespace
}  // namespace agm::cluster
