#include "core/http/wire/gzip.h"

#include <gtest/gtest.h>

#include <string>

#include "core/http/wire/inflater.h"

namespace agm::http {
namespace {

std::string Unpacked(std::string_view packed, std::size_t size) {
  Inflater inflater(Inflater::Form::kWrapped);
  std::string text;
  while (inflater.state() == Inflater::State::kMore && text.size() <= size) {
    packed.remove_prefix(inflater.Read(packed, text, 1U << 20U));
  }
  EXPECT_EQ(inflater.state(), Inflater::State::kDone);
  return text;
}

TEST(Gzip, TheInflaterReadsWhatItWrites) {
  std::string noise;
  unsigned state = 1;
  for (int i = 0; i < 200'000; ++i)
    noise += static_cast<char>((state = state * 1103515245U + 12345U) >> 16U);
  for (const std::string& text :
       {std::string(), std::string("a"), std::string(3'000'000, 'x'), noise}) {
    EXPECT_EQ(Unpacked(Gzip(text), text.size()), text);
  }
}

TEST(Gzip, WritesTextInFewerBytes) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += R"({"key":"gen_ai.operation.name","value":{}})";
  EXPECT_LT(Gzip(text).size(), text.size() / 10);
}

}  // namespace
}  // namespace agm::http
