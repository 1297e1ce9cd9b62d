#include "core/mock/openai_answer.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/base/ascii.h"
#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/mock/answer_writer.h"

namespace agm::mock {
namespace {

constexpr std::array<std::string_view, 10> kOddities = {
    "roles",    "no-index",    "whole-calls", "usage-with-choices", "no-usage",
    "comments", "event-lines", "no-done",     "reasoning",          "think"};

bool Is(const Fault& fault, std::string_view oddity) {
  return std::find(fault.odd.begin(), fault.odd.end(), oddity) != fault.odd.end();
}

std::string_view FinishOf(const Answer& answer) {
  if (!answer.calls.empty()) return "tool_calls";
  if (answer.finish == "MAX_TOKENS") return "length";
  return answer.finish == "SAFETY" || !answer.block_reason.empty() ? "content_filter" : "stop";
}

std::string Thoughts(const Answer& answer) {
  std::string all;
  for (const std::string& thought : answer.thoughts) all += thought;
  return all;
}

std::string TextOf(const Answer& answer, const Fault& fault) {
  const std::string thoughts = Thoughts(answer);
  const bool tags = Is(fault, "think") && !thoughts.empty();
  return tags ? "<think>" + thoughts + "</think>" + answer.text : answer.text;
}

void WriteUsage(JsonWriter& json, const Answer& answer) {
  const std::int64_t output = OutputTokens(answer) + answer.thought_tokens;
  json.Key("usage").Object().Key("prompt_tokens").Int(answer.prompt_tokens);
  json.Key("completion_tokens").Int(output);
  json.Key("total_tokens").Int(answer.prompt_tokens + output);
  json.Key("completion_tokens_details").Object();
  json.Key("reasoning_tokens").Int(answer.thought_tokens).EndObject().EndObject();
}

void WriteCall(JsonWriter& json, const Answer& answer, std::size_t at, bool with_index) {
  const FunctionCall& call = answer.calls[at];
  json.Object();
  if (with_index) json.Key("index").Int(static_cast<std::int64_t>(at));
  json.Key("id").String("call_" + answer.response_id + std::to_string(at));
  json.Key("type").String("function").Key("function").Object().Key("name").String(call.name);
  json.Key("arguments").String(call.args).EndObject().EndObject();
}

/// The stream, chunk by chunk.
class ChunkBody : public Body {
 public:
  ChunkBody(const Answer& answer, const Fault& fault) : answer_(answer), fault_(fault) {
    Thought();
    Words();
    Calls();
    End();
  }

  std::optional<Piece> Next() override {
    if (at_ == pieces_.size()) return std::nullopt;
    return pieces_[at_++];
  }

 private:
  // A chunk with the members of its delta, a finish reason, and members after the choices.
  void Chunk(std::string_view delta, std::string_view finish, bool usage, Duration pause) {
    std::string text;
    JsonWriter json(text);
    json.Object().Key("id").String("chatcmpl-" + answer_.response_id);
    json.Key("object").String("chat.completion.chunk").Key("created").Int(1);
    json.Key("model").String(answer_.model_version).Key("choices").Array();
    json.Object().Key("index").Int(0).Key("delta").Object();
    if (pieces_.empty() || Is(fault_, "roles")) json.Key("role").String("assistant");
    json.RawMembers(delta).EndObject().Key("finish_reason");
    finish.empty() ? json.Null() : json.String(finish);
    json.EndObject().EndArray();
    if (usage) WriteUsage(json, answer_);
    json.EndObject();
    Frame(text, pause);
  }

  void Frame(const std::string& data, Duration pause) {
    std::string frame;
    if (Is(fault_, "comments")) frame += ": PROCESSING\n\n";
    if (Is(fault_, "event-lines")) frame += "event: message\n";
    frame += "data: " + data + "\n\n";
    pieces_.push_back({std::move(frame), pause, false});
  }

  static std::string Member(std::string_view key, std::string_view text) {
    std::string member;
    JsonWriter(member).Key(key).String(text);
    return member;
  }

  void Thought() {
    if (Is(fault_, "think")) return;
    const std::string_view key = Is(fault_, "reasoning") ? "reasoning" : "reasoning_content";
    for (const std::string& thought : answer_.thoughts) {
      Chunk(Member(key, thought), {}, false, answer_.pace);
    }
  }

  void Words() {
    const std::string text = TextOf(answer_, fault_);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t space = text.find(' ', at);
      const std::size_t end = space == std::string::npos ? text.size() : space + 1;
      Chunk(Member("content", std::string_view(text).substr(at, end - at)), {}, false,
            answer_.pace);
      at = end;
    }
  }

  void Calls() {
    if (answer_.calls.empty()) return;
    const bool whole = Is(fault_, "whole-calls");
    std::string delta;
    for (std::size_t at = 0; at < answer_.calls.size(); ++at) {
      JsonWriter json(delta);
      if (delta.empty()) json.Key("tool_calls").Array();
      std::string call;
      JsonWriter one(call);
      WriteCall(one, answer_, at, !Is(fault_, "no-index"));
      delta += (delta.ends_with('[') ? "" : ",") + call;
      const bool last = at + 1 == answer_.calls.size();
      if (whole && !last) continue;
      Chunk(delta + "]", {}, false, answer_.pace);
      delta.clear();
    }
  }

  void End() {
    const bool usage = !Is(fault_, "no-usage");
    const bool with_choices = Is(fault_, "usage-with-choices");
    if (!answer_.finish.empty()) Chunk({}, FinishOf(answer_), usage && with_choices, Duration(0));
    if (usage && !with_choices) {
      std::string text;
      JsonWriter json(text);
      json.Object().Key("object").String("chat.completion.chunk").Key("choices").Array().EndArray();
      WriteUsage(json, answer_);
      json.EndObject();
      Frame(text, Duration(0));
    }
    const bool done = !Is(fault_, "no-done") && !answer_.finish.empty();
    if (done) pieces_.push_back({"data: [DONE]\n\n", Duration(0), false});
  }

  const Answer answer_;
  const Fault fault_;
  std::vector<Piece> pieces_;
  std::size_t at_ = 0;
};

/// Sends an error after a number of the body's pieces.
class FailingBody : public Body {
 public:
  FailingBody(std::unique_ptr<Body> body, int after, std::string error)
      : body_(std::move(body)), after_(after), error_(std::move(error)) {}

  std::optional<Piece> Next() override {
    if (after_ < 0) return std::nullopt;
    if (after_-- > 0) return body_->Next();
    return Piece{"data: " + error_ + "\n\n", Duration(0), false};
  }

 private:
  std::unique_ptr<Body> body_;
  int after_;
  std::string error_;
};

std::string_view CodeOf(const GoogleError& error) {
  if (error.http == 401 || error.message.find("API key") != std::string::npos) {
    return "invalid_api_key";
  }
  if (error.http == 404) return "model_not_found";
  return error.http == 429 ? "rate_limit_exceeded" : "";
}

std::string ErrorText(const GoogleError& error) {
  std::string text;
  JsonWriter json(text);
  json.Object().Key("error").Object().Key("message").String(error.message);
  json.Key("type").String(AsciiLower(error.status)).Key("param").Null().Key("code");
  CodeOf(error).empty() ? json.Int(error.http) : json.String(CodeOf(error));
  json.EndObject().EndObject();
  return text;
}

// The delay of a quota error: {"@type": "...RetryInfo", "retryDelay": "36s"}.
std::string DelayOf(const GoogleError& error) {
  for (const std::string& detail : error.details) {
    const auto doc = JsonDoc::Parse(detail);
    std::string delay = doc ? doc->root()["retryDelay"].text() : "";
    if (delay.empty()) continue;
    delay.resize(std::min(delay.find_first_not_of("0123456789"), delay.size()));
    return delay;
  }
  return {};
}

}  // namespace

std::span<const std::string_view> Oddities() { return kOddities; }

std::string WriteOpenAiAnswer(const Answer& answer, const Fault& fault) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("id").String("chatcmpl-" + answer.response_id);
  json.Key("object").String("chat.completion").Key("created").Int(1);
  json.Key("model").String(answer.model_version).Key("choices").Array();
  for (int choice = 0; choice < answer.candidates; ++choice) {
    json.Object().Key("index").Int(choice).Key("message").Object();
    json.Key("role").String("assistant").Key("content");
    const std::string text = TextOf(answer, fault);
    text.empty() && !answer.calls.empty() ? json.Null() : json.String(text);
    const std::string thoughts = Thoughts(answer);
    if (!thoughts.empty() && !Is(fault, "think")) {
      json.Key(Is(fault, "reasoning") ? "reasoning" : "reasoning_content").String(thoughts);
    }
    if (!answer.calls.empty()) {
      json.Key("tool_calls").Array();
      for (std::size_t at = 0; at < answer.calls.size(); ++at) WriteCall(json, answer, at, false);
      json.EndArray();
    }
    json.EndObject().Key("finish_reason").String(FinishOf(answer)).EndObject();
  }
  json.EndArray();
  if (!Is(fault, "no-usage")) WriteUsage(json, answer);
  json.EndObject();
  return out;
}

std::unique_ptr<Body> StreamOpenAiAnswer(const Answer& answer, const Fault& fault) {
  std::unique_ptr<Body> body = std::make_unique<ChunkBody>(answer, fault);
  if (fault.fail_after_events && fault.error) {
    return std::make_unique<FailingBody>(std::move(body), *fault.fail_after_events,
                                         ErrorText(*fault.error));
  }
  return BreakStream(fault, std::move(body), StreamForm::kSse);
}

Reply OpenAiRefusal(const GoogleError& error) {
  Reply reply;
  reply.status = error.http;
  if (error.html) {
    reply.content_type = "text/html";
    reply.text = "<!doctype html><html></html>";
    return reply;
  }
  reply.text = ErrorText(error);
  if (const std::string delay = DelayOf(error); !delay.empty()) {
    reply.headers.emplace_back("retry-after", delay);
  }
  return reply;
}

}  // namespace agm::mock
