#include "core/protocol/openai/speech.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/base64.h"
#include "core/base/json_writer.h"
#include "core/protocol/openai/error.h"
#include "core/protocol/shared/fields.h"
#include "core/protocol/shared/sound.h"
#include "core/protocol/shared/sse.h"
#include "core/protocol/shared/wav.h"

namespace agm::protocol {
namespace {

constexpr std::string_view kDefaultFormat = "mp3";

const SoundFormat* FindFormat(std::string_view name) {
  const auto& formats = SoundFormats();
  const auto found = std::find_if(formats.begin(), formats.end(),
                                  [&](const SoundFormat& format) { return format.name == name; });
  return found == formats.end() ? nullptr : &*found;
}

// Request::style is the format.
void ReadFormat(JsonView body, Fields& fields, chat::Request& request) {
  request.style =
      fields.Word(body, "response_format", {}, {"mp3", "opus", "aac", "flac", "wav", "pcm"});
  if (request.style.empty()) request.style = kDefaultFormat;
  if (!fields.ok() || FindFormat(request.style) != nullptr) return;
  std::vector<std::string_view> names;
  for (const SoundFormat& format : SoundFormats()) names.push_back(format.name);
  fields.Refuse("unsupported_value", FieldPath("response_format"),
                fmt::format("this build cannot write {}; available are {}", request.style,
                            fmt::join(names, ", ")));
}

// Speech models take their instructions in front of the text.
std::string PromptOf(JsonView body, Fields& fields) {
  std::string how = fields.Text(body, "instructions", {});
  const double speed = fields.Number(body, "speed", {}, {0.25, 4}).value_or(1);
  if (speed != 1) {
    if (!how.empty()) how += ' ';
    how += fmt::format("Speak {} than usual, at {} times the speed.",
                       speed > 1 ? "faster" : "more slowly", speed);
  }
  std::string text = fields.NeededText(body, "input", {});
  if (text.empty() && fields.ok()) {
    fields.Refuse("invalid_value", FieldPath("input"), "expected a text, found nothing");
  }
  return how.empty() ? text : how + ":\n" + text;
}

Result<Sound> SoundOf(const chat::Response& response) {
  Sound sound;
  bool found = false;
  for (const chat::Choice& choice : response.choices) {
    for (const chat::Block& block : choice.blocks) {
      const auto* media = std::get_if<chat::Media>(&block);
      if (media == nullptr || !IsPcm(media->mime)) continue;
      sound.rate = PcmRate(media->mime);
      sound.samples += DecodeBase64(media->data);
      found = true;
    }
  }
  if (found) return sound;
  Error error = Fail(ErrorCode::kUpstreamRejected, "the model answered without sound");
  error.reason = "empty_response";
  return error;
}

/// The events of stream_format "sse": the file in one piece, because its encoder needs all of it.
class SpeechStream : public StreamWriter {
 public:
  explicit SpeechStream(Reply reply) : reply_(std::move(reply)) {}

  void Write(const chat::Event& event, std::string& out) override {
    if (const auto* failed = std::get_if<chat::Failed>(&event)) {
      return AppendSseData(out, OpenAiErrorBody(failed->error));
    }
    const auto* finished = std::get_if<chat::Finished>(&event);
    const chat::Usage usage = finished != nullptr ? finished->usage : chat::Usage();
    fold_.Add(event);
    if (finished != nullptr) Finish(usage, out);
  }

 private:
  void Finish(const chat::Usage& usage, std::string& out) {
    auto response = std::move(fold_).Finish();
    const auto file = response ? Speech().WriteResponse(*response, reply_)
                               : Result<std::string>(response.error());
    if (!file) return AppendSseData(out, OpenAiErrorBody(file.error()));
    std::string delta;
    JsonWriter(delta)
        .Object()
        .Key("type")
        .String("speech.audio.delta")
        .Key("audio")
        .String(EncodeBase64(*file));
    AppendSseData(out, delta + "}");
    std::string done;
    JsonWriter json(done);
    json.Object().Key("type").String("speech.audio.done").Key("usage").Object();
    json.Key("input_tokens").Int(usage.input).Key("output_tokens").Int(usage.output);
    json.Key("total_tokens").Int(usage.input + usage.output).EndObject().EndObject();
    AppendSseData(out, done);
  }

  Reply reply_;
  chat::Fold fold_;
};

}  // namespace

Result<chat::Request> Speech::ReadRequest(std::string_view text) const {
  const auto doc = ParseBody(text);
  if (!doc) return doc.error();
  const JsonView body = doc->root();
  Fields fields;
  chat::Request request;
  request.model = fields.NeededText(body, "model", {});
  chat::Message message;
  message.blocks.emplace_back(chat::Text{PromptOf(body, fields), {}});
  request.messages.push_back(std::move(message));
  request.modalities = {"audio"};
  const JsonView voice = body["voice"];
  request.voice = voice.is(JsonKind::kObject) ? voice["id"].text() : voice.text();
  ReadFormat(body, fields, request);
  request.stream = fields.Word(body, "stream_format", {}, {"audio", "sse"}) == "sse";
  if (!fields.ok()) return *fields.error();
  return request;
}

Result<std::string> Speech::WriteResponse(const chat::Response& response,
                                          const Reply& reply) const {
  const auto sound = SoundOf(response);
  if (!sound) return sound.error();
  return EncodeSound(*sound, reply.request->style);
}

std::string_view Speech::ContentType(const chat::Request& request) const {
  const SoundFormat* format = FindFormat(request.style);
  return format != nullptr ? format->mime : "application/octet-stream";
}

std::unique_ptr<StreamWriter> Speech::NewStreamWriter(Reply reply) const {
  return std::make_unique<SpeechStream>(std::move(reply));
}

WireError Speech::WriteError(const Error& error, std::string_view) const {
  return WriteOpenAiError(error);
}

}  // namespace agm::protocol
