#include "core/chat/turn_layout.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/chat/response.h"

namespace agm::chat {
namespace {

using Blocks = std::vector<Block>;

LayoutRecorder Recorded(Blocks blocks) {
  Response response;
  response.choices.push_back({0, std::move(blocks), {}, {}});
  LayoutRecorder recorder;
  for (const Event& event : Unfold(std::move(response))) {
    if (const auto* started = std::get_if<BlockStarted>(&event)) recorder.See(*started);
    if (const auto* delta = std::get_if<BlockDelta>(&event)) recorder.See(*delta);
    if (const auto* stopped = std::get_if<BlockStopped>(&event)) recorder.See(*stopped);
  }
  return recorder;
}

Message Turn(Blocks blocks) { return {Role::kAssistant, std::move(blocks), {}}; }

ToolCall Call(const std::string& id, const std::string& signature = {}) {
  return {id, "look", "{}", ToolKind::kFunction, signature};
}

TEST(TurnLayout, KeepsNothingOfWhatEveryClientSendsBack) {
  EXPECT_FALSE(Recorded({Text{"a", {}}}).Worthwhile());
  EXPECT_FALSE(Recorded({Thought{"hm", {}}, Text{"a", {}}, Call("c", "s")}).Worthwhile());
  EXPECT_FALSE(Recorded({Refusal{"no"}, Opaque{"gemini", "{}"}}).Worthwhile());
}

TEST(TurnLayout, KeepsSignaturesOpaquePartsAndTheOrder) {
  EXPECT_TRUE(Recorded({Text{"a", "s"}}).Worthwhile());
  EXPECT_TRUE(Recorded({Thought{"hm", "s"}, Text{"a", {}}}).Worthwhile());
  EXPECT_TRUE(Recorded({Opaque{"gemini", "{}"}, Text{"a", {}}}).Worthwhile());
  EXPECT_TRUE(Recorded({Call("c"), Text{"a", {}}}).Worthwhile());
  EXPECT_TRUE(Recorded({Text{"a", {}}, Opaque{"gemini", "{}"}, Text{"b", {}}}).Worthwhile());
}

TEST(TurnLayout, GivesTheTurnBackFromWhatAClientKeeps) {
  const Blocks own = {Text{"One. ", "s1"}, Opaque{"gemini", R"({"toolCall":{}})"}, Text{"Two.", {}},
                      Call("c", "s2")};
  const LayoutRecorder recorder = Recorded(own);
  const Message sent = Turn({Text{"One. Two.", {}}, Call("c")});
  EXPECT_EQ(FingerprintOf(sent), recorder.Fingerprint());
  const auto restored = RestoreTurn(sent, recorder.Layout());
  ASSERT_TRUE(restored);
  EXPECT_EQ(*restored, own);
}

TEST(TurnLayout, IsOfThatTurnAlone) {
  const LayoutRecorder recorder = Recorded({Text{"a", "s"}, Call("c")});
  for (const Message& other : {Turn({Text{"b", {}}, Call("c")}), Turn({Text{"a", {}}, Call("d")}),
                               Turn({Text{"a", {}}}), Turn({Call("c")})}) {
    EXPECT_NE(FingerprintOf(other), recorder.Fingerprint());
  }
  EXPECT_FALSE(RestoreTurn(Turn({Text{"longer", {}}, Call("c")}), recorder.Layout()));
  EXPECT_FALSE(RestoreTurn(Turn({Text{"a", {}}}), recorder.Layout()));
  EXPECT_FALSE(RestoreTurn(Turn({Text{"a", {}}}), "no layout"));
}

TEST(TurnLayout, YieldsToASignatureThatItDoesNotKnow) {
  const LayoutRecorder recorder = Recorded({Text{"Done.", "s1"}});
  EXPECT_TRUE(RestoreTurn(Turn({Text{"Done.", "s1"}}), recorder.Layout()));
  EXPECT_FALSE(RestoreTurn(Turn({Text{"Done.", "s2"}}), recorder.Layout()));
}

}  // namespace
}  // namespace agm::chat
