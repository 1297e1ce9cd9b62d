// The state machine of the Responses API's events. Each neutral block is one item:
//
//   thought  ─▶ reasoning        added, part added, text delta*, text done, part done, item done
//   text     ─▶ message          added, part added, text delta*, annotation*, text done, part done,
//                                item done
//   refusal  ─▶ message          the same with refusal events
//   call     ─▶ a call item      added, arguments delta, arguments done, item done
//   picture  ─▶ image call       added, item done
//   sound    ─▶ message          added, part added, audio delta, audio done, part done, item done
//   search   ─▶ web search call  added, searching, item done; first in a whole answer, and last in
//                                a stream, where it is known only at the end
//
// A text message stays open until the next block or the end, because its citations come at the end.
// Citations of an earlier message appear only in the complete response.
//
// A call is kept until it is complete, because its signature comes last. If the client asked for
// it, the signature is sent before the call as the encrypted content of a reasoning item.

#include "core/protocol/responses/response.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/protocol/responses/compaction.h"
#include "core/protocol/responses/events.h"
#include "core/protocol/responses/items.h"
#include "core/protocol/responses/output.h"
#include "core/protocol/responses/request.h"
#include "core/protocol/responses/text_message.h"
#include "core/protocol/shared/wav.h"

namespace agm::protocol {
namespace {

std::string EventLogprobs(const std::vector<chat::TokenLogprob>& tokens) {
  return ResponsesLogprobs(tokens, LogprobBytes::kLeftOut);
}

class ResponsesStream : public StreamWriter {
 public:
  explicit ResponsesStream(Reply reply) : reply_(std::move(reply)) {
    if (reply_.request == nullptr) return;
    encrypted_ = reply_.request->extra.contains(kResponsesEncrypted);
    compacts_ = WantsCompaction(reply_.request);
  }

  void Write(const chat::Event& event, std::string& out) override {
    std::visit([&](const auto& e) { On(e, out); }, event);
  }

  std::string_view whole() const override { return whole_; }

  std::string TakeObject() && { return std::move(whole_); }
  /// Adds members to the object, for a unary response.
  void FurtherMembers(std::string members) { further_ = std::move(members); }
  /// Puts the search before everything else, where all of the answer is known.
  void SearchFirst(const chat::ChoiceFinish& finish) {
    std::string out;
    Begin(out);
    PutSearch(finish, out);
  }

 private:
  void On(const chat::Started&, std::string& out) { Begin(out); }

  // Writes the first events, also if a response begins without Started.
  void Begin(std::string& out) {
    if (std::exchange(begun_, true)) return;
    const std::string object = ResponseObject(reply_, {}, {}, nullptr);
    for (const std::string_view name : {"response.created", "response.in_progress"}) {
      events_.Response(name, object, out);
    }
  }

  void On(const chat::BlockStarted& e, std::string& out) {
    Begin(out);
    CloseText({}, "completed", out);
    open_ = e.kind;
    mime_ = e.mime;
    text_.clear();
    if (compacts_) return;
    switch (e.kind) {
      case chat::BlockKind::kText:
        return OpenText(out);
      case chat::BlockKind::kRefusal:
        OpenMessage(out);
        return;
      case chat::BlockKind::kThought:
        return OpenReasoning(out);
      case chat::BlockKind::kToolCall:
        call_ = {e.id, e.name, {}, e.tool, e.signature};
        call_streams_ = false;
        return;
      case chat::BlockKind::kMedia:
      case chat::BlockKind::kOpaque:
        return;
    }
  }

  void On(const chat::BlockDelta& e, std::string& out) {
    if (e.text.empty()) return;
    if (compacts_) {
      if (open_ == chat::BlockKind::kText) summary_ += e.text;
      return;
    }
    switch (open_) {
      case chat::BlockKind::kText:
        return TextDelta(e, out);
      case chat::BlockKind::kRefusal:
        text_ += e.text;
        return Delta("response.refusal.delta", events_.Part("response.refusal.delta", place_),
                     e.text, out);
      case chat::BlockKind::kThought: {
        constexpr std::string_view kName = "response.reasoning_summary_text.delta";
        text_ += e.text;
        return Delta(kName, events_.Summary(kName, place_), e.text, out);
      }
      case chat::BlockKind::kToolCall:
        return CallDelta(e.text, out);
      case chat::BlockKind::kMedia:
        text_ += e.text;
        return;
      case chat::BlockKind::kOpaque:
        return;
    }
  }

  void On(const chat::BlockStopped& e, std::string& out) {
    if (compacts_) return;
    switch (open_) {
      case chat::BlockKind::kText:
        messages_.back().signature = e.signature;
        messages_.back().whole = true;
        return;
      case chat::BlockKind::kRefusal:
        return CloseRefusal(out);
      case chat::BlockKind::kThought:
        return CloseReasoning(e.signature, out);
      case chat::BlockKind::kToolCall:
        call_.arguments = std::move(text_);
        return PutCall(e.signature, out);
      case chat::BlockKind::kMedia:
        return mime_.starts_with("audio/") ? PutAudio(out) : PutImage(e.signature, out);
      case chat::BlockKind::kOpaque:
        return;
    }
  }

  void On(const chat::Finished& e, std::string& out) {
    Begin(out);
    const chat::ChoiceFinish& finish = e.choices.front();
    const Ending ending = EndingOf(finish.reason);
    if (compacts_ && summary_.empty()) {
      return On(chat::Failed{Fail(ErrorCode::kUpstreamRejected, "the model wrote no summary")},
                out);
    }
    if (compacts_) PutCompaction(out);
    CloseText(finish.citations, ending.status, out);
    Annotate(finish.citations);
    PutSearch(finish, out);
    whole_ = ResponseObject(reply_, ending, Items(), &e.usage, further_);
    events_.Response("response." + ending.status, whole_, out);
  }

  void On(const chat::Failed& e, std::string& out) {
    Begin(out);
    if (text_open_ && messages_.back().whole) CloseText({}, "completed", out);
    const Ending ending{"failed", {}, &e.error};
    whole_ = ResponseObject(reply_, ending, Items(), nullptr);
    events_.Response("response.failed", whole_, out);
  }

  // --- items ---------------------------------------------------------------------------------

  void NewItem(std::string_view prefix) {
    place_ = {fmt::format("{}_{}{:02}", prefix, reply_.id, ids_++),
              static_cast<int>(items_.size())};
  }

  void Done(std::string item, std::string& out) {
    events_.Done(place_, item, out);
    items_.push_back(std::move(item));
  }

  std::string Items() const { return fmt::format("{}", fmt::join(items_, ",")); }

  void OpenMessage(std::string& out) {
    NewItem("msg");
    events_.Added(place_, MessageItem(place_.id, {}, "in_progress"), out);
    const bool refusal = open_ == chat::BlockKind::kRefusal;
    events_.ContentPart("response.content_part.added", place_, MessagePart("", refusal, {}, {}),
                        out);
  }

  void OpenText(std::string& out) {
    OpenMessage(out);
    const std::int64_t begin = messages_.empty() ? 0 : messages_.back().end();
    messages_.push_back({place_, begin, {}, {}, {}, false});
    text_open_ = true;
  }

  void TextDelta(const chat::BlockDelta& e, std::string& out) {
    constexpr std::string_view kName = "response.output_text.delta";
    TextMessage& message = messages_.back();
    message.text += e.text;
    message.logprobs.insert(message.logprobs.end(), e.logprobs.begin(), e.logprobs.end());
    std::string data = events_.Part(kName, place_);
    JsonWriter json(data);
    json.Key("delta").String(e.text).Key("logprobs").Raw(EventLogprobs(e.logprobs));
    events_.Send(kName, std::move(data), out);
  }

  void Delta(std::string_view name, std::string head, std::string_view text, std::string& out) {
    JsonWriter(head).Key("delta").String(text);
    events_.Send(name, std::move(head), out);
  }

  // Closes the message that is still open, if there is one.
  void CloseText(const std::vector<chat::Citation>& citations, std::string_view status,
                 std::string& out) {
    if (!std::exchange(text_open_, false)) return;
    const TextMessage& message = messages_.back();
    const auto own = CitationsOf(message, citations, true);
    int index = 0;
    for (const auto& citation : own) events_.Annotation(place_, index++, citation, out);
    std::string data = events_.Part("response.output_text.done", place_);
    JsonWriter json(data);
    json.Key("text").String(message.text);
    json.Key("logprobs").Raw(EventLogprobs(message.logprobs));
    events_.Send("response.output_text.done", std::move(data), out);
    const std::string part = MessagePart(message.text, false, own, message.logprobs);
    events_.ContentPart("response.content_part.done", place_, part, out);
    Done(MessageItem(place_.id, part, status), out);
    PutSignature(message.signature, Signs::kTextBefore, out);
  }

  void CloseRefusal(std::string& out) {
    std::string data = events_.Part("response.refusal.done", place_);
    JsonWriter(data).Key("refusal").String(text_);
    events_.Send("response.refusal.done", std::move(data), out);
    const std::string part = MessagePart(text_, true, {}, {});
    events_.ContentPart("response.content_part.done", place_, part, out);
    Done(MessageItem(place_.id, part, "completed"), out);
  }

  void OpenReasoning(std::string& out) {
    NewItem("rs");
    events_.Added(place_, ReasoningItem(place_.id, {}, {}, false), out);
    events_.SummaryPart("response.reasoning_summary_part.added", place_, "", out);
  }

  void CloseReasoning(const std::string& signature, std::string& out) {
    std::string data = events_.Summary("response.reasoning_summary_text.done", place_);
    JsonWriter(data).Key("text").String(text_);
    events_.Send("response.reasoning_summary_text.done", std::move(data), out);
    events_.SummaryPart("response.reasoning_summary_part.done", place_, text_, out);
    const bool sealed = encrypted_ && !signature.empty();
    const std::string seal = sealed ? SealSignature(signature, Signs::kNext) : "";
    Done(ReasoningItem(place_.id, text_, seal, true), out);
  }

  // Writes an item for a signature that does not belong to a thought.
  void PutSignature(const std::string& signature, Signs signs, std::string& out) {
    if (!encrypted_ || signature.empty()) return;
    NewItem("rs");
    events_.Added(place_, ReasoningItem(place_.id, {}, {}, false), out);
    Done(ReasoningItem(place_.id, {}, SealSignature(signature, signs), true), out);
  }

  // A call that comes whole is written at its end. One that comes in several pieces is written
  // piece by piece, from its second piece on.
  void CallDelta(const std::string& text, std::string& out) {
    const bool first = std::exchange(text_, text_ + text).empty();
    if (call_streams_) return events_.Call(kArgumentsDelta, place_, text, {}, out);
    if (first || !ShapeOfCall(call_, reply_.request).has_arguments()) return;
    call_streams_ = true;
    OpenCall(call_.signature, out);
    events_.Call(kArgumentsDelta, place_, text_, {}, out);
  }

  void OpenCall(const std::string& signature, std::string& out) {
    PutSignature(signature, Signs::kNext, out);
    const CallShape shape = ShapeOfCall(call_, reply_.request);
    NewItem(shape.Prefix());
    events_.Added(place_, CallItem(place_.id, call_, shape, false), out);
  }

  void PutCall(const std::string& signature, std::string& out) {
    if (!call_streams_) OpenCall(signature, out);
    const CallShape shape = ShapeOfCall(call_, reply_.request);
    if (shape.has_arguments()) {
      const std::string& text = call_.arguments.empty() ? kNoArguments : call_.arguments;
      if (!call_streams_) events_.Call(kArgumentsDelta, place_, text, {}, out);
      events_.Call("response.function_call_arguments.done", place_, text, shape.name, out);
    } else if (shape.free_text()) {
      if (!call_.arguments.empty()) {
        events_.Call("response.custom_tool_call_input.delta", place_, call_.arguments, {}, out);
      }
      events_.Call("response.custom_tool_call_input.done", place_, call_.arguments, {}, out);
    }
    Done(CallItem(place_.id, call_, shape, true), out);
  }

  void PutImage(const std::string& signature, std::string& out) {
    PutSignature(signature, Signs::kNext, out);
    NewItem("ig");
    events_.Added(place_, ImageItem(place_.id, {}, false), out);
    events_.Steps(place_, "response.image_generation_call", "generating", out);
    Done(ImageItem(place_.id, text_, true), out);
  }

  void PutAudio(std::string& out) {
    const std::string wav = IsPcm(mime_) ? WavFromPcm(text_, mime_) : text_;
    NewItem("msg");
    events_.Added(place_, MessageItem(place_.id, {}, "in_progress"), out);
    events_.ContentPart("response.content_part.added", place_, AudioPart(""), out);
    Delta("response.audio.delta", events_.Head("response.audio.delta"), wav, out);
    ResponsesEvents::Send("response.audio.done", events_.Head("response.audio.done"), out);
    events_.ContentPart("response.content_part.done", place_, AudioPart(wav), out);
    Done(MessageItem(place_.id, AudioPart(wav), "completed"), out);
  }

  void PutCompaction(std::string& out) {
    NewItem("cmp");
    events_.Added(place_, CompactionItem(place_.id, {}, false), out);
    Done(CompactionItem(place_.id, summary_, true), out);
  }

  // The upstream's searches and their results, once per response.
  void PutSearch(const chat::ChoiceFinish& finish, std::string& out) {
    const bool sources = !finish.web.found.empty() && AsksForSearch(reply_.request);
    if (finish.web.queries.empty() && !sources) return;
    if (std::exchange(searched_, true)) return;
    place_ = {fmt::format("ws_{}s0", reply_.id), static_cast<int>(items_.size())};
    events_.Added(place_, SearchItem(place_.id, finish.web.queries, finish.web.found, false), out);
    events_.Steps(place_, "response.web_search_call", "searching", out);
    Done(SearchItem(place_.id, finish.web.queries, finish.web.found, true), out);
  }

  // Messages that were closed before their citations were known get them in the whole answer.
  void Annotate(const std::vector<chat::Citation>& citations) {
    if (citations.empty() || messages_.empty()) return;
    for (auto message = messages_.begin(); message != messages_.end() - 1; ++message) {
      const auto own = CitationsOf(*message, citations, false);
      if (own.empty()) continue;
      const std::string part = MessagePart(message->text, false, own, message->logprobs);
      items_[static_cast<std::size_t>(message->place.index)] =
          MessageItem(message->place.id, part, "completed");
    }
  }

  inline static const std::string kNoArguments = "{}";
  static constexpr std::string_view kArgumentsDelta = "response.function_call_arguments.delta";

  Reply reply_;
  ResponsesEvents events_;
  bool encrypted_ = false;
  bool begun_ = false;
  int ids_ = 0;
  ItemPlace place_;  // of the latest item
  chat::BlockKind open_ = chat::BlockKind::kText;
  std::string mime_;  // of the open block
  std::string text_;  // of the open block, where it is no text of the answer
  bool compacts_ = false;
  std::string summary_;  // of a compaction
  bool searched_ = false;
  std::vector<TextMessage> messages_;
  bool text_open_ = false;  // the last message is open
  chat::ToolCall call_;
  bool call_streams_ = false;       // its item was added before its end
  std::vector<std::string> items_;  // complete items
  std::string whole_;
  std::string further_;
};

}  // namespace

std::string WriteResponsesResponse(const chat::Response& response, const Reply& reply) {
  ResponsesStream stream(reply);
  stream.FurtherMembers(ChoicesOf(response));
  if (!response.choices.empty()) {
    const chat::Choice& choice = response.choices.front();
    stream.SearchFirst({0, choice.finish, {}, choice.web});
  }
  std::string events;
  for (const chat::Event& event : chat::Unfold(response)) stream.Write(event, events);
  return std::move(stream).TakeObject();
}

std::unique_ptr<StreamWriter> NewResponsesStream(Reply reply) {
  return std::make_unique<ResponsesStream>(std::move(reply));
}

}  // namespace agm::protocol
