#include "core/gateway/signatures.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/protocol/shared/id_source.h"
#include "core/store/connection.h"
#include "core/store/database.h"
#include "tests/support/temp_dir.h"

namespace agm::gateway {
namespace {

class SignaturesTest : public ::testing::Test {
 protected:
  std::unique_ptr<store::Database> database_ = store::Database::OpenInMemory();
  store::Conversations stored_{*database_};

  void Store(const std::string& call, const std::string& signature) {
    stored_.KeepSignature(call, "gemini-3", signature, SystemClock().Wall());
    database_->Flush();
  }
};

/// A turn of a signed text and these calls.
chat::LayoutRecorder TurnOf(const std::vector<std::string>& calls, const std::string& signature) {
  chat::LayoutRecorder recorder;
  recorder.See(chat::BlockStarted{});
  recorder.See(chat::BlockDelta{0, "Done.", {}});
  recorder.See(chat::BlockStopped{0, signature});
  for (const std::string& call : calls) {
    recorder.See(chat::BlockStarted{0, chat::BlockKind::kToolCall, call, "look", {}, {}});
    recorder.See(chat::BlockStopped{0, {}});
  }
  return recorder;
}

/// The same turn as a client sends it back.
chat::Message Sent(const std::vector<std::string>& calls) {
  chat::Message message{chat::Role::kAssistant, {chat::Text{"Done.", {}}}, {}};
  for (const std::string& call : calls) {
    message.blocks.emplace_back(chat::ToolCall{call, "look", "{}", chat::ToolKind::kFunction, {}});
  }
  return message;
}

TEST_F(SignaturesTest, AreFoundByCallAndFamily) {
  Signatures signatures(stored_, SystemClock());
  signatures.Keep("call-1", "gemini-3", "abc");
  EXPECT_EQ(signatures.Find("call-1", "gemini-3"), "abc");
  EXPECT_EQ(signatures.Find("call-1", "gemini-2.5"), "");
  EXPECT_EQ(signatures.Find("call-2", "gemini-3"), "");
}

TEST_F(SignaturesTest, AreFoundOnceTheyComeAlsoWhereThereWasNone) {
  Signatures signatures(stored_, SystemClock());
  EXPECT_EQ(signatures.Find("call-1", "gemini-3"), "");
  signatures.Keep("call-1", "gemini-3", "abc");
  EXPECT_EQ(signatures.Find("call-1", "gemini-3"), "abc");
}

TEST_F(SignaturesTest, AreAskedOfTheStoreOnce) {
  Store("call-1", "abc");
  Signatures signatures(stored_, SystemClock());
  EXPECT_EQ(signatures.Find("call-1", "gemini-3"), "abc");
  EXPECT_EQ(signatures.Find("call-2", "gemini-3"), "");
  Store("call-1", "other");
  Store("call-2", "other");
  EXPECT_EQ(signatures.Find("call-1", "gemini-3"), "abc");
  EXPECT_EQ(signatures.Find("call-2", "gemini-3"), "");
}

TEST_F(SignaturesTest, AreForgottenInMemoryButNotInTheStore) {
  Signatures signatures(stored_, SystemClock());
  signatures.Keep("call-1", "gemini-3", "abc");
  for (int i = 0; i < 5'000; ++i) signatures.Find("other-" + std::to_string(i), "gemini-3");
  Store("call-1", "from the store");
  EXPECT_EQ(signatures.Find("call-1", "gemini-3"), "from the store");
}

TEST_F(SignaturesTest, OfAnIdThatIsNoneOfOursAreNotLookedFor) {
  const std::string longest(protocol::kLongestCallId, 'x');
  const std::string longer = longest + 'x';
  Store(longest, "abc");
  Store(longer, "abc");
  Signatures signatures(stored_, SystemClock());
  EXPECT_EQ(signatures.Find(longest, "gemini-3"), "abc");
  EXPECT_EQ(signatures.Find(longer, "gemini-3"), "");
}

TEST_F(SignaturesTest, AreLookedForAgainWhereTheStoreWasBehind) {
  const test::TempDir folder;
  const auto database = store::Database::Open(folder.path(), Duration(10));
  store::Conversations stored(*database);
  Signatures keeping(stored, SystemClock());
  Signatures asking(stored, SystemClock());
  auto other = store::Connection::Open(folder.path() / "state.db", Duration(10));
  ASSERT_TRUE(other);
  ASSERT_TRUE(other->Run("BEGIN IMMEDIATE"));
  keeping.Keep("call-1", "gemini-3", "abc");
  EXPECT_EQ(asking.Find("call-1", "gemini-3"), "");
  ASSERT_TRUE(other->Run("COMMIT"));
  EXPECT_EQ(asking.Find("call-1", "gemini-3"), "abc");
}

TEST_F(SignaturesTest, OfALargeSizeAreInTheStoreAlone) {
  Signatures signatures(stored_, SystemClock());
  signatures.Keep("call-1", "gemini-3", "small");
  const std::string large(300'000, 'x');
  signatures.Keep("call-1", "gemini-3", large);
  EXPECT_EQ(signatures.Find("call-1", "gemini-3"), large);
  Store("call-1", "other");
  EXPECT_EQ(signatures.Find("call-1", "gemini-3"), "other");
}

TEST_F(SignaturesTest, OfACallAreForItsCallerAlone) {
  Signatures signatures(stored_, SystemClock());
  signatures.KeepCall("ann", "call-1", "gemini-3", "abc");
  EXPECT_EQ(signatures.FindCall("ann", "call-1", "gemini-3"), "abc");
  EXPECT_EQ(signatures.FindCall("bob", "call-1", "gemini-3"), "");
  EXPECT_EQ(signatures.FindCall("ann", "call-2", "gemini-3"), "");
  EXPECT_EQ(signatures.Find("call-1", "gemini-3"), "") << "its key is no call's id";
  const std::string longer(protocol::kLongestCallId + 1, 'x');
  signatures.KeepCall("ann", longer, "gemini-3", "abc");
  EXPECT_EQ(signatures.FindCall("ann", longer, "gemini-3"), "");
  const std::string longest(protocol::kLongestCallId, 'x');
  signatures.KeepCall("ann", longest, "gemini-3", "abc");
  EXPECT_EQ(signatures.FindCall("ann", longest, "gemini-3"), "abc");
  Signatures later(stored_, SystemClock());
  EXPECT_EQ(later.FindCall("ann", "call-1", "gemini-3"), "abc") << "it is in the store";
}

TEST_F(SignaturesTest, TellCallersApartWhoseNamesContinueInTheCall) {
  Signatures signatures(stored_, SystemClock());
  signatures.KeepCall("a", "asignature b", "gemini-3", "abc");
  EXPECT_EQ(signatures.FindCall("asignature a", "b", "gemini-3"), "");
}

TEST_F(SignaturesTest, OfATurnAreRestoredForItsCallerAlone) {
  Signatures signatures(stored_, SystemClock());
  signatures.KeepTurn("ann", TurnOf({"c"}, "signed"), "gemini-3");
  const auto restored = signatures.Restore("ann", Sent({"c"}), "gemini-3");
  ASSERT_TRUE(restored);
  EXPECT_EQ(std::get<chat::Text>(restored->front()).signature, "signed");
  EXPECT_FALSE(signatures.Restore("bob", Sent({"c"}), "gemini-3"));
  EXPECT_FALSE(signatures.Restore("ann", Sent({"d"}), "gemini-3"));
  EXPECT_FALSE(signatures.Restore("ann", Sent({"c"}), "gemini-2.5"));
  EXPECT_EQ(signatures.TurnOf("ann", "c", "gemini-3"), "") << "the only call of its turn";
}

TEST_F(SignaturesTest, OfATurnThatIsTooLargeAreNotKept) {
  Signatures signatures(stored_, SystemClock());
  signatures.KeepTurn("ann", TurnOf({"c"}, std::string(300'000, 'x')), "gemini-3");
  EXPECT_FALSE(signatures.Restore("ann", Sent({"c"}), "gemini-3"));
}

TEST_F(SignaturesTest, SeveralCallsOfATurnBelongTogether) {
  Signatures signatures(stored_, SystemClock());
  const chat::LayoutRecorder plain = TurnOf({"c", "d"}, "");
  signatures.KeepTurn("ann", plain, "gemini-3");
  EXPECT_EQ(signatures.TurnOf("ann", "c", "gemini-3"), plain.Fingerprint());
  EXPECT_EQ(signatures.TurnOf("ann", "d", "gemini-3"), plain.Fingerprint());
  EXPECT_EQ(signatures.TurnOf("bob", "c", "gemini-3"), "");
  EXPECT_FALSE(signatures.Restore("ann", Sent({"c", "d"}), "gemini-3")) << "it adds nothing";
}

TEST_F(SignaturesTest, AreKeptWhileTheEventsOfAnAnswerPass) {
  Signatures signatures(stored_, SystemClock());
  SignatureKeeper keeper(signatures, "ann", "gemini-3");
  using chat::BlockKind;
  keeper.See(chat::BlockStarted{0, BlockKind::kToolCall, "c", "look", {}, {}});
  keeper.See(chat::BlockStopped{0, "of c"});
  keeper.See(chat::BlockStarted{0, BlockKind::kToolCall, "d", "look", {}, {}});
  keeper.See(chat::BlockStopped{0, ""});
  keeper.See(chat::BlockStarted{0, BlockKind::kText, "e", {}, {}, {}});
  keeper.See(chat::BlockStopped{0, "of a text"});
  EXPECT_EQ(signatures.FindCall("ann", "c", "gemini-3"), "of c");
  EXPECT_EQ(signatures.FindCall("ann", "d", "gemini-3"), "");
  EXPECT_EQ(signatures.FindCall("ann", "e", "gemini-3"), "");
  EXPECT_EQ(signatures.FindCall("ann", "", "gemini-3"), "");
  EXPECT_EQ(signatures.TurnOf("ann", "c", "gemini-3"), "");
  keeper.See(chat::Finished{});
  EXPECT_NE(signatures.TurnOf("ann", "c", "gemini-3"), "");
}

TEST_F(SignaturesTest, AreForgottenOneAfterTheOther) {
  Signatures signatures(stored_, SystemClock());
  signatures.Keep("call-1", "gemini-3", "abc");
  signatures.Keep("call-2", "gemini-3", "abc");
  for (int i = 0; i < 5'000; ++i) signatures.Find("other-" + std::to_string(i), "gemini-3");
  for (const char* call : {"call-1", "call-2"}) {
    Store(call, "from the store");
    EXPECT_EQ(signatures.Find(call, "gemini-3"), "from the store") << call;
  }
}

}  // namespace
}  // namespace agm::gateway
