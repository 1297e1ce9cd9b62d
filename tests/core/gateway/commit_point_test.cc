#include "core/gateway/commit_point.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace agm::gateway {
namespace {

using chat::BlockKind;
using Events = std::vector<chat::Event>;

chat::Request Asked(bool stream, std::optional<bool> show) {
  chat::Request request;
  request.stream = stream;
  request.reasoning.show = show;
  return request;
}

/// How many of the events are held back; all of them where none commits the response.
std::size_t Held(const chat::Request& request, const Events& events) {
  CommitPoint commit(request);
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (commit.Reached(events[i])) return i;
  }
  return events.size();
}

chat::BlockStarted Block(BlockKind kind) {
  chat::BlockStarted block;
  block.kind = kind;
  return block;
}

const Events kThoughtThenText = {chat::Started{},
                                 Block(BlockKind::kThought),
                                 chat::BlockDelta{0, "hm", {}},
                                 chat::BlockStopped{0, "signature"},
                                 Block(BlockKind::kText),
                                 chat::BlockDelta{0, "Fine.", {}}};

TEST(CommitPoint, IsTheFirstTextOfAStream) {
  EXPECT_EQ(Held(Asked(true, std::nullopt), kThoughtThenText), 5U);
  EXPECT_EQ(Held(Asked(true, false), kThoughtThenText), 5U);
}

TEST(CommitPoint, IsTheFirstThoughtWhereTheClientIsShownThoughts) {
  EXPECT_EQ(Held(Asked(true, true), kThoughtThenText), 2U);
}

TEST(CommitPoint, IsTheEndOfAWholeResponse) {
  Events events = kThoughtThenText;
  EXPECT_EQ(Held(Asked(false, true), events), 6U);
  events.emplace_back(chat::Finished{});
  EXPECT_EQ(Held(Asked(false, true), events), 6U);
}

TEST(CommitPoint, IsACallMediaOrARefusalBeforeItsContent) {
  for (const BlockKind kind : {BlockKind::kToolCall, BlockKind::kMedia, BlockKind::kRefusal}) {
    EXPECT_EQ(Held(Asked(true, false), {chat::Started{}, Block(kind)}), 1U);
  }
}

TEST(CommitPoint, IsNoSignatureAndNoEmptyText) {
  const Events signature = {chat::Started{}, Block(BlockKind::kText), chat::BlockDelta{},
                            chat::BlockStopped{0, "signature"}};
  EXPECT_EQ(Held(Asked(true, true), signature), signature.size());
}

TEST(CommitPoint, ComesBeforeHiddenThoughtsFillTheMemory) {
  CommitPoint commit(Asked(true, false));
  commit.Reached(Block(BlockKind::kThought));
  const chat::BlockDelta megabyte{0, std::string(1U << 20U, 'x'), {}};
  int held = 0;
  while (!commit.Reached(megabyte)) ++held;
  EXPECT_EQ(held, 4);
}

}  // namespace
}  // namespace agm::gateway
