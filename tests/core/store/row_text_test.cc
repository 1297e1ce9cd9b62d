#include "core/store/row_text.h"

#include <gtest/gtest.h>

namespace agm::store {
namespace {

WallTime At(std::int64_t milliseconds) { return WallTime(Duration(milliseconds)); }

TEST(RowText, AResponseIsReadAsItWasWritten) {
  const SavedResponse saved{"resp_1",
                            "home \"quoted\"",
                            At(1'795'262'400'123),
                            R"({"id":"resp_1"})",
                            R"([{"role":"user"}])",
                            R"([1,"two"])"};
  const auto read = ReadResponse(Write(saved));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, saved.id);
  EXPECT_EQ(read->owner, saved.owner);
  EXPECT_EQ(read->created, saved.created);
  EXPECT_EQ(read->object, saved.object);
  EXPECT_EQ(read->input, saved.input);
  EXPECT_EQ(read->items, saved.items);
}

TEST(RowText, ASignatureIsReadAsItWasWritten) {
  const auto read = ReadSignature(Write(SignatureRow{"gemini-3", "c2ln\nbmF0", At(1'000'000'007)}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->family, "gemini-3");
  EXPECT_EQ(read->signature, "c2ln\nbmF0");
  EXPECT_EQ(read->created, At(1'000'000'007));
}

TEST(RowText, AResourceIsReadAsItWasWritten) {
  const auto read = ReadResource(
      Write(Resource{"files/abc", "ci", "work", R"({"name":"files/abc"})", At(11), At(22)}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->name, "files/abc");
  EXPECT_EQ(read->owner, "ci");
  EXPECT_EQ(read->account, "work");
  EXPECT_EQ(read->object, R"({"name":"files/abc"})");
  EXPECT_EQ(read->created, At(11));
  EXPECT_EQ(read->expires, At(22));
}

TEST(RowText, WritesJson) {
  EXPECT_EQ(Write(SignatureRow{"f", "s", At(5)}), R"({"family":"f","signature":"s","created":5})");
  EXPECT_EQ(Write(Resource{"n", "o", "a", "{}", At(1), At(2)}),
            R"({"name":"n","owner":"o","account":"a","object":"{}","created":1,"expires":2})");
  EXPECT_EQ(Write(SavedResponse{"r", "o", At(3), "{}", "[]", "[1]"}),
            R"({"id":"r","owner":"o","created":3,"object":"{}","input":"[]","items":"[1]"})");
}

TEST(RowText, ReadsNothingFromWhatIsNoJson) {
  for (const char* text : {"", "no JSON", R"({"id":"r")"}) {
    EXPECT_FALSE(ReadResponse(text)) << text;
    EXPECT_FALSE(ReadSignature(text)) << text;
    EXPECT_FALSE(ReadResource(text)) << text;
  }
}

TEST(RowText, LeavesOutWhatARowOfAnotherVersionDoesNotHave) {
  const auto read = ReadResource(R"({"name":"files/abc","more":[1]})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->name, "files/abc");
  EXPECT_EQ(read->account, "");
  EXPECT_EQ(read->expires, At(0));
}

}  // namespace
}  // namespace agm::store
