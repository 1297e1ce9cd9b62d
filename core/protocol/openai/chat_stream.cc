// The stream of chunks. All of a chunk except the delta is the same in each chunk, so that text is
// built once and each chunk is a few appends.

#include <map>
#include <utility>

#include "core/base/json_writer.h"
#include "core/protocol/openai/chat_response.h"
#include "core/protocol/openai/choice.h"
#include "core/protocol/openai/error.h"
#include "core/protocol/shared/sse.h"

namespace agm::protocol {
namespace {

/// The stream's state for one choice.
struct Progress {
  bool role_sent = false;
  int calls = 0;
  int images = 0;
  chat::BlockKind open = chat::BlockKind::kText;
  /// A call that comes whole is written whole, with its signature. One that comes in several pieces
  /// is written piece by piece.
  chat::ToolCall call;
  bool call_streams = false;  ///< its first chunk was sent
  chat::Media media;
};

class ChatStream : public StreamWriter {
 public:
  explicit ChatStream(Reply reply) : reply_(std::move(reply)) {
    wants_usage_ = reply_.request != nullptr && reply_.request->stream_usage;
    begin_ = "data: {\"id\":";
    AppendJsonString(begin_, ChatId(reply_));
    begin_ += R"(,"object":"chat.completion.chunk","created":)";
    begin_ += std::to_string(reply_.created);
    begin_ += R"(,"model":)";
    AppendJsonString(begin_, reply_.model);
    end_ = wants_usage_ ? "}],\"usage\":null}\n\n" : "}]}\n\n";
    tail_ = R"(},"logprobs":null,"finish_reason":null)" + end_;
    FinishHead({});
  }

  void Write(const chat::Event& event, std::string& out) override {
    std::visit([&](const auto& e) { On(e, out); }, event);
  }

 private:
  void On(const chat::Started& e, std::string&) {
    if (!e.model_version.empty()) FinishHead(e.model_version);
  }

  // The model version is known with the first event.
  void FinishHead(std::string_view model_version) {
    std::string head = begin_ + R"(,"system_fingerprint":)";
    WriteFingerprint(head, model_version);
    usage_head_ = head + R"(,"choices":[],"usage":)";
    head_ = head + R"(,"choices":[{"index":)";
  }

  void On(const chat::BlockStarted& e, std::string& out) {
    if (e.kind == chat::BlockKind::kOpaque) {
      choices_[e.choice].open = e.kind;
      return;
    }
    // As in a whole answer: no content where there is something instead of it.
    const bool instead =
        e.kind == chat::BlockKind::kToolCall || e.kind == chat::BlockKind::kRefusal;
    Progress& progress = Begin(e.choice, instead ? "null" : R"("")", out);
    progress.open = e.kind;
    if (e.kind == chat::BlockKind::kToolCall) {
      progress.call = {e.id, e.name, {}, e.tool, e.signature};
      progress.call_streams = false;
    } else if (e.kind == chat::BlockKind::kMedia) {
      progress.media = {};
      progress.media.mime = e.mime;
    }
  }

  void On(const chat::BlockDelta& e, std::string& out) {
    Progress& progress = choices_[e.choice];
    switch (progress.open) {
      case chat::BlockKind::kText:
        return Text(e, out);
      case chat::BlockKind::kThought:
        return Delta(e.choice, R"("reasoning_content":)", e.text, out);
      case chat::BlockKind::kRefusal:
        return Delta(e.choice, R"("refusal":)", e.text, out);
      case chat::BlockKind::kToolCall:
        return CallDelta(e, progress, out);
      case chat::BlockKind::kMedia:
        progress.media.data += e.text;
        return;
      case chat::BlockKind::kOpaque:
        return;
    }
  }

  void Text(const chat::BlockDelta& e, std::string& out) {
    if (e.logprobs.empty()) return Delta(e.choice, R"("content":)", e.text, out);
    Open(e.choice, out);
    out += R"("content":)";
    AppendJsonString(out, e.text);
    out += R"(},"logprobs":)";
    std::string logprobs;
    JsonWriter json(logprobs);
    WriteLogprobs(json, e.logprobs);
    out += logprobs;
    out += R"(,"finish_reason":null)";
    out += end_;
  }

  void On(const chat::BlockStopped& e, std::string& out) {
    Progress& progress = choices_[e.choice];
    switch (progress.open) {
      case chat::BlockKind::kText:
        return SignText(e, out);
      case chat::BlockKind::kThought:
      case chat::BlockKind::kRefusal:
      case chat::BlockKind::kOpaque:
        return;
      case chat::BlockKind::kToolCall:
        return EndCall(e, progress, out);
      case chat::BlockKind::kMedia:
        progress.media.signature = e.signature;
        return Media(e.choice, progress, out);
    }
  }

  void SignText(const chat::BlockStopped& e, std::string& out) {
    if (e.signature.empty()) return;
    std::string delta;
    JsonWriter json(delta);
    WriteSignature(json, e.signature);
    Chunk(e.choice, delta, out);
  }

  void CallDelta(const chat::BlockDelta& e, Progress& progress, std::string& out) {
    const bool function =
        progress.call.kind == chat::ToolKind::kFunction && !SpeaksFunctions(reply_.request);
    if (!function || (!progress.call_streams && progress.call.arguments.empty())) {
      progress.call.arguments += e.text;
      return;
    }
    if (!std::exchange(progress.call_streams, true)) Call(e.choice, progress, out);
    CallPiece(e.choice, progress, e.text, {}, out);
  }

  void EndCall(const chat::BlockStopped& e, Progress& progress, std::string& out) {
    const bool signed_late = e.signature != progress.call.signature;
    progress.call.signature = e.signature;
    if (!progress.call_streams) return Call(e.choice, progress, out);
    if (signed_late) CallPiece(e.choice, progress, {}, e.signature, out);
  }

  void CallPiece(int choice, const Progress& progress, std::string_view arguments,
                 std::string_view signature, std::string& out) {
    std::string delta;
    JsonWriter json(delta);
    WriteOpenAiCallPiece(json.Key("tool_calls").Array(), progress.calls - 1, arguments, signature);
    json.EndArray();
    Chunk(choice, delta, out);
  }

  void Call(int choice, Progress& progress, std::string& out) {
    std::string delta;
    JsonWriter json(delta);
    if (SpeaksFunctions(reply_.request)) {
      if (progress.calls++ > 0) return;
      json.Key("function_call").Object().Key("name").String(progress.call.name);
      json.Key("arguments");
      json.String(progress.call.arguments.empty() ? "{}" : progress.call.arguments).EndObject();
    } else {
      json.Key("tool_calls").Array();
      WriteOpenAiCall(json, progress.call, progress.calls++);
      json.EndArray();
    }
    Chunk(choice, delta, out);
  }

  void Media(int choice, Progress& progress, std::string& out) {
    std::string delta;
    JsonWriter json(delta);
    if (progress.media.mime.starts_with("audio/")) {
      WriteAudio(json.Key("audio"), progress.media, "audio_" + reply_.id, reply_.created,
                 reply_.request);
    } else {
      json.Key("images").Array();
      WriteImage(json, progress.media, progress.images++);
      json.EndArray();
    }
    progress.media.data.clear();
    Chunk(choice, delta, out);
  }

  void On(const chat::Finished& e, std::string& out) {
    for (const chat::ChoiceFinish& finish : e.choices) {
      const bool nothing = finish.reason == chat::FinishReason::kContentFilter;
      Begin(finish.choice, nothing ? "null" : R"("")", out);
      if (!finish.citations.empty()) {
        std::string delta;
        JsonWriter json(delta);
        WriteAnnotations(json.Key("annotations"), finish.citations);
        Chunk(finish.choice, delta, out);
      }
      Open(finish.choice, out);
      out += R"(},"logprobs":null,"finish_reason":")";
      out += OpenAiFinishName(finish.reason, SpeaksFunctions(reply_.request));
      out += '"';
      EndWith(e.extra, &finish == &e.choices.back(), out);
    }
    if (wants_usage_) {
      out += usage_head_;
      AppendOpenAiUsage(out, e.usage);
      out += "}\n\n";
    }
    out += kSseDone;
  }

  // The last chunk of the choices carries what the upstream answered beyond the known fields.
  void EndWith(const chat::Extra& extra, bool last, std::string& out) {
    if (!last || extra.empty()) {
      out += end_;
      return;
    }
    std::string more;
    JsonWriter json(more);
    WriteOpenAiExtra(json, extra);
    const std::size_t object = end_.rfind('}');
    out += end_.substr(0, object);
    if (!more.empty()) out += ',';
    out += more;
    out += end_.substr(object);
  }

  void On(const chat::Failed& e, std::string& out) {
    AppendSseData(out, OpenAiErrorBody(e.error));
    out += kSseDone;
  }

  // Sends the role once per choice, before everything else; `content` is the content of a response
  // without text.
  Progress& Begin(int choice, std::string_view content, std::string& out) {
    Progress& progress = choices_[choice];
    if (std::exchange(progress.role_sent, true)) return progress;
    std::string delta = R"("role":"assistant","content":)";
    delta.append(content).append(R"(,"refusal":null)");
    Chunk(choice, delta, out);
    return progress;
  }

  void Open(int choice, std::string& out) {
    out += head_;
    out += std::to_string(choice);
    out += R"(,"delta":{)";
  }

  void Chunk(int choice, std::string_view delta, std::string& out) {
    Open(choice, out);
    out += delta;
    out += tail_;
  }

  void Delta(int choice, std::string_view key, std::string_view text, std::string& out) {
    if (text.empty()) return;
    Open(choice, out);
    out += key;
    AppendJsonString(out, text);
    out += tail_;
  }

  Reply reply_;
  bool wants_usage_ = false;
  std::string begin_;       // up to the model
  std::string head_;        // up to the choice's index
  std::string tail_;        // after the delta's members
  std::string end_;         // after the finish reason
  std::string usage_head_;  // of the usage chunk
  std::map<int, Progress> choices_;
};

}  // namespace

std::unique_ptr<StreamWriter> NewOpenAiChatStream(Reply reply) {
  return std::make_unique<ChatStream>(std::move(reply));
}

}  // namespace agm::protocol
