#include "core/upstream/response_head.h"

#include <gtest/gtest.h>

namespace agm::upstream {
namespace {

TEST(ResponseHead, IsReadLineByLine) {
  ResponseHead head;
  EXPECT_TRUE(head.Add("HTTP/1.1 429 Too Many Requests\r\n"));
  EXPECT_TRUE(head.Add("Retry-After:  7 \r\n"));
  EXPECT_TRUE(head.Add("X-EMPTY:\r\n"));
  EXPECT_TRUE(head.Add("no colon\r\n"));
  EXPECT_FALSE(head.complete());
  EXPECT_TRUE(head.Add("\r\n"));
  EXPECT_TRUE(head.complete());
  EXPECT_EQ(head.status(), 429);
  EXPECT_EQ(head.Find("retry-after"), "7");
  EXPECT_EQ(head.Find("x-empty"), "");
}

TEST(ResponseHead, PassesOverInterimHeadsAndTrailers) {
  ResponseHead head;
  for (const char* line : {"HTTP/1.1 100 Continue\r\n", "A: 1\r\n", "\r\n"}) head.Add(line);
  EXPECT_FALSE(head.complete());
  for (const char* line : {"HTTP/1.1 200 OK\r\n", "B: 2\r\n", "\r\n", "C: 3\r\n"}) head.Add(line);
  EXPECT_TRUE(head.complete());
  EXPECT_EQ(head.Find("a"), "");
  EXPECT_EQ(head.Find("b"), "2");
  EXPECT_EQ(head.Find("c"), "");
}

TEST(ResponseHead, HasAnEnd) {
  ResponseHead head;
  const std::string line = "X: " + std::string(1000, 'x') + "\r\n";
  int lines = 0;
  while (head.Add(line) && lines < 1000) ++lines;
  EXPECT_EQ(lines, 65);
}

}  // namespace
}  // namespace agm::upstream
