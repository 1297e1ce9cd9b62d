#include "core/protocol/shared/json_pieces.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace agm::protocol {
namespace {

std::vector<std::string> PiecesOf(JsonPieces& pieces) {
  std::vector<std::string> all;
  while (const auto piece = pieces.Next()) all.emplace_back(*piece);
  return all;
}

std::vector<std::string> PiecesOf(const std::string& text) {
  JsonPieces pieces;
  pieces.Push(text);
  return PiecesOf(pieces);
}

using Pieces = std::vector<std::string>;

TEST(JsonPieces, AreTheObjectsOfAnArrayOrARow) {
  EXPECT_EQ(PiecesOf("{\"a\":1}"), (Pieces{"{\"a\":1}"}));
  EXPECT_EQ(PiecesOf("[{\"a\":1},\r\n{\"b\":2}]"), (Pieces{"{\"a\":1}", "{\"b\":2}"}));
  EXPECT_EQ(PiecesOf("{}\t{} {}"), (Pieces{"{}", "{}", "{}"}));
  EXPECT_EQ(PiecesOf("{\"a\":[{\"b\":{}}]}{}"), (Pieces{"{\"a\":[{\"b\":{}}]}", "{}"}));
}

TEST(JsonPieces, DoNotEndInsideAString) {
  const std::string object = R"({"a":"}] \" { \\","b":"\\\"}"})";
  EXPECT_EQ(PiecesOf(object + object), (Pieces{object, object}));
  const std::string longer = R"({"a":")" + std::string(50, '}') + R"(\\\"}"})";
  EXPECT_EQ(PiecesOf(longer), (Pieces{longer}));
}

TEST(JsonPieces, MayArriveByteByByte) {
  const std::string text = R"([{"a":"\"}"} , {"b":[1,{"c":"\\"}]}])";
  JsonPieces pieces;
  Pieces all;
  for (const char c : text) {
    pieces.Push(std::string(1, c));
    for (const std::string& piece : PiecesOf(pieces)) all.push_back(piece);
  }
  EXPECT_EQ(all, (Pieces{R"({"a":"\"}"})", R"({"b":[1,{"c":"\\"}]})"}));
  EXPECT_FALSE(pieces.unfinished());
  EXPECT_FALSE(pieces.garbage());
}

TEST(JsonPieces, TellAnOpenObject) {
  JsonPieces pieces;
  pieces.Push("[{\"a\":\"");
  EXPECT_FALSE(pieces.Next());
  EXPECT_TRUE(pieces.unfinished());
  pieces.Push("\"}");
  EXPECT_TRUE(pieces.Next());
  EXPECT_FALSE(pieces.unfinished());
}

TEST(JsonPieces, StopAtWhatIsNoObject) {
  JsonPieces pieces;
  pieces.Push("{}<html>{}");
  EXPECT_TRUE(pieces.Next());
  EXPECT_FALSE(pieces.garbage());
  EXPECT_FALSE(pieces.Next());
  EXPECT_TRUE(pieces.garbage());
  pieces.Push("{}");
  EXPECT_FALSE(pieces.Next());
}

TEST(JsonPieces, HoldNoMoreThanTheOpenObjectForLong) {
  JsonPieces pieces;
  const std::string object = "{\"a\":\"" + std::string(100, 'x') + "\"}";
  for (int i = 0; i < 100; ++i) {
    pieces.Push(object);
    ASSERT_EQ(pieces.Next(), object);
  }
  EXPECT_LE(pieces.size(), 2 * object.size());
}

}  // namespace
}  // namespace agm::protocol
