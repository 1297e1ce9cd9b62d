// A whole answer is one Message object; a stream is the same in pieces:
//
//   message_start (content_block_start content_block_delta* content_block_stop)* message_delta
//   message_stop
//
// Each event has a name, which clients insist on. An answer that breaks off ends with an error
// event instead.

#include "core/protocol/anthropic/messages_response.h"

#include <utility>

#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/protocol/anthropic/error.h"
#include "core/protocol/anthropic/messages_blocks.h"
#include "core/protocol/anthropic/messages_request.h"
#include "core/protocol/shared/sse.h"

namespace agm::protocol {
namespace {

constexpr std::string_view kPing = "event: ping\ndata: {\"type\":\"ping\"}\n\n";

// Cached tokens count apart from the others; a client adds the three up.
void WriteUsage(JsonWriter& json, const chat::Usage& usage, int searches, int fetches) {
  const auto fresh = std::max<std::int64_t>(usage.input - usage.cached, 0);
  json.Key("usage").Object().Key("input_tokens").Int(fresh);
  json.Key("cache_creation_input_tokens").Int(0);
  json.Key("cache_read_input_tokens").Int(usage.cached);
  json.Key("output_tokens").Int(usage.output);
  json.Key("output_tokens_details").Object().Key("thinking_tokens").Int(usage.thoughts).EndObject();
  json.Key("server_tool_use");
  if (searches + fetches == 0) {
    json.Null();
  } else {
    json.Object().Key("web_search_requests").Int(searches).Key("web_fetch_requests");
    json.Int(fetches).EndObject();
  }
}

// The members of usage that only the Message object has.
void WriteUsageRest(JsonWriter& json) {
  json.Key("cache_creation").Object().Key("ephemeral_5m_input_tokens").Int(0);
  json.Key("ephemeral_1h_input_tokens").Int(0).EndObject();
  json.Key("service_tier").String("standard").Key("speed").Null().Key("inference_geo").Null();
}

std::string_view StopReason(chat::FinishReason reason, bool called) {
  switch (reason) {
    case chat::FinishReason::kStop:
    case chat::FinishReason::kToolCalls:
      return called ? "tool_use" : "end_turn";
    case chat::FinishReason::kLength:
      return "max_tokens";
    case chat::FinishReason::kContentFilter:
      return "refusal";
  }
  return "end_turn";
}

void WriteStop(JsonWriter& json, chat::FinishReason reason, const MessageBlocks& blocks) {
  json.Key("stop_reason").String(StopReason(reason, blocks.called()));
  json.Key("stop_sequence").Null().Key("stop_details");
  if (reason != chat::FinishReason::kContentFilter) {
    json.Null();
    return;
  }
  const std::string& told = blocks.refusal();
  json.Object().Key("type").String("refusal").Key("category").Null().Key("explanation");
  json.String(told.empty() ? "The upstream's filter stopped the answer." : told).EndObject();
}

// Members of a message that this gateway has no value for.
void WriteUnknown(JsonWriter& json) { json.Key("container").Null().Key("diagnostics").Null(); }

void WriteHead(JsonWriter& json, const Reply& reply) {
  json.Key("id").String("msg_" + reply.id).Key("type").String("message");
  json.Key("role").String("assistant").Key("model").String(reply.model);
}

std::string_view CallType(MessageBlockKind kind) {
  return kind == MessageBlockKind::kToolUse ? "tool_use" : "server_tool_use";
}

void WriteCaller(JsonWriter& json) {
  json.Key("caller").Object().Key("type").String("direct").EndObject();
}

bool WantsContextManagement(const Reply& reply) {
  return reply.request != nullptr && reply.request->extra.contains(kContextManagement);
}

void WriteContextManagement(JsonWriter& json, const Reply& reply) {
  if (!WantsContextManagement(reply)) return;
  json.Key("context_management").Object().Key("applied_edits").Array().EndArray().EndObject();
}

chat::FinishReason ReasonOf(const chat::Finished& finished) {
  return finished.choices.empty() ? chat::FinishReason::kStop : finished.choices.front().reason;
}

/// Blocks as the members of a content array.
class ContentSink : public MessageSink {
 public:
  explicit ContentSink(std::string& content) : json_(content) { json_.Array(); }

  void Begin(const MessageBlock& block) override {
    block_ = block;
    text_.clear();
    citations_.clear();
  }
  void Add(std::string_view text) override { text_ += text; }
  void Cite(std::string_view citation) override {
    if (!citations_.empty()) citations_ += ',';
    citations_ += citation;
  }
  void Whole(std::string_view block) override { json_.Raw(block); }
  void End(std::string_view signature) override {
    json_.Object().Key("type");
    switch (block_.kind) {
      case MessageBlockKind::kThinking:
        json_.String("thinking").Key("thinking").String(text_);
        json_.Key("signature").String(signature);
        break;
      case MessageBlockKind::kText:
        json_.String("text").Key("text").String(text_);
        // A null would make the AI SDK refuse the answer.
        if (!citations_.empty()) json_.Key("citations").Array().RawMembers(citations_).EndArray();
        break;
      case MessageBlockKind::kToolUse:
      case MessageBlockKind::kServerToolUse:
        json_.String(CallType(block_.kind))
            .Key("id")
            .String(block_.id)
            .Key("name")
            .String(block_.name);
        json_.Key("input").Raw(text_);
        WriteCaller(json_);
        break;
    }
    json_.EndObject();
  }
  void Close() { json_.EndArray(); }

 private:
  JsonWriter json_;
  MessageBlock block_;
  std::string text_;
  std::string citations_;
};

/// Blocks as events.
class EventSink : public MessageSink {
 public:
  void WriteTo(std::string& out) { out_ = &out; }

  void Begin(const MessageBlock& block) override {
    kind_ = block.kind;
    std::string data = Head("content_block_start");
    JsonWriter json(data);
    json.Key("content_block").Object().Key("type");
    switch (block.kind) {
      case MessageBlockKind::kThinking:
        json.String("thinking").Key("thinking").String("").Key("signature").String("");
        break;
      case MessageBlockKind::kText:
        json.String("text").Key("text").String("");
        break;
      case MessageBlockKind::kToolUse:
      case MessageBlockKind::kServerToolUse:
        json.String(CallType(block.kind)).Key("id").String(block.id).Key("name").String(block.name);
        json.Key("input").Raw("{}");
        WriteCaller(json);
        break;
    }
    json.EndObject();
    Send("content_block_start", data);
  }

  void Add(std::string_view text) override {
    switch (kind_) {
      case MessageBlockKind::kThinking:
        return Delta("thinking_delta", "thinking", text);
      case MessageBlockKind::kText:
        return Delta("text_delta", "text", text);
      case MessageBlockKind::kToolUse:
      case MessageBlockKind::kServerToolUse:
        return Delta("input_json_delta", "partial_json", text);
    }
  }

  void Cite(std::string_view citation) override {
    std::string data = Head("content_block_delta");
    JsonWriter json(data);
    json.Key("delta").Object().Key("type").String("citations_delta");
    json.Key("citation").Raw(citation).EndObject();
    Send("content_block_delta", data);
  }

  void End(std::string_view signature) override {
    if (!signature.empty()) Delta("signature_delta", "signature", signature);
    std::string data = Head("content_block_stop");
    Send("content_block_stop", data);
    ++index_;
  }

  void Whole(std::string_view block) override {
    std::string data = Head("content_block_start");
    JsonWriter(data).Key("content_block").Raw(block);
    Send("content_block_start", data);
    End({});
  }

 private:
  // An event's data up to the members that only it has.
  std::string Head(std::string_view name) const {
    std::string data;
    JsonWriter(data).Object().Key("type").String(name).Key("index").Int(index_);
    return data + (name == "content_block_stop" ? "" : ",");
  }

  void Delta(std::string_view type, std::string_view key, std::string_view text) {
    std::string data = Head("content_block_delta");
    JsonWriter json(data);
    json.Key("delta").Object().Key("type").String(type).Key(key).String(text).EndObject();
    Send("content_block_delta", data);
  }

  void Send(std::string_view name, std::string& data) {
    data += '}';
    AppendSseEvent(*out_, name, data);
  }

  std::string* out_ = nullptr;
  MessageBlockKind kind_ = MessageBlockKind::kText;
  int index_ = 0;
};

class MessagesStream : public StreamWriter {
 public:
  explicit MessagesStream(Reply reply) : reply_(std::move(reply)), blocks_(reply_, sink_) {}

  void Write(const chat::Event& event, std::string& out) override {
    sink_.WriteTo(out);
    std::visit([&](const auto& e) { On(e, out); }, event);
  }

  std::string_view KeepAlive() const override { return begun_ ? kPing : kKeepAliveComment; }

 private:
  void On(const chat::Started& e, std::string& out) { Begin(e.usage, out); }

  void Begin(const chat::Usage& usage, std::string& out) {
    if (std::exchange(begun_, true)) return;
    std::string data;
    JsonWriter json(data);
    json.Object().Key("type").String("message_start").Key("message").Object();
    WriteHead(json, reply_);
    json.Key("content").Array().EndArray().Key("stop_reason").Null();
    json.Key("stop_sequence").Null().Key("stop_details").Null();
    WriteUnknown(json);
    WriteUsage(json, usage, 0, 0);
    WriteUsageRest(json);
    json.EndObject().EndObject().EndObject();
    AppendSseEvent(out, "message_start", data);
  }

  template <class Block>
  void On(const Block& e, std::string& out) {
    Begin({}, out);
    blocks_.On(e);
  }

  void On(const chat::Finished& e, std::string& out) {
    Begin(e.usage, out);
    blocks_.Finish(e);
    std::string data;
    JsonWriter json(data);
    json.Object().Key("type").String("message_delta").Key("delta").Object();
    WriteStop(json, ReasonOf(e), blocks_);
    json.Key("container").Null().EndObject();
    WriteUsage(json, e.usage, blocks_.searches(), blocks_.fetches());
    json.EndObject();
    WriteContextManagement(json, reply_);
    json.EndObject();
    AppendSseEvent(out, "message_delta", data);
    AppendSseEvent(out, "message_stop", R"({"type":"message_stop"})");
  }

  void On(const chat::Failed& e, std::string& out) {
    AppendSseEvent(out, "error", AnthropicStreamError(e.error, reply_.request_id));
  }

  Reply reply_;
  EventSink sink_;
  MessageBlocks blocks_;
  bool begun_ = false;
};

}  // namespace

std::string WriteMessagesResponse(const chat::Response& response, const Reply& reply) {
  std::string content;
  ContentSink sink(content);
  MessageBlocks blocks(reply, sink);
  chat::FinishReason reason = chat::FinishReason::kStop;
  for (const chat::Event& event : chat::Unfold(response)) {
    if (const auto* started = std::get_if<chat::BlockStarted>(&event)) blocks.On(*started);
    if (const auto* delta = std::get_if<chat::BlockDelta>(&event)) blocks.On(*delta);
    if (const auto* stopped = std::get_if<chat::BlockStopped>(&event)) blocks.On(*stopped);
    if (const auto* finished = std::get_if<chat::Finished>(&event)) {
      blocks.Finish(*finished);
      reason = ReasonOf(*finished);
    }
  }
  sink.Close();
  std::string out;
  JsonWriter json(out);
  json.Object();
  WriteHead(json, reply);
  json.Key("content").Raw(content);
  WriteStop(json, reason, blocks);
  WriteUnknown(json);
  WriteUsage(json, response.usage, blocks.searches(), blocks.fetches());
  WriteUsageRest(json);
  json.EndObject();
  WriteContextManagement(json, reply);
  json.EndObject();
  return out;
}

std::unique_ptr<StreamWriter> NewMessagesStream(Reply reply) {
  return std::make_unique<MessagesStream>(std::move(reply));
}

}  // namespace agm::protocol
