#include "core/mock/answer_writer.h"

#include <cstdint>
#include <optional>

#include "core/base/json_writer.h"
#include "core/mock/logprobs.h"
#include "core/mock/pretty.h"

namespace agm::mock {
namespace {

void WriteText(JsonWriter& json, std::string_view text, bool thought, std::string_view signature) {
  json.Object().Key("text").String(text);
  if (thought) json.Key("thought").Bool(true);
  if (!signature.empty()) json.Key("thoughtSignature").String(signature);
  json.EndObject();
}

void WriteMedia(JsonWriter& json, const Answer& answer) {
  json.Object().Key("inlineData").Object();
  json.Key("mimeType").String(answer.media_type).Key("data").String(answer.media);
  json.EndObject().EndObject();
}

void WriteCall(JsonWriter& json, const FunctionCall& call) {
  json.Object().Key("functionCall").Object().Key("name").String(call.name);
  json.Key("args").Raw(call.args);
  if (!call.id.empty()) json.Key("id").String(call.id);
  json.EndObject();
  if (!call.signature.empty()) json.Key("thoughtSignature").String(call.signature);
  json.EndObject();
}

void WriteModality(JsonWriter& json, std::string_view modality, std::int64_t tokens) {
  json.Object().Key("modality").String(modality).Key("tokenCount").Int(tokens).EndObject();
}

// Splits `all` tokens by modality; modalities without tokens are left out.
void WriteModalities(JsonWriter& json, std::string_view field, std::int64_t all, std::int64_t image,
                     std::int64_t audio) {
  json.Key(field).Array();
  if (all > image + audio) WriteModality(json, "TEXT", all - image - audio);
  if (image > 0) WriteModality(json, "IMAGE", image);
  if (audio > 0) WriteModality(json, "AUDIO", audio);
  json.EndArray();
}

// Writes the totals so far; `output` counts the answer's own tokens up to this event.
void WriteUsage(JsonWriter& json, const Answer& answer, std::int64_t output) {
  json.Key("usageMetadata").Object();
  json.Key("promptTokenCount").Int(answer.prompt_tokens);
  if (output > 0) json.Key("candidatesTokenCount").Int(output);
  json.Key("totalTokenCount").Int(answer.prompt_tokens + output + answer.thought_tokens);
  if (answer.cached_tokens > 0) json.Key("cachedContentTokenCount").Int(answer.cached_tokens);
  WriteModalities(json, "promptTokensDetails", answer.prompt_tokens, answer.prompt_image_tokens,
                  answer.prompt_audio_tokens);
  const std::int64_t media = MediaTokens(answer);
  if (media > 0 && output >= OutputTokens(answer)) {
    const bool picture = answer.media_type.starts_with("image/");
    WriteModalities(json, "candidatesTokensDetails", output, picture ? media : 0,
                    picture ? 0 : media);
  }
  if (answer.thought_tokens > 0) json.Key("thoughtsTokenCount").Int(answer.thought_tokens);
  json.EndObject();
}

void WriteTrailer(JsonWriter& json, const Answer& answer, std::int64_t output) {
  WriteUsage(json, answer, output);
  json.Key("modelVersion").String(answer.model_version);
  json.Key("responseId").String(answer.response_id);
}

void WriteFinish(JsonWriter& json, const Answer& answer) {
  if (!answer.finish.empty()) json.Key("finishReason").String(answer.finish);
  if (!answer.finish_message.empty()) json.Key("finishMessage").String(answer.finish_message);
}

std::string WriteBlocked(const Answer& answer) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("promptFeedback").Object();
  json.Key("blockReason").String(answer.block_reason).EndObject();
  WriteTrailer(json, answer, 0);
  json.EndObject();
  return out;
}

// Writes all parts of the answer in order; a text's signature is on the text part itself.
void WriteParts(JsonWriter& json, const Answer& answer) {
  for (const std::string& thought : answer.thoughts) WriteText(json, thought, true, {});
  if (!answer.text.empty()) WriteText(json, answer.text, false, answer.text_signature);
  if (!answer.media_type.empty()) WriteMedia(json, answer);
  for (const FunctionCall& call : answer.calls) WriteCall(json, call);
}

bool HasParts(const Answer& answer) {
  return !answer.thoughts.empty() || !answer.text.empty() || !answer.media_type.empty() ||
         !answer.calls.empty();
}

/// Produces the answer piece by piece; each Next() is one event.
class AnswerStream : public Body {
 public:
  AnswerStream(Answer answer, StreamForm form) : answer_(std::move(answer)), form_(form) {}

  std::optional<Piece> Next() override {
    if (ended_) return std::nullopt;
    std::optional<std::string> event = NextEvent();
    if (!event) {
      ended_ = true;
      if (form_ == StreamForm::kSse) return std::nullopt;
      return Piece{first_ ? "[]" : "]", Duration{0}, false};
    }
    Piece piece{FrameEvent(*event, form_, first_), first_ ? Duration{0} : answer_.pace, false};
    first_ = false;
    return piece;
  }

 private:
  enum class Stage { kThoughts, kText, kMedia, kCalls, kEnd, kDone };

  std::optional<std::string> NextEvent() {
    if (!answer_.block_reason.empty()) {
      if (std::exchange(stage_, Stage::kDone) == Stage::kDone) return std::nullopt;
      return WriteBlocked(answer_);
    }
    switch (stage_) {
      case Stage::kThoughts:
        if (at_ < answer_.thoughts.size()) return Thought();
        at_ = 0;
        stage_ = Stage::kText;
        [[fallthrough]];
      case Stage::kText:
        if (at_ < answer_.text.size()) return Word();
        stage_ = Stage::kMedia;
        [[fallthrough]];
      case Stage::kMedia:
        stage_ = Stage::kCalls;
        if (!answer_.media_type.empty()) return Media();
        [[fallthrough]];
      case Stage::kCalls:
        stage_ = Stage::kEnd;
        if (!answer_.calls.empty()) return Calls();
        [[fallthrough]];
      case Stage::kEnd:
        if (std::exchange(stage_, Stage::kDone) == Stage::kDone || finished_) return std::nullopt;
        return End();
      case Stage::kDone:
        return std::nullopt;
    }
    return std::nullopt;
  }

  template <class WriteParts>
  std::string Event(std::int64_t tokens, bool finish, WriteParts write_parts,
                    std::string_view text = {}) {
    output_ += tokens * answer_.candidates;
    finished_ = finished_ || finish;
    std::string out;
    JsonWriter json(out);
    json.Object().Key("candidates").Array();
    for (int index = 0; index < answer_.candidates; ++index) {
      json.Object().Key("content").Object().Key("parts").Array();
      write_parts(json);
      json.EndArray().Key("role").String("model").EndObject();
      if (finish) WriteFinish(json, answer_);
      WriteLogprobs(json, answer_, text);
      json.Key("index").Int(index).EndObject();
    }
    json.EndArray();
    WriteTrailer(json, answer_, finish ? OutputTokens(answer_) : output_);
    json.EndObject();
    return out;
  }

  std::string Thought() {
    const std::string& thought = answer_.thoughts[at_++];
    return Event(0, false, [&](JsonWriter& json) { WriteText(json, thought, true, {}); });
  }

  std::string Word() {
    const std::string_view rest = std::string_view(answer_.text).substr(at_);
    const std::string_view word = rest.substr(0, WordLength(rest));
    at_ += word.size();
    const bool last = at_ == answer_.text.size() && answer_.media_type.empty() &&
                      answer_.calls.empty() && answer_.text_signature.empty() &&
                      !answer_.finish.empty();
    const std::string_view said = std::string_view(answer_.text).substr(0, at_);
    const std::int64_t tokens =
        CountTokens(said) - CountTokens(said.substr(0, said.size() - word.size()));
    return Event(
        tokens, last, [&](JsonWriter& json) { WriteText(json, word, false, {}); }, word);
  }

  std::string Media() {
    return Event(0, false, [&](JsonWriter& json) { WriteMedia(json, answer_); });
  }

  std::string Calls() {
    return Event(0, false, [&](JsonWriter& json) {
      for (const FunctionCall& call : answer_.calls) WriteCall(json, call);
    });
  }

  std::optional<std::string> End() {
    if (answer_.finish.empty()) return std::nullopt;
    if (!HasParts(answer_)) return Bare();
    return Event(0, true,
                 [&](JsonWriter& json) { WriteText(json, "", false, answer_.text_signature); });
  }

  // An event with a finish reason and no content.
  std::string Bare() {
    std::string out;
    JsonWriter json(out);
    json.Object().Key("candidates").Array().Object();
    json.Key("content").Object().Key("role").String("model").EndObject();
    WriteFinish(json, answer_);
    json.Key("index").Int(0).EndObject().EndArray();
    WriteTrailer(json, answer_, 0);
    json.EndObject();
    return out;
  }

  Answer answer_;
  StreamForm form_;
  Stage stage_ = Stage::kThoughts;
  std::size_t at_ = 0;  // index of the thought, then offset in the text
  std::int64_t output_ = 0;
  bool first_ = true;
  bool finished_ = false;
  bool ended_ = false;
};

}  // namespace

std::string WriteAnswer(const Answer& answer) {
  if (!answer.block_reason.empty()) return Pretty(WriteBlocked(answer));
  std::string out;
  JsonWriter json(out);
  json.Object().Key("candidates").Array();
  for (int index = 0; index < answer.candidates; ++index) {
    json.Object().Key("content").Object();
    if (HasParts(answer)) {
      json.Key("parts").Array();
      WriteParts(json, answer);
      json.EndArray();
    }
    json.Key("role").String("model").EndObject();
    WriteFinish(json, answer);
    WriteLogprobs(json, answer, answer.text);
    json.Key("index").Int(index).EndObject();
  }
  json.EndArray();
  WriteTrailer(json, answer, OutputTokens(answer));
  json.EndObject();
  return Pretty(out);
}

std::unique_ptr<Body> StreamAnswer(Answer answer, StreamForm form) {
  return std::make_unique<AnswerStream>(std::move(answer), form);
}

std::string FrameEvent(std::string_view json, StreamForm form, bool first) {
  std::string out(form == StreamForm::kSse ? "data: " : first ? "[" : ",\r\n");
  out += json;
  if (form == StreamForm::kSse) out += "\r\n\r\n";
  return out;
}

}  // namespace agm::mock
