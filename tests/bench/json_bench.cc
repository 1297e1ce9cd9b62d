// Measures conversions: a long request from OpenAI's dialect to the Gemini API, compared with only
// parsing and dumping the same body with nlohmann/json, and with a server of OpenAI's API; and one
// chunk of a response on its way back from either.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/base/json_writer.h"
#include "core/base/random.h"
#include "core/protocol/gemini/model_traits.h"
#include "core/protocol/gemini/request.h"
#include "core/protocol/gemini/response.h"
#include "core/protocol/openai/chat.h"
#include "core/protocol/openai/upstream_reader.h"
#include "core/protocol/openai/upstream_request.h"
#include "tests/allocations/allocations.h"

namespace agm::protocol {
namespace {

constexpr std::string_view kModel = "gemini-2.5-pro";
constexpr int kRounds = 15;  // of four messages each
constexpr int kTools = 20;

// Lines as agents send them: code, paths, quotes, and some words beyond ASCII.
std::string Lines(int from, int count) {
  std::string text;
  for (int i = from; i < from + count; ++i) {
    text += fmt::format("{:4}  if (auto found = index.Find(\"{}\"); !found) return {};\n", i,
                        "src/module_" + std::to_string(i % 17), i * 31 % 101);
    if (i % 7 == 0) text += "\t// größer als üblich: see the note about résumés — and “quotes”\n";
  }
  return text;
}

void WriteMessage(JsonWriter& json, std::string_view role, std::string_view text) {
  json.Object().Key("role").String(role).Key("content").String(text).EndObject();
}

void WriteRound(JsonWriter& json, int round) {
  const std::string id = fmt::format("call_{:024}", round);
  WriteMessage(json, "user", "Please look at this again:\n" + Lines(round, 12));
  json.Object().Key("role").String("assistant").Key("content").Null().Key("tool_calls").Array();
  json.Object().Key("id").String(id).Key("type").String("function").Key("function").Object();
  json.Key("name").String(fmt::format("tool_{}", round % kTools));
  std::string arguments;
  JsonWriter(arguments)
      .Object()
      .Key("path")
      .String("src/a.cc")
      .Key("text")
      .String(Lines(round, 20));
  json.Key("arguments").String(arguments + "}").EndObject().EndObject().EndArray().EndObject();
  json.Object().Key("role").String("tool").Key("tool_call_id").String(id);
  json.Key("content").String(Lines(round * 10, 80)).EndObject();
  WriteMessage(json, "assistant", Lines(round * 3, 30));
}

void WriteProperty(JsonWriter& json, int number) {
  json.Key(fmt::format("property_{}", number)).Object();
  json.Key("type").String(number % 2 == 0 ? "string" : "integer");
  json.Key("description").String("What it is for, in a sentence as people write them.");
  if (number % 4 == 0) json.Key("enum").Array().String("one").String("two").EndArray();
  json.EndObject();
}

void WriteTool(JsonWriter& json, int number) {
  json.Object().Key("type").String("function").Key("function").Object();
  json.Key("name").String(fmt::format("tool_{}", number));
  json.Key("description").String("Reads, changes or runs a thing, and tells what came of it.");
  json.Key("parameters").Object().Key("type").String("object").Key("properties").Object();
  for (int i = 0; i < 8; ++i) WriteProperty(json, i);
  json.Key("edits").Object().Key("type").String("array").Key("items").Object();
  json.Key("type").String("object").Key("properties").Object();
  for (int i = 0; i < 3; ++i) WriteProperty(json, i);
  json.EndObject().EndObject().EndObject().EndObject();
  json.Key("required").Array().String("property_0").EndArray().EndObject();
  json.EndObject().EndObject();
}

// A request of about 200 kB.
std::string LongRequest() {
  std::string body;
  JsonWriter json(body);
  json.Object().Key("model").String(kModel).Key("stream").Bool(true).Key("messages").Array();
  WriteMessage(json, "system", "You are a careful engineer.\n" + Lines(0, 40));
  for (int i = 0; i < kRounds; ++i) WriteRound(json, i);
  WriteMessage(json, "user", "And now?");
  json.EndArray().Key("tools").Array();
  for (int i = 0; i < kTools; ++i) WriteTool(json, i);
  json.EndArray().Key("temperature").Double(0.2).Key("max_tokens").Int(8192).EndObject();
  return body;
}

// Converts like the gateway (exchange.cc, chat_call.cc) if it knows no signature.
std::string Convert(std::string_view body) {
  GeminiWriteOptions options;
  options.signatures = [](std::string_view, std::string_view) { return std::string(); };
  const auto request = OpenAiChat().ReadRequest(body);
  auto written = request ? WriteGeminiRequest(*request, TraitsOf(kModel), options)
                         : Result<GeminiRequest>(request.error());
  if (!written) std::abort();
  return std::move(written->body);
}

// The same for a server that speaks OpenAI's API.
std::string ConvertForServer(std::string_view body) {
  const auto request = OpenAiChat().ReadRequest(body);
  auto written =
      request ? WriteOpenAiRequest(*request, {"llama3.3"}) : Result<OpenAiRequest>(request.error());
  if (!written) std::abort();
  return std::move(written->body);
}

std::string ParseAndDump(std::string_view body) { return nlohmann::json::parse(body).dump(); }

// The thread's CPU time, so that other work on the machine does not count.
double SecondsOfThread() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

template <class Function>
double Seconds(Function function) {
  const double start = SecondsOfThread();
  benchmark::DoNotOptimize(function());
  return SecondsOfThread() - start;
}

// Alternates between the two, so that both are measured under the same conditions.
void ConvertRequest(benchmark::State& state) {
  const std::string body = LongRequest();
  double ours = 0;
  double theirs = 0;
  for (auto _ : state) {
    ours += Seconds([&] { return Convert(body); });
    state.PauseTiming();
    theirs += Seconds([&] { return ParseAndDump(body); });
    state.ResumeTiming();
  }
  const auto iterations = static_cast<double>(state.iterations());
  state.counters["kB"] = static_cast<double>(body.size()) / 1000;
  state.counters["nlohmann_us"] = theirs / iterations * 1e6;
  state.counters["ratio"] = ours / theirs;
  state.SetLabel("(ratio at most 0.15)");
}

// Alternates between the upstreams.
void ConvertRequestForServer(benchmark::State& state) {
  const std::string body = LongRequest();
  double server = 0;
  double gemini = 0;
  for (auto _ : state) {
    server += Seconds([&] { return ConvertForServer(body); });
    state.PauseTiming();
    gemini += Seconds([&] { return Convert(body); });
    state.ResumeTiming();
  }
  state.counters["gemini_us"] = gemini / static_cast<double>(state.iterations()) * 1e6;
  state.counters["ratio"] = server / gemini;
  state.SetLabel("(of the time for Gemini)");
}

// A piece of text in the middle of a stream, about 300 bytes.
constexpr std::string_view kChunk =
    "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"so the index is built once, "
    "and "
    "what is asked of it later costs nothing more\"}],\"role\": \"model\"},\"index\": 0}],"
    "\"usageMetadata\": {\"promptTokenCount\": 1234,\"candidatesTokenCount\": "
    "16,\"totalTokenCount\": "
    "1250},\"modelVersion\": \"gemini-2.5-pro\",\"responseId\": \"Zk3\"}\r\n\r\n";

// The same text from a server with OpenAI's API, which reports the usage once, at the end.
constexpr std::string_view kServerChunk =
    "data: {\"id\":\"chatcmpl-Zk3\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
    "\"model\":\"llama3.3\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"so the index is "
    "built "
    "once, and what is asked of it later costs nothing more\"},\"logprobs\":null,"
    "\"finish_reason\":null}]}\n\n";

/// A stream in progress.
template <class Reader>
class Relay {
 public:
  explicit Relay(std::string_view chunk) : chunk_(chunk), reader_([] { return RandomId(24); }) {}

  // A function of its own, so that callgrind counts its instructions (tests/bench/instructions.sh).
  [[gnu::noinline]] void Chunk() {
    out_.clear();
    reader_.Push(chunk_);
    while (auto event = reader_.Next()) writer_->Write(*event, out_);
    benchmark::DoNotOptimize(out_.data());
  }

  std::size_t written() const { return out_.size(); }

 private:
  const std::string_view chunk_;
  Reader reader_;
  std::unique_ptr<StreamWriter> writer_ =
      OpenAiChat().NewStreamWriter({"0123456789abcdefghijklmn", "gpt-4o", 1'700'000'000, nullptr});
  std::string out_;
};

template <class Reader>
double AllocationsAChunk(Relay<Reader>& relay) {
  constexpr int kChunks = 1000;
  const test::Allocations all;
  for (int i = 0; i < kChunks; ++i) relay.Chunk();
  return static_cast<double>(all.count()) / kChunks;
}

void StreamChunk(benchmark::State& state) {
  Relay<GeminiStreamReader> relay(kChunk);
  relay.Chunk();  // the first one opens the stream
  for (auto _ : state) relay.Chunk();
  state.counters["bytes_in"] = static_cast<double>(kChunk.size());
  state.counters["bytes_out"] = static_cast<double>(relay.written());
  state.counters["allocations"] = AllocationsAChunk(relay);
}

// Alternates between the upstreams, a hundred chunks at a time.
void StreamChunkOfServer(benchmark::State& state) {
  constexpr int kChunks = 100;
  Relay<OpenAiStreamReader> server(kServerChunk);
  Relay<GeminiStreamReader> gemini(kChunk);
  const auto pass = [](auto& relay) {
    for (int i = 0; i < kChunks; ++i) relay.Chunk();
    return relay.written();
  };
  double ours = 0;
  double theirs = 0;
  for (auto _ : state) {
    ours += Seconds([&] { return pass(server); });
    state.PauseTiming();
    theirs += Seconds([&] { return pass(gemini); });
    state.ResumeTiming();
  }
  const auto chunks = static_cast<double>(state.iterations()) * kChunks;
  state.counters["chunk_ns"] = ours / chunks * 1e9;
  state.counters["gemini_ns"] = theirs / chunks * 1e9;
  state.counters["ratio"] = ours / theirs;
  state.counters["bytes_in"] = static_cast<double>(kServerChunk.size());
  state.counters["bytes_out"] = static_cast<double>(server.written());
  state.counters["allocations"] = AllocationsAChunk(server);
  state.SetLabel("(of the time for Gemini)");
}

BENCHMARK(ConvertRequest);
BENCHMARK(ConvertRequestForServer);
BENCHMARK(StreamChunk);
BENCHMARK(StreamChunkOfServer);

}  // namespace
}  // namespace agm::protocol
