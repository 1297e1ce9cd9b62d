// The state machine of the Responses API's events. One neutral block is one item:
//
//   thought  ─▶ reasoning        added, part added, text delta*, text done, part done, item done
//   text     ─▶ message          added, part added, text delta*, text done, part done, item done
//   refusal  ─▶ message          the same with refusal events
//   call     ─▶ a call item      added, arguments delta, arguments done, item done
//   media    ─▶ image call       added, item done
//
// A call is held until it is complete: its signature comes last, and rides before it as the
// encrypted content of a reasoning item where the client asked for that.

#include "core/protocol/responses_response.h"

#include <utility>
#include <vector>

#include "core/base/json_writer.h"
#include "core/protocol/responses_items.h"
#include "core/protocol/responses_output.h"
#include "core/protocol/sse.h"

namespace agm::protocol {
namespace {

class ResponsesStream : public StreamWriter {
 public:
  explicit ResponsesStream(Reply reply) : reply_(std::move(reply)) {
    if (reply_.request == nullptr) return;
    const auto asked = reply_.request->extra.find("responses.encrypted");
    encrypted_ = asked != reply_.request->extra.end();
  }

  void Write(const chat::Event& event, std::string& out) override {
    std::visit([&](const auto& e) { On(e, out); }, event);
  }

  std::string_view whole() const override { return whole_; }

  std::string TakeObject() && { return std::move(whole_); }
  /// The object alone, for an answer that is not streamed.
  void FurtherMembers(std::string members) { further_ = std::move(members); }

 private:
  void On(const chat::Started&, std::string& out) { Begin(out); }

  // The first events; also where an answer begins without a Started.
  void Begin(std::string& out) {
    if (std::exchange(begun_, true)) return;
    const std::string object = ResponseObject(reply_, {}, {}, nullptr);
    for (const std::string_view name : {"response.created", "response.in_progress"}) {
      std::string data = Open(name);
      JsonWriter(data).Key("response").Raw(object);
      Send(name, data, out);
    }
  }

  void On(const chat::BlockStarted& e, std::string& out) {
    Begin(out);
    open_ = e.kind;
    text_.clear();
    logprobs_.clear();
    switch (e.kind) {
      case chat::BlockKind::kText:
      case chat::BlockKind::kRefusal:
        return OpenMessage(out);
      case chat::BlockKind::kThought:
        return OpenReasoning(out);
      case chat::BlockKind::kToolCall:
        call_ = {e.id, e.name, {}, e.tool, {}};
        return;
      case chat::BlockKind::kMedia:
        return;
    }
  }

  void On(const chat::BlockDelta& e, std::string& out) {
    text_ += e.text;
    if (e.text.empty()) return;
    switch (open_) {
      case chat::BlockKind::kText: {
        logprobs_.insert(logprobs_.end(), e.logprobs.begin(), e.logprobs.end());
        std::string data = OpenPart("response.output_text.delta");
        JsonWriter(data)
            .Key("delta")
            .String(e.text)
            .Key("logprobs")
            .Raw(ResponsesLogprobs(e.logprobs));
        return Send("response.output_text.delta", data, out);
      }
      case chat::BlockKind::kRefusal: {
        std::string data = OpenPart("response.refusal.delta");
        JsonWriter(data).Key("delta").String(e.text);
        return Send("response.refusal.delta", data, out);
      }
      case chat::BlockKind::kThought: {
        std::string data = OpenSummary("response.reasoning_summary_text.delta");
        JsonWriter(data).Key("delta").String(e.text);
        return Send("response.reasoning_summary_text.delta", data, out);
      }
      case chat::BlockKind::kToolCall:
      case chat::BlockKind::kMedia:
        return;
    }
  }

  void On(const chat::BlockStopped& e, std::string& out) {
    switch (open_) {
      case chat::BlockKind::kText:
        return CloseText(e.signature, out);
      case chat::BlockKind::kRefusal:
        return CloseRefusal(out);
      case chat::BlockKind::kThought:
        return CloseReasoning(e.signature, out);
      case chat::BlockKind::kToolCall:
        call_.arguments = std::move(text_);
        return PutCall(e.signature, out);
      case chat::BlockKind::kMedia:
        return PutImage(out);
    }
  }

  void On(const chat::Finished& e, std::string& out) {
    Begin(out);
    const chat::ChoiceFinish& finish = e.choices.front();
    const Ending ending = EndingOf(finish.reason);
    Annotate(finish.citations);
    whole_ = ResponseObject(reply_, ending, items_, &e.usage, further_);
    End("response." + ending.status, out);
  }

  void On(const chat::Failed& e, std::string& out) {
    Begin(out);
    Ending ending{"failed", {}, &e.error};
    const std::string object = ResponseObject(reply_, ending, items_, nullptr);
    std::string data = Open("response.failed");
    JsonWriter(data).Key("response").Raw(object);
    Send("response.failed", data, out);
  }

  void End(const std::string& name, std::string& out) {
    std::string data = Open(name);
    JsonWriter(data).Key("response").Raw(whole_);
    Send(name, data, out);
  }

  // --- items ---------------------------------------------------------------------------------

  std::string NewId(std::string_view prefix) {
    return fmt::format("{}_{}{:02}", prefix, reply_.id, ids_++);
  }

  void Added(const std::string& item, std::string& out) {
    std::string data = Open("response.output_item.added");
    JsonWriter(data).Key("output_index").Int(index_).Key("item").Raw(item);
    Send("response.output_item.added", data, out);
  }

  void Done(const std::string& item, std::string& out) {
    std::string data = Open("response.output_item.done");
    JsonWriter(data).Key("output_index").Int(index_).Key("item").Raw(item);
    Send("response.output_item.done", data, out);
    if (!items_.empty()) items_ += ',';
    items_ += item;
    ++index_;
  }

  void OpenMessage(std::string& out) {
    id_ = NewId("msg");
    Added(MessageItem(id_, {}, "in_progress"), out);
    SendPart("response.content_part.added",
             MessagePart("", open_ == chat::BlockKind::kRefusal, {}, {}), out);
  }

  void SendPart(std::string_view name, const std::string& part, std::string& out) {
    std::string data = OpenPart(name);
    JsonWriter(data).Key("part").Raw(part);
    Send(name, data, out);
  }

  void CloseText(const std::string& signature, std::string& out) {
    std::string data = OpenPart("response.output_text.done");
    JsonWriter(data).Key("text").String(text_).Key("logprobs").Raw(ResponsesLogprobs(logprobs_));
    Send("response.output_text.done", data, out);
    const std::string part = MessagePart(text_, false, {}, logprobs_);
    SendPart("response.content_part.done", part, out);
    message_at_ = items_.empty() ? 0 : items_.size() + 1;
    message_id_ = id_;
    message_text_ = text_;
    message_logprobs_ = logprobs_;
    Done(MessageItem(id_, part, "completed"), out);
    message_size_ = items_.size() - message_at_;
    if (!signature.empty()) PutSignature(signature, out);
  }

  void CloseRefusal(std::string& out) {
    std::string data = OpenPart("response.refusal.done");
    JsonWriter(data).Key("refusal").String(text_);
    Send("response.refusal.done", data, out);
    const std::string part = MessagePart(text_, true, {}, {});
    SendPart("response.content_part.done", part, out);
    Done(MessageItem(id_, part, "completed"), out);
  }

  void OpenReasoning(std::string& out) {
    id_ = NewId("rs");
    Added(ReasoningItem(id_, {}, {}, false), out);
    SendSummary("response.reasoning_summary_part.added", "", out);
  }

  void SendSummary(std::string_view name, std::string_view text, std::string& out) {
    std::string data = OpenSummary(name);
    JsonWriter json(data);
    json.Key("part")
        .Object()
        .Key("type")
        .String("summary_text")
        .Key("text")
        .String(text)
        .EndObject();
    Send(name, data, out);
  }

  void CloseReasoning(const std::string& signature, std::string& out) {
    std::string data = OpenSummary("response.reasoning_summary_text.done");
    JsonWriter(data).Key("text").String(text_);
    Send("response.reasoning_summary_text.done", data, out);
    SendSummary("response.reasoning_summary_part.done", text_, out);
    const bool sealed = encrypted_ && !signature.empty();
    Done(ReasoningItem(id_, text_, sealed ? SealSignature(signature) : "", true), out);
  }

  // A signature that no thought carries gets an item of its own, before what it signs is echoed.
  void PutSignature(const std::string& signature, std::string& out) {
    if (!encrypted_) return;
    id_ = NewId("rs");
    Added(ReasoningItem(id_, {}, {}, false), out);
    Done(ReasoningItem(id_, {}, SealSignature(signature), true), out);
  }

  void PutCall(const std::string& signature, std::string& out) {
    if (!signature.empty()) PutSignature(signature, out);
    const CallShape shape = ShapeOfCall(call_, reply_.request);
    id_ = NewId(shape.free_text() ? "ctc" : shape.has_arguments() ? "fc" : "sh");
    Added(CallItem(id_, call_, shape, false), out);
    if (shape.has_arguments()) {
      const std::string& text = call_.arguments.empty() ? kNoArguments : call_.arguments;
      SendItem("response.function_call_arguments.delta", "delta", text, {}, out);
      SendItem("response.function_call_arguments.done", "arguments", text, shape.name, out);
    } else if (shape.free_text()) {
      if (!call_.arguments.empty()) {
        SendItem("response.custom_tool_call_input.delta", "delta", call_.arguments, {}, out);
      }
      SendItem("response.custom_tool_call_input.done", "input", call_.arguments, {}, out);
    }
    Done(CallItem(id_, call_, shape, true), out);
  }

  void SendItem(std::string_view name, std::string_view key, std::string_view text,
                std::string_view tool, std::string& out) {
    std::string data = OpenItem(name);
    JsonWriter json(data);
    if (!tool.empty()) json.Key("name").String(tool);
    json.Key(key).String(text);
    Send(name, data, out);
  }

  void PutImage(std::string& out) {
    id_ = NewId("ig");
    Added(ImageItem(id_, {}, false), out);
    for (const std::string_view name :
         {"response.image_generation_call.in_progress", "response.image_generation_call.generating",
          "response.image_generation_call.completed"}) {
      Send(name, OpenItem(name), out);
    }
    Done(ImageItem(id_, text_, true), out);
  }

  // Citations come with the end, when their message is done: they are put into it, for the whole
  // answer that ends the stream.
  void Annotate(const std::vector<chat::Citation>& citations) {
    if (citations.empty() || message_size_ == 0) return;
    const std::string part = MessagePart(message_text_, false, citations, message_logprobs_);
    items_.replace(message_at_, message_size_, MessageItem(message_id_, part, "completed"));
  }

  // --- events --------------------------------------------------------------------------------
  // An event's data is begun here with a comma at its end, so that members can be put behind it.

  std::string Open(std::string_view name) {
    std::string data;
    data.reserve(256);
    JsonWriter(data).Object().Key("type").String(name).Key("sequence_number").Int(sequence_++);
    return data += ',';
  }

  std::string OpenItem(std::string_view name) {
    std::string data = Open(name);
    JsonWriter(data).Key("item_id").String(id_).Key("output_index").Int(index_);
    return data += ',';
  }

  std::string OpenPart(std::string_view name) { return OpenItem(name) + R"("content_index":0,)"; }
  std::string OpenSummary(std::string_view name) {
    return OpenItem(name) + R"("summary_index":0,)";
  }

  static void Send(std::string_view name, std::string data, std::string& out) {
    if (data.back() == ',') data.pop_back();
    data += '}';
    AppendSseEvent(out, name, data);
  }

  inline static const std::string kNoArguments = "{}";

  Reply reply_;
  bool encrypted_ = false;
  bool begun_ = false;
  int sequence_ = 0;
  int ids_ = 0;
  int index_ = 0;   // of the open item
  std::string id_;  // of the open item
  chat::BlockKind open_ = chat::BlockKind::kText;
  std::string text_;  // of the open block
  std::vector<chat::TokenLogprob> logprobs_;
  chat::ToolCall call_;
  std::string items_;  // done, separated by commas
  std::string whole_;
  std::string further_;
  // The last message, for its citations.
  std::size_t message_at_ = 0;
  std::size_t message_size_ = 0;
  std::string message_id_;
  std::string message_text_;
  std::vector<chat::TokenLogprob> message_logprobs_;
};

// What programs written for chat completions look at.
std::string ChoicesOf(const chat::Response& response) {
  std::string text;
  if (!response.choices.empty()) {
    for (const chat::Block& block : response.choices.front().blocks) {
      if (const auto* part = std::get_if<chat::Text>(&block)) text += part->text;
    }
  }
  std::string out;
  JsonWriter json(out);
  json.Key("choices").Array().Object().Key("index").Int(0).Key("message").Object();
  json.Key("role").String("assistant").Key("content").String(text).EndObject();
  json.Key("finish_reason").String("stop").EndObject().EndArray();
  return out;
}

}  // namespace

std::string WriteResponsesResponse(const chat::Response& response, const Reply& reply) {
  ResponsesStream stream(reply);
  stream.FurtherMembers(ChoicesOf(response));
  std::string events;
  for (const chat::Event& event : chat::Unfold(response)) stream.Write(event, events);
  return std::move(stream).TakeObject();
}

std::unique_ptr<StreamWriter> NewResponsesStream(Reply reply) {
  return std::make_unique<ResponsesStream>(std::move(reply));
}

}  // namespace agm::protocol
