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

TEST(TurnLayout, GivesOpaquePartsBackToTheDialectThatWroteThem) {
  const Blocks own = {Opaque{"openai", R"([{"a":1}])"}, Text{"Two.", {}}};
  EXPECT_EQ(RestoreTurn(Turn({Text{"Two.", {}}}), Recorded(own).Layout()), own);
  // Layouts of earlier versions do not tell.
  EXPECT_EQ(RestoreTurn(Turn({}), R"([{"o":"{}"}])"), (Blocks{Opaque{"gemini", "{}"}}));
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

Media Picture(const std::string& data, const std::string& signature = {}) {
  Media media;
  media.mime = "image/png";
  media.data = data;
  media.signature = signature;
  return media;
}

TEST(TurnLayout, KeepsAnOrderThatClientsWouldNotSendBack) {
  EXPECT_FALSE(Recorded({Text{"a", {}}, Picture("AAAA"), Call("c")}).Worthwhile());
  EXPECT_FALSE(Recorded({Picture("AAAA"), Picture("BBBB"), Call("c"), Call("d")}).Worthwhile());
  EXPECT_TRUE(Recorded({Picture("AAAA"), Text{"a", {}}}).Worthwhile());
  EXPECT_TRUE(Recorded({Text{"a", {}}, Text{"b", {}}}).Worthwhile());
  EXPECT_TRUE(Recorded({Call("c"), Picture("AAAA")}).Worthwhile());
  EXPECT_TRUE(Recorded({Picture("AAAA", "s")}).Worthwhile());
}

TEST(TurnLayout, AnEmptyTextIsNoPartOfTheOrder) {
  EXPECT_FALSE(Recorded({Call("c"), Text{"", {}}}).Worthwhile());
  EXPECT_TRUE(Recorded({Call("c"), Text{"", "s"}}).Worthwhile());
}

TEST(TurnLayout, KeepsNothingOfATurnWithSoundOrARefusal) {
  Media sound = Picture("AAAA");
  sound.mime = "audio/wav";
  EXPECT_FALSE(Recorded({sound, Text{"a", "s"}}).Worthwhile());
  EXPECT_FALSE(Recorded({sound, Picture("BBBB"), Text{"a", "s"}}).Worthwhile());
  EXPECT_FALSE(Recorded({Refusal{"no"}, Text{"a", "s"}}).Worthwhile());
  EXPECT_TRUE(Recorded({Picture("BBBB"), Text{"a", "s"}}).Worthwhile());
}

TEST(TurnLayout, NamesTheCallsOfTheTurn) {
  EXPECT_EQ(Recorded({Call("c"), Text{"a", {}}, Call("d")}).calls(),
            (std::vector<std::string>{"c", "d"}));
}

TEST(TurnLayout, TellsIdsOfCallsApart) {
  EXPECT_NE(FingerprintOf(Turn({Call("a"), Call("bc")})),
            FingerprintOf(Turn({Call("ab"), Call("c")})));
}

TEST(TurnLayout, DoesNotFitATurnThatLacksAPart) {
  const LayoutRecorder text = Recorded({Text{"a", "s"}, Call("c")});
  EXPECT_FALSE(RestoreTurn(Turn({Call("c")}), text.Layout()));
  const LayoutRecorder picture = Recorded({Picture("AAAA", "s"), Call("c")});
  EXPECT_FALSE(RestoreTurn(Turn({Call("c")}), picture.Layout()));
  EXPECT_FALSE(RestoreTurn(Turn({Picture("AAAA"), Picture("BBBB"), Call("c")}), picture.Layout()));
}

TEST(TurnLayout, TakesSignaturesThatAClientKeeps) {
  const Blocks own = {Picture("AAAA", "s"), Text{"a", {}}};
  const auto picture = RestoreTurn(Turn(own), Recorded(own).Layout());
  ASSERT_TRUE(picture);
  EXPECT_EQ(*picture, own);
  // A client that knows no thoughts puts the signature on the text.
  const Blocks thought = {Thought{"hm", "s"}, Text{"a", {}}};
  const auto restored = RestoreTurn(Turn({Text{"a", "s"}}), Recorded(thought).Layout());
  ASSERT_TRUE(restored);
  EXPECT_EQ(*restored, thought);
}

}  // namespace
}  // namespace agm::chat
