// The unary response:
//
//   { id, object, created, model, choices: [{ text, index, logprobs, finish_reason }], usage }
//
// and the stream of the same object. Everything before a chunk's choice is the same in each chunk,
// so it is built once.

#include "core/protocol/openai/completions_response.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/protocol/openai/choice.h"
#include "core/protocol/openai/completions_request.h"
#include "core/protocol/openai/error.h"
#include "core/protocol/shared/sse.h"

namespace agm::protocol {
namespace {

/// Code points of a choice's text sent so far: the legacy logprobs count offsets in it.
using Offset = std::int64_t;

// The text that the client wants repeated before the choice's own text.
std::string EchoOf(const Reply& reply, int choice) {
  if (reply.request == nullptr || reply.request->style != "echo") return {};
  const auto each = static_cast<std::size_t>(std::max<std::int64_t>(1, reply.request->choices));
  return CompletionsPrompt(*reply.request, static_cast<std::size_t>(choice) / each);
}

// Writes the members of a response before its choices, after the opening brace.
void WriteHead(JsonWriter& json, const Reply& reply) {
  json.Key("id").String("cmpl-" + reply.id).Key("object").String("text_completion");
  json.Key("created").Int(reply.created).Key("model").String(reply.model);
}

// This API has no tool calls: a call ends the text like a normal stop.
std::string_view FinishName(chat::FinishReason reason) {
  const bool call = reason == chat::FinishReason::kToolCalls;
  return OpenAiFinishName(call ? chat::FinishReason::kStop : reason, false);
}

// Writes the alternatives by their text, including the chosen token.
void WriteTop(JsonWriter& json, const chat::TokenLogprob& token) {
  std::vector<std::string_view> told;
  const auto tell = [&](std::string_view text, double logprob) {
    if (std::find(told.begin(), told.end(), text) != told.end()) return;
    told.push_back(text);
    json.Key(text).Double(logprob);
  };
  json.Object();
  for (const chat::Alternative& other : token.top) tell(other.token, other.logprob);
  tell(token.token, token.logprob);
  json.EndObject();
}

// Writes parallel lists with one item per token; null if there are none.
void WriteLegacyLogprobs(JsonWriter& json, const std::vector<chat::TokenLogprob>& tokens,
                         Offset offset) {
  if (tokens.empty()) {
    json.Null();
    return;
  }
  json.Object().Key("tokens").Array();
  for (const auto& token : tokens) json.String(token.token);
  json.EndArray().Key("token_logprobs").Array();
  for (const auto& token : tokens) json.Double(token.logprob);
  json.EndArray().Key("top_logprobs").Array();
  for (const auto& token : tokens) WriteTop(json, token);
  json.EndArray().Key("text_offset").Array();
  for (const auto& token : tokens) {
    json.Int(offset);
    offset += static_cast<Offset>(CountCodePoints(token.token));
  }
  json.EndArray().EndObject();
}

void WriteChoice(JsonWriter& json, const chat::Choice& choice, const Reply& reply) {
  std::string text = EchoOf(reply, choice.index);
  const auto offset = static_cast<Offset>(CountCodePoints(text));
  for (const chat::Block& block : choice.blocks) {
    if (const auto* piece = std::get_if<chat::Text>(&block)) text += piece->text;
  }
  json.Object().Key("text").String(text).Key("index").Int(choice.index);
  WriteLegacyLogprobs(json.Key("logprobs"), choice.logprobs, offset);
  json.Key("finish_reason").String(FinishName(choice.finish)).EndObject();
}

class CompletionsStream : public StreamWriter {
 public:
  explicit CompletionsStream(Reply reply) : reply_(std::move(reply)) {
    wants_usage_ = reply_.request != nullptr && reply_.request->stream_usage;
    head_ = "data: ";
    WriteHead(JsonWriter(head_).Object(), reply_);
  }

  void Write(const chat::Event& event, std::string& out) override {
    std::visit([&](const auto& e) { On(e, out); }, event);
  }

 private:
  /// The stream's state for one choice.
  struct Progress {
    bool begun = false;
    bool text = false;  ///< the open block is text
    Offset told = 0;
  };

  void On(const chat::Started&, std::string&) {}

  void On(const chat::BlockStarted& e, std::string& out) {
    Begin(e.choice, out).text = e.kind == chat::BlockKind::kText;
  }

  void On(const chat::BlockDelta& e, std::string& out) {
    if (choices_[e.choice].text) Chunk(e.choice, e.text, e.logprobs, {}, out);
  }

  void On(const chat::BlockStopped&, std::string&) {}

  void On(const chat::Finished& e, std::string& out) {
    for (const chat::ChoiceFinish& finish : e.choices) {
      Begin(finish.choice, out);
      Chunk(finish.choice, {}, {}, FinishName(finish.reason), out);
    }
    if (wants_usage_) {
      out += head_ + R"(,"choices":[],"usage":)";
      AppendOpenAiUsage(out, e.usage);
      out += "}\n\n";
    }
    out += kSseDone;
  }

  void On(const chat::Failed& e, std::string& out) {
    AppendSseData(out, OpenAiErrorBody(e.error));
    out += kSseDone;
  }

  // Sends the echo once per choice, before everything else.
  Progress& Begin(int choice, std::string& out) {
    Progress& progress = choices_[choice];
    if (!std::exchange(progress.begun, true)) Chunk(choice, EchoOf(reply_, choice), {}, {}, out);
    return progress;
  }

  void Chunk(int choice, std::string_view text, const std::vector<chat::TokenLogprob>& logprobs,
             std::string_view finish, std::string& out) {
    if (text.empty() && logprobs.empty() && finish.empty()) return;
    Offset& told = choices_[choice].told;
    std::string body;
    JsonWriter json(body);
    json.Object().Key("text").String(text).Key("index").Int(choice);
    WriteLegacyLogprobs(json.Key("logprobs"), logprobs, told);
    json.Key("finish_reason");
    finish.empty() ? json.Null() : json.String(finish);
    json.EndObject();
    out += head_ + R"(,"choices":[)" + body;
    out += wants_usage_ ? "],\"usage\":null}\n\n" : "]}\n\n";
    told += static_cast<Offset>(CountCodePoints(text));
  }

  Reply reply_;
  bool wants_usage_ = false;
  std::string head_;  // up to the choices
  std::map<int, Progress> choices_;
};

}  // namespace

std::string WriteCompletionsResponse(const chat::Response& response, const Reply& reply) {
  std::string out;
  JsonWriter json(out);
  WriteHead(json.Object(), reply);
  json.Key("choices").Array();
  for (const chat::Choice& choice : response.choices) WriteChoice(json, choice, reply);
  json.EndArray().Key("usage");
  AppendOpenAiUsage(out, response.usage);
  json.EndObject();
  return out;
}

std::unique_ptr<StreamWriter> NewCompletionsStream(Reply reply) {
  return std::make_unique<CompletionsStream>(std::move(reply));
}

}  // namespace agm::protocol
