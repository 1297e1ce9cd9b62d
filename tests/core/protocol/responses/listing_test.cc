#include "core/protocol/responses/listing.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace agm::protocol {
namespace {

std::string Listed(std::string_view item) {
  const auto doc = JsonDoc::Parse(item);
  std::string out;
  JsonWriter json(out);
  if (doc) WriteListedItem(json, doc->root(), "made");
  return out;
}

TEST(ListedItem, HasTheMembersThatTheListRequires) {
  EXPECT_EQ(
      Listed(R"({"role":"user","content":"Hi"})"),
      R"({"id":"made","type":"message","status":"completed","role":"user","content":[{"type":"input_text","text":"Hi"}]})");
  EXPECT_EQ(
      Listed(R"({"id":"i","status":"incomplete","role":"assistant","content":"Hi"})"),
      R"({"id":"i","type":"message","status":"incomplete","role":"assistant","content":[{"type":"output_text","text":"Hi","annotations":[],"logprobs":[]}]})");
  EXPECT_EQ(
      Listed(R"({"type":"function_call","name":"f","call_id":"c"})"),
      R"({"id":"made","type":"function_call","status":"completed","name":"f","call_id":"c"})");
}

TEST(ListedItem, HasPartsWithTheMembersThatTheListRequires) {
  const auto part = [](const std::string& of) {
    const std::string listed = Listed(R"({"role":"user","content":[)" + of + "]}");
    const std::string begin =
        R"({"id":"made","type":"message","status":"completed","role":"user","content":[)";
    EXPECT_TRUE(listed.starts_with(begin)) << listed;
    return listed.substr(begin.size(), listed.size() - begin.size() - 2);
  };
  EXPECT_EQ(part(R"("a")"), R"({"type":"input_text","text":"a"})");
  EXPECT_EQ(part(R"({"type":"input_image","image_url":"u"})"),
            R"({"type":"input_image","image_url":"u","detail":"auto"})");
  EXPECT_EQ(part(R"({"type":"input_image","detail":"low"})"),
            R"({"type":"input_image","detail":"low"})");
  EXPECT_EQ(part(R"({"type":"input_file","file_id":"f"})"),
            R"({"type":"input_file","file_id":"f"})");
  EXPECT_EQ(part(R"({"type":"output_text","text":"a"})"),
            R"({"type":"output_text","text":"a","annotations":[],"logprobs":[]})");
  EXPECT_EQ(part(R"({"type":"output_text","text":"a","annotations":[1],"logprobs":[2]})"),
            R"({"type":"output_text","text":"a","annotations":[1],"logprobs":[2]})");
}

}  // namespace
}  // namespace agm::protocol
