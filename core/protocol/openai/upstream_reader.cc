#include "core/protocol/openai/upstream_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/protocol/shared/media.h"
#include "core/protocol/shared/numbers.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kLargestBody = 64U << 20U;
constexpr int kMostChoices = 128;
constexpr std::size_t kMostExtra = 16;

std::vector<chat::TokenLogprob> ReadLogprobs(JsonView logprobs) {
  std::vector<chat::TokenLogprob> tokens;
  for (const JsonView json : logprobs["content"].items()) {
    chat::TokenLogprob token{json["token"].text(), json["logprob"].number().value_or(0), {}};
    for (const JsonView other : json["top_logprobs"].items()) {
      token.top.push_back({other["token"].text(), other["logprob"].number().value_or(0)});
    }
    tokens.push_back(std::move(token));
  }
  return tokens;
}

std::int64_t Count(JsonView number) {
  return std::max<std::int64_t>(IntegerOf(number).value_or(0), 0);
}

// The thoughts in the first of the spellings that is there.
std::string ThoughtsIn(JsonView message) {
  for (const std::string_view key : {"reasoning_content", "reasoning", "thinking"}) {
    if (const JsonView text = message[key]; text.is(JsonKind::kString)) return text.text();
  }
  std::string all;
  for (const JsonView detail : message["reasoning_details"].items()) {
    all += detail["text"] ? detail["text"].text() : detail["summary"].text();
  }
  return all;
}

chat::FinishReason FinishOf(JsonView reason) {
  if (reason.equals("length") || reason.equals("max_tokens")) return chat::FinishReason::kLength;
  if (reason.equals("content_filter")) return chat::FinishReason::kContentFilter;
  return chat::FinishReason::kStop;
}

}  // namespace

OpenAiStreamReader::OpenAiStreamReader(IdSource ids, OpenAiReading reading)
    : ids_(std::move(ids)), reading_(std::move(reading)) {}

void OpenAiStreamReader::Push(std::string_view bytes) {
  if (ended_ || complete_) return;
  if (format_ == Format::kUnknown) {
    const std::size_t first = bytes.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    if (first == std::string_view::npos) return;
    format_ = bytes[first] == '{' ? Format::kJson : Format::kSse;
  }
  if (format_ == Format::kSse) {
    sse_.Push(bytes);
    return DrainSse();
  }
  if (body_.size() + bytes.size() > kLargestBody) {
    return FailAs("upstream_garbage", "the upstream's answer is far too large");
  }
  body_ += bytes;
}

void OpenAiStreamReader::DrainSse() {
  while (!ended_ && !complete_) {
    const auto event = sse_.Next();
    if (!event) break;
    if (event->data == "[DONE]") {
      complete_ = true;
    } else if (!event->data.empty()) {
      ReadEvent(event->name, event->data);
    }
  }
  if (!ended_ && sse_.overflowed()) {
    FailAs("upstream_garbage", "the upstream sent an event that is far too large");
  }
}

void OpenAiStreamReader::Close() {
  if (ended_) return;
  if (format_ == Format::kJson) {
    complete_ = true;
    ReadEvent({}, body_);
  } else {
    sse_.Close();
    DrainSse();
  }
  if (!ended_) Finish();
}

std::optional<chat::Event> OpenAiStreamReader::Next() { return events_.pop(); }

void OpenAiStreamReader::ReadEvent(std::string_view name, std::string_view json) {
  const auto doc = JsonDoc::Parse(json);
  if (!doc || !doc->root().is(JsonKind::kObject)) {
    return FailAs("upstream_garbage", "the upstream sent something else than chunks of an answer");
  }
  const JsonView root = doc->root();
  const bool error = root["error"] || name == "error" || root["object"].equals("error") ||
                     root["type"].equals("error") || (root["detail"] && !root["choices"]);
  if (error) return ReadError(root, json);
  Start(root);
  ReadUsage(root["usage"] ? root["usage"] : root["x_groq"]["usage"]);
  for (const JsonView choice : root["choices"].items()) {
    ReadChoice(choice);
    if (ended_) return;
  }
  ReadExtra(root);
}

void OpenAiStreamReader::ReadError(JsonView root, std::string_view json) {
  const JsonView error = root["error"].is(JsonKind::kObject) ? root["error"] : root;
  const auto code = IntegerOf(error["code"]).value_or(IntegerOf(error["status"]).value_or(0));
  upstream_error_ =
      UpstreamError{static_cast<int>(std::clamp<std::int64_t>(code, 0, 999)), std::string(json)};
  FailAs("upstream_error", "the upstream broke off its answer with an error");
}

void OpenAiStreamReader::Start(JsonView root) {
  if (started_) return;
  started_ = true;
  Emit(chat::Started{root["id"].text(), root["model"].text()});
}

// Members that no other dialect has, such as `timings` or `provider`; the last chunk's count.
void OpenAiStreamReader::ReadExtra(JsonView root) {
  static constexpr std::array<std::string_view, 9> kKnown = {
      "id",     "object", "created", "model", "choices", "usage", "system_fingerprint",
      "x_groq", "error"};
  for (const JsonMember member : root.members()) {
    const std::string key = member.key.text();
    const bool known = std::find(kKnown.begin(), kKnown.end(), key) != kKnown.end();
    if (known || member.value.is(JsonKind::kNull) || key.size() > 64) continue;
    if (extra_.size() < kMostExtra) extra_["openai." + key] = member.value.raw();
  }
}

void OpenAiStreamReader::ReadUsage(JsonView usage) {
  if (!usage.is(JsonKind::kObject)) return;
  const JsonView input = usage["prompt_tokens_details"];
  const JsonView own = usage["completion_tokens_details"];
  const JsonView output = own ? own : usage["output_tokens_details"];
  usage_.known = true;
  usage_.input = Count(usage["prompt_tokens"]);
  usage_.output = Count(usage["completion_tokens"]);
  usage_.cached =
      Count(input["cached_tokens"] ? input["cached_tokens"] : usage["prompt_cache_hit_tokens"]);
  usage_.input_audio = Count(input["audio_tokens"]);
  usage_.input_image = Count(input["image_tokens"]);
  usage_.thoughts = Count(output["reasoning_tokens"]);
  // Some servers count thoughts beside the completion's tokens; the total tells.
  const bool beside =
      Count(usage["total_tokens"]) == usage_.input + usage_.output + usage_.thoughts;
  if (beside) usage_.output += usage_.thoughts;
  usage_.output_audio = Count(output["audio_tokens"]);
  usage_.output_image = Count(output["image_tokens"]);
}

void OpenAiStreamReader::ReadChoice(JsonView json) {
  const auto index = reading_.one_choice ? 0 : IntegerOf(json["index"]).value_or(0);
  if (index < 0 || index >= kMostChoices) {
    return FailAs("upstream_garbage", "the upstream numbers a choice out of range");
  }
  const int at = static_cast<int>(index);
  Choice& choice = choices_[at];
  const JsonView message = json["delta"] ? json["delta"] : json["message"];
  ReadMessage(at, choice, message, json["logprobs"]);
  ReadUsage(json["usage"]);
  if (ended_) return;
  if (const JsonView reason = json["finish_reason"]; reason.is(JsonKind::kString)) {
    ReadFinish(choice, reason);
  }
}

void OpenAiStreamReader::ReadMessage(int index, Choice& choice, JsonView message,
                                     JsonView logprobs) {
  if (std::string thoughts = ThoughtsIn(message); !thoughts.empty()) {
    AddText(index, choice, chat::BlockKind::kThought, std::move(thoughts));
  }
  choice.details.Add(message["reasoning_details"]);
  ReadContent(index, choice, message["content"], logprobs);
  if (std::string refusal = message["refusal"].text(); !refusal.empty()) {
    AddText(index, choice, chat::BlockKind::kRefusal, std::move(refusal));
  }
  ReadMedia(index, choice, message);
  ReadCitations(choice, message["annotations"]);
  for (const JsonView call : message["tool_calls"].items()) choice.calls.Add(call);
  if (const JsonView call = message["function_call"]) choice.calls.Add(call);
  AddCalls(index, choice);
}

void OpenAiStreamReader::ReadContent(int index, Choice& choice, JsonView content,
                                     JsonView logprobs) {
  std::string text = content.text();
  for (const JsonView part : content.items()) {
    if (part["thinking"]) {
      for (const JsonView thought : part["thinking"].items()) {
        AddText(index, choice, chat::BlockKind::kThought, thought["text"].text());
      }
    } else {
      text += part["text"].text();
    }
  }
  auto tokens = ReadLogprobs(logprobs);
  if (!text.empty() || !tokens.empty()) {
    AddText(index, choice, chat::BlockKind::kText, std::move(text), std::move(tokens));
  }
}

void OpenAiStreamReader::ReadMedia(int index, Choice& choice, JsonView message) {
  for (const JsonView image : message["images"].items()) {
    const auto media = MediaFromUrl(image["image_url"]["url"].text(), chat::MediaKind::kImage);
    if (media && !media->data.empty()) AddMedia(index, choice, *media);
  }
  const JsonView audio = message["audio"];
  if (!audio["data"]) return;
  const auto media =
      MediaFromBase64(audio["data"].text(), "audio/wav", {}, chat::MediaKind::kAudio);
  if (media) AddMedia(index, choice, *media);
}

void OpenAiStreamReader::AddMedia(int index, Choice& choice, const chat::Media& media) {
  CloseBlock(index, choice);
  chat::BlockStarted started;
  started.choice = index;
  started.kind = chat::BlockKind::kMedia;
  started.mime = media.mime;
  Emit(std::move(started));
  Emit(chat::BlockDelta{index, media.data, {}});
  Emit(chat::BlockStopped{index, {}});
}

void OpenAiStreamReader::ReadCitations(Choice& choice, JsonView notes) {
  for (const JsonView note : notes.items()) {
    const JsonView url = note["url_citation"];
    if (!url["url"]) continue;
    choice.citations.push_back({Count(url["start_index"]), Count(url["end_index"]),
                                url["url"].text(), url["title"].text()});
  }
}

void OpenAiStreamReader::ReadFinish(Choice& choice, JsonView reason) {
  if (reason.equals("error")) {
    return FailAs("finish_reason_other", "the upstream's model ended with an error");
  }
  choice.finish = FinishOf(reason);
}

void OpenAiStreamReader::AddText(int index, Choice& choice, chat::BlockKind kind, std::string text,
                                 std::vector<chat::TokenLogprob> logprobs) {
  if (choice.call_open) {
    if (kind == chat::BlockKind::kText) choice.behind_call += text;
    return;
  }
  if (choice.open != kind) {
    CloseBlock(index, choice);
    chat::BlockStarted started;
    started.choice = index;
    started.kind = kind;
    Emit(std::move(started));
    choice.open = kind;
  }
  Emit(chat::BlockDelta{index, std::move(text), std::move(logprobs)});
}

void OpenAiStreamReader::CloseBlock(int index, Choice& choice) {
  if (!choice.open) return;
  choice.open.reset();
  Emit(chat::BlockStopped{index, {}});
}

void OpenAiStreamReader::AddDetails(int index, const Choice& choice) {
  std::string details = choice.details.Json();
  if (details.empty()) return;
  Emit(chat::BlockStarted{index, chat::BlockKind::kOpaque, {}, "openai", {}});
  Emit(chat::BlockDelta{index, std::move(details), {}});
  Emit(chat::BlockStopped{index, {}});
}

// Passes on what came of the first call. A custom tool's input comes whole, and so do the calls of
// a response that is one object.
void OpenAiStreamReader::AddCalls(int index, Choice& choice) {
  if (choice.calls.empty() || format_ != Format::kSse) return;
  OpenAiCallPieces& call = choice.calls.all().front();
  if (call.name.empty() || reading_.custom_tools.contains(call.name)) return;
  if (!std::exchange(choice.call_open, true)) {
    CloseBlock(index, choice);
    BeginCall(index, call);
  }
  if (call.told == call.arguments.size()) return;
  Emit(chat::BlockDelta{index, call.arguments.substr(call.told), {}});
  call.told = call.arguments.size();
}

void OpenAiStreamReader::BeginCall(int index, OpenAiCallPieces& call) {
  const bool usable = !call.id.empty() && call.id.size() <= kLongestCallId;
  if (!usable || !used_ids_.insert(call.id).second) {
    call.id = "call_" + ids_();
    used_ids_.insert(call.id);
  }
  chat::BlockStarted started;
  started.choice = index;
  started.kind = chat::BlockKind::kToolCall;
  started.id = call.id;
  started.name = call.name;
  if (reading_.custom_tools.contains(call.name)) started.tool = chat::ToolKind::kCustom;
  Emit(std::move(started));
}

// Ends the calls of a choice; false if the model made one whose arguments are no JSON object.
bool OpenAiStreamReader::EndCalls(int index, Choice& choice) {
  auto& calls = choice.calls.all();
  if (reading_.one_call && calls.size() > 1) calls.resize(1);
  for (OpenAiCallPieces& call : calls) {
    const bool begun = choice.call_open && &call == &calls.front();
    const bool valid = IsJsonObject(call.arguments);
    if (!begun && !call.arguments.empty() && !valid) {
      if (choice.finish == chat::FinishReason::kLength) continue;  // the call was cut off
      return false;
    }
    if (!begun) BeginCall(index, call);
    std::string rest = call.arguments.substr(call.told);
    if (reading_.custom_tools.contains(call.name)) {
      const auto doc = JsonDoc::Parse(call.arguments);
      const JsonView input = doc ? doc->root()["input"] : JsonView();
      if (input.is(JsonKind::kString)) rest = input.text();
    } else if (call.arguments.empty()) {
      rest = "{}";
    }
    if (!rest.empty()) Emit(chat::BlockDelta{index, std::move(rest), {}});
    Emit(chat::BlockStopped{index, {}});
  }
  choice.call_open = false;
  return true;
}

void OpenAiStreamReader::Finish() {
  if (choices_.empty()) {
    if (format_ == Format::kSse && !complete_) {
      return FailAs("upstream_stream_truncated", "the upstream's answer broke off");
    }
    return FailAs(started_ ? "no_candidates" : "upstream_garbage",
                  "the upstream's answer holds no choice");
  }
  chat::Finished finished;
  for (auto& [index, choice] : choices_) {
    if (!choice.finish && !complete_) {
      return FailAs("upstream_stream_truncated", "the upstream's answer broke off");
    }
    CloseBlock(index, choice);
    const bool calls = !choice.calls.empty();
    if (!EndCalls(index, choice)) {
      return FailAs("malformed_function_call", "the model made a call that is no valid JSON");
    }
    if (!choice.behind_call.empty()) {
      AddText(index, choice, chat::BlockKind::kText, std::move(choice.behind_call));
      CloseBlock(index, choice);
    }
    AddDetails(index, choice);
    chat::FinishReason reason = choice.finish.value_or(chat::FinishReason::kStop);
    if (calls && reason == chat::FinishReason::kStop) reason = chat::FinishReason::kToolCalls;
    finished.choices.push_back({index, reason, std::move(choice.citations)});
  }
  finished.usage = usage_;
  finished.extra = std::move(extra_);
  Emit(std::move(finished));
  ended_ = true;
}

void OpenAiStreamReader::FailAs(std::string_view reason, std::string message) {
  const bool broken = reason == "upstream_stream_truncated" || reason == "upstream_error";
  Error error = agm::Fail(broken ? ErrorCode::kUpstreamUnavailable : ErrorCode::kUpstreamRejected,
                          "{}", message);
  error.reason = reason;
  Fail(std::move(error));
}

void OpenAiStreamReader::Fail(Error error) {
  if (ended_) return;
  if (!std::exchange(started_, true)) Emit(chat::Started{});
  Emit(chat::Failed{std::move(error)});
  ended_ = true;
}

}  // namespace agm::protocol
