// Measures the cost of pictures in a request: 10 MB of data: URLs from OpenAI's dialect to the
// Gemini API. Beside the input and the output each picture may be held once, which makes two
// bodies; spare capacity at the end of the output and the index of the input make 2.3.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "core/base/json_writer.h"
#include "core/protocol/gemini/model_traits.h"
#include "core/protocol/gemini/request.h"
#include "core/protocol/openai/chat.h"
#include "tests/allocations/allocations.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kBody = 10'000'000;
constexpr std::size_t kPictures = 4;

/// The spelling of base64's slashes: some clients, for example in PHP, escape them.
enum class Slashes { kPlain, kEscaped };

std::string Base64(std::size_t size, Slashes slashes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text = "iVBORw0KGgoAAAAN";
  for (std::size_t state = 1; text.size() < size; state = state * 1'103'515'245 + 12'345) {
    const char digit = kDigits[state >> 16U & 63U];
    if (digit == '/' && slashes == Slashes::kEscaped) text += '\\';
    text += digit;
  }
  return text;
}

std::string RequestWithPictures(Slashes slashes) {
  std::string body;
  JsonWriter json(body);
  json.Object().Key("model").String("gemini-2.5-flash").Key("messages").Array();
  json.Object().Key("role").String("user").Key("content").Array();
  json.Object().Key("type").String("text").Key("text").String("What differs?").EndObject();
  for (std::size_t i = 0; i < kPictures; ++i) {
    json.Object().Key("type").String("image_url").Key("image_url").Object().Key("url");
    json.Raw("\"data:image/png;base64," + Base64(kBody / kPictures, slashes) + '"');
    json.EndObject().EndObject();
  }
  json.EndArray().EndObject().EndArray().EndObject();
  return body;
}

std::string Convert(std::string_view body) {
  const auto request = OpenAiChat().ReadRequest(body);
  if (!request) std::abort();
  auto written = WriteGeminiRequest(*request, TraitsOf(request->model));
  if (!written) std::abort();
  return std::move(written->body);
}

void ConvertPictures(benchmark::State& state, Slashes slashes) {
  const std::string body = RequestWithPictures(slashes);
  for (auto _ : state) benchmark::DoNotOptimize(Convert(body));
  const test::Allocations all;
  benchmark::DoNotOptimize(Convert(body));
  const auto in_bodies = [&](auto bytes) {
    return static_cast<double>(bytes) / static_cast<double>(body.size());
  };
  state.counters["MB"] = static_cast<double>(body.size()) / 1e6;
  state.counters["allocated"] = in_bodies(all.bytes());
  state.counters["peak"] = in_bodies(all.peak());
  state.SetLabel("(in bodies, beside the one that came in; peak at most 2.3)");
}

BENCHMARK_CAPTURE(ConvertPictures, plain, Slashes::kPlain);
BENCHMARK_CAPTURE(ConvertPictures, escaped_slashes, Slashes::kEscaped);

}  // namespace
}  // namespace agm::protocol
