#include "core/protocol/openai/transcriptions_response.h"

#include <cmath>
#include <optional>
#include <utility>

#include "core/base/json_writer.h"
#include "core/protocol/openai/error.h"
#include "core/protocol/openai/transcript.h"
#include "core/protocol/openai/transcriptions_request.h"
#include "core/protocol/shared/sse.h"

namespace agm::protocol {
namespace {

std::string TextOf(const chat::Choice& choice) {
  std::string text;
  for (const chat::Block& block : choice.blocks) {
    if (const auto* piece = std::get_if<chat::Text>(&block)) text += piece->text;
  }
  return text;
}

// The error for an incomplete transcript, because clients could take it for a complete one.
std::optional<Error> Lacking(chat::FinishReason finish) {
  if (finish == chat::FinishReason::kContentFilter) {
    return Invalid("content_filter", "file",
                   "the upstream's safety rules hold this recording's transcript back");
  }
  if (finish != chat::FinishReason::kLength) return std::nullopt;
  Error error = Fail(ErrorCode::kUpstreamRejected,
                     "the transcript is longer than the model can write; split the recording");
  error.reason = "transcript_too_long";
  return error;
}

void WriteTokens(JsonWriter& json, const chat::Usage& usage) {
  json.Object().Key("type").String("tokens").Key("input_tokens").Int(usage.input);
  json.Key("input_token_details").Object();
  json.Key("text_tokens").Int(usage.input - usage.input_audio);
  json.Key("audio_tokens").Int(usage.input_audio).EndObject();
  json.Key("output_tokens").Int(usage.output);
  json.Key("total_tokens").Int(usage.input + usage.output).EndObject();
}

std::string WriteJson(std::string_view text, const chat::Usage& usage) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("text").String(text);
  if (usage.known) WriteTokens(json.Key("usage"), usage);
  json.EndObject();
  return out;
}

// Measurements of Whisper that these models do not have are written as 0.
void WriteSegment(JsonWriter& json, const Spoken& segment, int id, double temperature) {
  json.Object().Key("id").Int(id).Key("seek").Int(0);
  json.Key("start").Double(segment.start).Key("end").Double(segment.end);
  json.Key("text").String(segment.text).Key("tokens").Array().EndArray();
  json.Key("temperature").Double(temperature).Key("avg_logprob").Int(0);
  json.Key("compression_ratio").Int(0).Key("no_speech_prob").Int(0).EndObject();
}

bool Wants(const Reply& reply, const char* what) {
  return reply.request != nullptr && reply.request->extra.contains(what);
}

std::string WriteVerbose(const Transcript& transcript, const Reply& reply) {
  const double temperature =
      reply.request == nullptr ? 0 : reply.request->sampling.temperature.value_or(0);
  std::string out;
  JsonWriter json(out);
  json.Object().Key("task").String("transcribe").Key("language").String(transcript.language);
  json.Key("duration").Double(transcript.Seconds()).Key("text").String(transcript.Text());
  if (Wants(reply, kAskedWords)) {
    json.Key("words").Array();
    for (const Spoken& word : transcript.words) {
      json.Object().Key("word").String(word.text).Key("start").Double(word.start);
      json.Key("end").Double(word.end).EndObject();
    }
    json.EndArray();
  }
  if (Wants(reply, kAskedSegments)) {
    json.Key("segments").Array();
    int id = 0;
    for (const Spoken& segment : transcript.segments) {
      WriteSegment(json, segment, id++, temperature);
    }
    json.EndArray();
  }
  json.Key("usage").Object().Key("type").String("duration").Key("seconds");
  json.Int(static_cast<std::int64_t>(std::ceil(transcript.Seconds()))).EndObject().EndObject();
  return out;
}

class TranscriptionStream : public StreamWriter {
 public:
  void Write(const chat::Event& event, std::string& out) override {
    std::visit([&](const auto& e) { On(e, out); }, event);
  }

 private:
  void On(const chat::Started&, std::string&) {}
  void On(const chat::BlockStarted& e, std::string&) { open_ = e.kind == chat::BlockKind::kText; }
  void On(const chat::BlockStopped&, std::string&) {}

  void On(const chat::BlockDelta& e, std::string& out) {
    if (!open_ || e.text.empty()) return;
    text_ += e.text;
    std::string body;
    JsonWriter json(body);
    json.Object().Key("type").String("transcript.text.delta").Key("delta").String(e.text);
    json.EndObject();
    AppendSseData(out, body);
  }

  void On(const chat::Finished& e, std::string& out) {
    const auto lacking = Lacking(e.choices.front().reason);
    if (lacking) return AppendSseData(out, OpenAiErrorBody(*lacking));
    std::string body;
    JsonWriter json(body);
    json.Object().Key("type").String("transcript.text.done").Key("text").String(text_);
    if (e.usage.known) WriteTokens(json.Key("usage"), e.usage);
    json.EndObject();
    AppendSseData(out, body);
  }

  void On(const chat::Failed& e, std::string& out) { AppendSseData(out, OpenAiErrorBody(e.error)); }

  bool open_ = false;  // the open block is text
  std::string text_;
};

}  // namespace

Result<std::string> WriteTranscription(const chat::Response& response, const Reply& reply) {
  if (response.choices.empty()) return Fail(ErrorCode::kUpstreamRejected, "there is no transcript");
  const chat::Choice& choice = response.choices.front();
  if (auto lacking = Lacking(choice.finish)) return *std::move(lacking);
  const std::string text = TextOf(choice);
  const std::string style = reply.request == nullptr ? "json" : reply.request->style;
  if (style == "json") return WriteJson(text, response.usage);
  if (style == "text") return text + "\n";
  const auto transcript = ReadTranscript(text);
  if (!transcript) return transcript.error();
  if (style == "srt") return WriteSrt(*transcript);
  if (style == "vtt") return WriteVtt(*transcript);
  return WriteVerbose(*transcript, reply);
}

std::unique_ptr<StreamWriter> NewTranscriptionStream(Reply) {
  return std::make_unique<TranscriptionStream>();
}

}  // namespace agm::protocol
