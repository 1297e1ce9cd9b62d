#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/base/json_writer.h"
#include "core/protocol/gemini/model_traits.h"
#include "core/protocol/gemini/request.h"
#include "core/protocol/openai/chat.h"
#include "tests/allocations/allocations.h"

namespace agm::protocol {
namespace {

// Eight megabytes of pictures whose base64 repeats `digits`.
std::string RequestWithPictures(std::string_view digits) {
  constexpr std::size_t kPictures = 8;
  std::string base64 = "iVBORw0KGgoAAAAN";
  while (base64.size() < 1'000'000) base64 += digits;
  std::string body;
  JsonWriter json(body);
  json.Object().Key("model").String("gemini-2.5-flash").Key("messages").Array();
  json.Object().Key("role").String("user").Key("content").Array();
  for (std::size_t i = 0; i < kPictures; ++i) {
    json.Object().Key("type").String("image_url").Key("image_url").Object().Key("url");
    json.Raw("\"data:image/png;base64," + base64 + '"').EndObject().EndObject();
  }
  json.EndArray().EndObject().EndArray().EndObject();
  return body;
}

/// Memory allocated for the conversion to the Gemini API, in multiples of the input's size. One
/// copy of the pictures counts one, the output with its spare capacity another one; the rest is the
/// index.
struct Taken {
  double in_all = 0;
  double at_a_time = 0;
};

Taken Convert(const std::string& body) {
  const test::Allocations all;
  const auto request = OpenAiChat().ReadRequest(body);
  if (!request) return {1e9, 1e9};
  const auto written = WriteGeminiRequest(*request, TraitsOf(request->model));
  if (!written || written->body.size() < body.size() / 2) return {1e9, 1e9};
  const auto size = static_cast<double>(body.size());
  return {static_cast<double>(all.bytes()) / size, static_cast<double>(all.peak()) / size};
}

TEST(MediaMemory, CopiesAPictureOnceBeforeItIsWritten) {
  const Taken taken = Convert(RequestWithPictures("ABCDabcd0123+/+/"));
  EXPECT_LT(taken.in_all, 2.3);
  EXPECT_GT(taken.at_a_time, 1.9);  // shows that allocations are counted at all
}

TEST(MediaMemory, HoldsNoMoreAtATimeWhereTheClientEscapesSlashes) {
  EXPECT_LT(Convert(RequestWithPictures(R"(ABCDabcd0123+\/+\/)")).at_a_time, 2.3);
}

TEST(MediaMemory, HoldsNoMoreAtATimeWhereTheBase64MustBeBroughtIntoForm) {
  EXPECT_LT(Convert(RequestWithPictures(R"(ABCDabcd0123-_\r\n-_)")).at_a_time, 2.3);
}

}  // namespace
}  // namespace agm::protocol
