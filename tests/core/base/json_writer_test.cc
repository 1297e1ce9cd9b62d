#include "core/base/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/base/json.h"

namespace agm {
namespace {

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("a").Array().Int(1).String("[").Bool(true).Null().EndArray();
  json.Key("b").Object().EndObject().Key("c").Raw("{\"x\":1}").RawMembers("").Key("d").Array();
  json.EndArray().EndObject();
  EXPECT_EQ(out, R"({"a":[1,"[",true,null],"b":{},"c":{"x":1},"d":[]})");
}

TEST(JsonWriter, WritesANameTheSameWayFromALiteralAndFromAText) {
  std::string literal;
  JsonWriter(literal).Object().Key("").Int(1).Key("model").Array().EndArray().Key("n").Int(2);
  std::string text;
  JsonWriter json(text);
  json.Object().Key(std::string()).Int(1).Key(std::string("model")).Array().EndArray();
  json.Key(std::string("n")).Int(2);
  EXPECT_EQ(literal, R"({"":1,"model":[],"n":2)");
  EXPECT_EQ(text, literal);
}

TEST(JsonWriter, BeginsBehindWhatIsThere) {
  std::string out = "data: ";
  JsonWriter(out).Object().Key("a").Int(1).EndObject();
  EXPECT_EQ(out, "data: {\"a\":1}");
}

TEST(JsonWriter, WritesStringsThatReadBackTheSame) {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "Grüße 世界 🌍";
  for (std::size_t from = 0; from < all.size(); ++from) {
    if ((static_cast<unsigned char>(all[from]) & 0xC0U) == 0x80U) continue;  // inside a character
    const std::string text = all.substr(from);
    std::string out;
    AppendJsonString(out, text);
    EXPECT_EQ(Json::parse(out).get<std::string>(), text);
  }
}

TEST(JsonWriter, WritesNumbersInTheirShortestForm) {
  std::string out;
  JsonWriter json(out);
  json.Array().Double(0.7).Double(1).Double(-2.5e-7).Double(NAN).Double(INFINITY).Int(INT64_MIN);
  json.EndArray();
  EXPECT_EQ(out, "[0.7,1,-2.5e-07,null,null,-9223372036854775808]");
}

}  // namespace
}  // namespace agm
