// Reads the Gemini API's responses.
//
//   body  := sse-of-chunks | "[" chunk ("," chunk)* "]" | chunk
//   chunk := { candidates[], promptFeedback, usageMetadata, modelVersion, responseId } | { error }
//
// Text parts are deltas; they are joined into one block until the kind changes or a part has a
// signature, because text must not be joined across a signature. Every other part is a block.

#include "core/protocol/gemini/response.h"

#include <algorithm>
#include <utility>

#include "core/base/ascii.h"
#include "core/protocol/shared/compact_json.h"
#include "core/protocol/shared/numbers.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kMaxEvent = SseReader::kDefaultMaxEvent;
constexpr int kMaxCandidates = 128;

Error Garbage(std::string_view what) {
  Error error =
      Fail(ErrorCode::kUpstreamRejected,
           "the upstream's answer cannot be read: expected a Gemini response, found {}", what);
  error.reason = "upstream_garbage";
  return error;
}

Error Rejected(std::string_view reason, std::string message) {
  Error error{ErrorCode::kUpstreamRejected, std::move(message), std::string(reason), {}, -1, {}};
  return error;
}

// The upstream's word as far as it is one: capitals and underscores.
std::string PlainReason(std::string reason) {
  constexpr std::size_t kLongest = 64;
  const bool plain = !reason.empty() && reason.size() <= kLongest &&
                     std::all_of(reason.begin(), reason.end(), [](char c) {
                       return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
                     });
  return plain ? reason : "of no known form";
}

// The client sees the upstream's own word as the error's code.
Error ModelFailed(const std::string& reason) {
  std::string_view what = "its answer is malformed";
  if (reason == "MALFORMED_FUNCTION_CALL") what = "it wrote a malformed tool call";
  if (reason == "UNEXPECTED_TOOL_CALL") what = "it called a tool that the request does not offer";
  if (reason == "TOO_MANY_TOOL_CALLS") what = "it called too many tools in a row";
  return Rejected(AsciiLower(reason),
                  fmt::format("the model failed to write a valid answer: {}", what));
}

Error CutOff() {
  Error error =
      Fail(ErrorCode::kUpstreamUnavailable, "the upstream's answer ended before it was complete");
  error.reason = "upstream_stream_truncated";
  return error;
}

std::string Signature(JsonView part) { return part["thoughtSignature"].text(); }

}  // namespace

GeminiStreamReader::GeminiStreamReader(IdSource ids, GeminiReading reading)
    : ids_(std::move(ids)), reading_(std::move(reading)) {}

std::optional<chat::Event> GeminiStreamReader::Next() { return events_.pop(); }

void GeminiStreamReader::Push(std::string_view bytes) {
  if (ended_ || bytes.empty()) return;
  if (format_ == Format::kUnknown) {
    // The first byte of a byte order mark is neither space nor '{', so it selects the event stream.
    // Its reader skips the mark, and returns raw JSON lines as stray events.
    const std::size_t first = bytes.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return;
    bytes.remove_prefix(first);
    const bool json = bytes.front() == '{' || bytes.front() == '[';
    format_ = json ? Format::kJson : Format::kSse;
  }
  if (format_ == Format::kJson) {
    PushJson(bytes);
  } else {
    sse_.Push(bytes);
    DrainSse();
  }
}

void GeminiStreamReader::DrainSse() {
  while (!ended_) {
    const auto event = sse_.Next();
    if (!event) break;
    if (event->stray || pieces_.unfinished()) {
      if (event->data.starts_with('<')) return Fail(Garbage("HTML"));
      PushJson(event->data);
    } else if (!event->data.empty() && event->data != "[DONE]") {
      const auto doc = JsonDoc::Parse(event->data);
      if (!doc) return Fail(Garbage("broken JSON"));
      ReadChunk(*doc);
    }
  }
  if (!ended_ && sse_.overflowed()) Fail(Garbage("an event that is too large"));
}

void GeminiStreamReader::PushJson(std::string_view bytes) {
  if (ReadWhole(bytes)) return;
  pieces_.Push(bytes);
  while (!ended_) {
    const auto piece = pieces_.Next();
    if (!piece) break;
    const auto doc = JsonDoc::Parse(*piece);
    if (!doc) return Fail(Garbage("broken JSON"));
    ReadChunk(*doc);
  }
  if (ended_) return;
  if (pieces_.garbage()) return Fail(Garbage("text between JSON objects"));
  if (pieces_.size() > kMaxEvent) Fail(Garbage("an object that is too large"));
}

void GeminiStreamReader::Close() {
  if (ended_) return;
  sse_.Close();
  DrainSse();
  if (!ended_) Finish();
}

// Reads bytes that are exactly one object, which is how short responses come, without a copy. False
// if they are not, or if they go on with an object that came before.
bool GeminiStreamReader::ReadWhole(std::string_view bytes) {
  const bool alone = pieces_.size() == 0 && bytes.starts_with('{');
  if (!alone || !bytes.substr(0, bytes.find_last_not_of(" \t\r\n") + 1).ends_with('}'))
    return false;
  const auto doc = JsonDoc::Parse(bytes);
  if (!doc) return false;
  events_.reserve(chat::kEventsOfAnAnswer);
  ReadChunk(*doc);
  return true;
}

void GeminiStreamReader::ReadChunk(const JsonDoc& doc) {
  const JsonView chunk = doc.root();
  if (!chunk.is(JsonKind::kObject)) return Fail(Garbage(KindName(chunk.kind())));
  if (const JsonView error = chunk["error"]) return ReadError(error, chunk.raw());
  counts_.Read(chunk["usageMetadata"]);
  Start(chunk);
  for (const JsonView candidate : chunk["candidates"].items()) {
    ReadCandidate(candidate);
    if (ended_) return;
  }
  ReadBlocked(chunk["promptFeedback"]);
}

void GeminiStreamReader::Start(JsonView chunk) {
  if (started_) return;
  started_ = true;
  Emit(chat::Started{chunk["responseId"].text(), chunk["modelVersion"].text(), counts_.Total()});
}

void GeminiStreamReader::Fail(Error error) {
  if (ended_) return;
  if (!started_) Emit(chat::Started{});
  started_ = true;
  Emit(chat::Failed{std::move(error)});
  ended_ = true;
}

void GeminiStreamReader::ReadError(JsonView error, std::string_view json) {
  const auto status = IntegerOf(error["code"]).value_or(0);
  upstream_error_ =
      UpstreamError{static_cast<int>(std::clamp<std::int64_t>(status, 0, 999)), std::string(json)};
  Error failure = agm::Fail(ErrorCode::kUpstreamUnavailable,
                            "the upstream broke off its answer with an error (status {})", status);
  failure.reason = "upstream_error";
  Fail(std::move(failure));
}

// The upstream may block a prompt before the response or while it streams.
void GeminiStreamReader::ReadBlocked(JsonView feedback) {
  const JsonView reason = feedback["blockReason"];
  if (!reason || blocked_) return;
  blocked_ = true;
  const bool answered = std::any_of(candidates_.begin(), candidates_.end(),
                                    [](const Candidate& c) { return c.has_content || c.finish; });
  if (!answered) Refuse(reason);
  for (Candidate& candidate : candidates_) {
    if (!candidate.finish) candidate.finish = chat::FinishReason::kContentFilter;
  }
}

// The answer is a refusal, not an error.
void GeminiStreamReader::Refuse(JsonView reason) {
  Candidate& candidate = At(0);
  CloseBlock(candidate);
  candidate.has_content = true;
  chat::BlockStarted started;
  started.kind = chat::BlockKind::kRefusal;
  Emit(std::move(started));
  std::string text = "The prompt was blocked by the upstream";
  const std::string name = AsciiLower(reason.text());
  if (!name.empty()) text += fmt::format(" ({})", name);
  Emit(chat::BlockDelta{0, text + ".", {}});
  Emit(chat::BlockStopped{0, {}});
}

GeminiStreamReader::Candidate& GeminiStreamReader::At(int index) {
  const auto at = std::find_if(candidates_.begin(), candidates_.end(),
                               [index](const Candidate& c) { return c.index >= index; });
  if (at != candidates_.end() && at->index == index) return *at;
  Candidate fresh;
  fresh.index = index;
  fresh.grounding = GeminiGrounding(reading_.citations);
  return *candidates_.insert(at, std::move(fresh));
}

void GeminiStreamReader::ReadCandidate(JsonView json) {
  const auto index = IntegerOf(json["index"]).value_or(0);
  if (index < 0 || index >= kMaxCandidates) return Fail(Garbage("a candidate index out of range"));
  Candidate& candidate = At(static_cast<int>(index));
  if (const JsonView logprobs = json["logprobsResult"]) {
    candidate.logprobs = ReadGeminiLogprobs(logprobs);
  }
  if (const JsonView token = json["continuationToken"]; token.is(JsonKind::kString)) {
    continuation_ = token.raw();
  }
  candidate.grounding.BeginChunk();
  for (const JsonView part : json["content"]["parts"].items()) {
    candidate.grounding.BeginPart();
    ReadPart(candidate, part);
    if (ended_) return;
  }
  candidate.grounding.Read(json["groundingMetadata"]);
  candidate.grounding.ReadFetched(json["urlContextMetadata"]);
  if (const JsonView reason = json["finishReason"]) ReadFinish(candidate, reason);
}

void GeminiStreamReader::ReadPart(Candidate& candidate, JsonView part) {
  if (const JsonView call = part["functionCall"]) return ReadCall(candidate, call, Signature(part));
  EndPieces(candidate);
  if (part["text"]) {
    ReadText(candidate, part, Signature(part));
  } else if (const JsonView media = part["inlineData"]) {
    // A picture in a thought is a draft.
    if (!part["thought"].boolean()) ReadMedia(candidate, media, Signature(part));
  } else if (const JsonView code = part["executableCode"]) {
    ReadCode(candidate, part, GeminiCodeText(code));
  } else if (const JsonView result = part["codeExecutionResult"]) {
    ReadCode(candidate, part, GeminiCodeResultText(result));
  } else if (part["toolCall"] || part["toolResponse"]) {
    ReadOpaque(candidate, part);
  }
}

// Code that the model ran is shown as text, which the upstream does not count as such.
void GeminiStreamReader::ReadCode(Candidate& candidate, JsonView part, std::string text) {
  candidate.grounding.AddShown(text);
  AddText(candidate, chat::BlockKind::kText, std::move(text), Signature(part),
          CompactJson(part.raw()));
}

// A call of one of the upstream's own tools, or its result.
void GeminiStreamReader::ReadOpaque(Candidate& candidate, JsonView part) {
  CloseBlock(candidate);
  chat::BlockStarted started;
  started.choice = candidate.index;
  started.kind = chat::BlockKind::kOpaque;
  started.name = "gemini";
  Emit(std::move(started));
  Emit(chat::BlockDelta{candidate.index, CompactJson(part.raw()), {}});
  Emit(chat::BlockStopped{candidate.index, {}});
}

void GeminiStreamReader::ReadText(Candidate& candidate, JsonView part, std::string signature) {
  const bool thought = part["thought"].boolean();
  std::string text = part["text"].text();
  if (!thought) candidate.grounding.AddText(text);
  AddText(candidate, thought ? chat::BlockKind::kThought : chat::BlockKind::kText, std::move(text),
          std::move(signature));
}

void GeminiStreamReader::AddText(Candidate& candidate, chat::BlockKind kind, std::string text,
                                 std::string signature, std::string part) {
  if (text.empty() && signature.empty()) return;
  if (candidate.open != kind) {
    CloseBlock(candidate);
    chat::BlockStarted started;
    started.choice = candidate.index;
    started.kind = kind;
    Emit(std::move(started));
    candidate.open = kind;
  }
  if (kind == chat::BlockKind::kText) {
    candidate.has_content = candidate.has_content || !text.empty();
  }
  chat::BlockDelta delta{candidate.index, std::move(text), {}, std::move(part)};
  if (kind == chat::BlockKind::kText) delta.logprobs = std::exchange(candidate.logprobs, {});
  if (!delta.text.empty() || !delta.logprobs.empty()) Emit(std::move(delta));
  if (!signature.empty()) CloseBlock(candidate, std::move(signature));
}

void GeminiStreamReader::CloseBlock(Candidate& candidate, std::string signature) {
  if (!candidate.open) return;
  candidate.open.reset();
  Emit(chat::BlockStopped{candidate.index, std::move(signature)});
}

void GeminiStreamReader::ReadMedia(Candidate& candidate, JsonView media, std::string signature) {
  std::string data = media["data"].text();
  if (data.empty()) return;
  CloseBlock(candidate);
  chat::BlockStarted started;
  started.choice = candidate.index;
  started.kind = chat::BlockKind::kMedia;
  started.mime = media["mimeType"].text();
  Emit(std::move(started));
  Emit(chat::BlockDelta{candidate.index, std::move(data), {}});
  Emit(chat::BlockStopped{candidate.index, std::move(signature)});
  candidate.has_content = true;
}

void GeminiStreamReader::ReadFinish(Candidate& candidate, JsonView reason) {
  using chat::FinishReason;
  if (blocked_) return;  // an earlier chunk has said how the answer ends
  EndPieces(candidate);
  const FinishReason good = candidate.has_call ? FinishReason::kToolCalls : FinishReason::kStop;
  switch (GeminiEndingOf(reason)) {
    case GeminiEnding::kStop:
      candidate.finish = good;
      return;
    case GeminiEnding::kLength:
      candidate.finish = FinishReason::kLength;
      return;
    case GeminiEnding::kFiltered:
      candidate.finish = FinishReason::kContentFilter;
      return;
    case GeminiEnding::kFailed:
      return Fail(ModelFailed(reason.text()));
    case GeminiEnding::kUnsigned:
      return Fail(Invalid("missing_thought_signature", "messages",
                          "the upstream misses a thought signature on an earlier tool call"));
    case GeminiEnding::kOther:
    case GeminiEnding::kUnknown:
      break;
  }
  if (candidate.has_content) {
    candidate.finish = good;
    return;
  }
  const bool other = GeminiEndingOf(reason) == GeminiEnding::kOther;
  Fail(Rejected(other ? "finish_reason_other" : "finish_reason_unknown",
                fmt::format("the model ended without an answer (finish reason {})",
                            PlainReason(reason.text()))));
}

// The body is complete: Finished if every candidate has ended, otherwise the response was cut off.
void GeminiStreamReader::Finish() {
  if (pieces_.unfinished()) return Fail(CutOff());
  if (!started_ && format_ != Format::kUnknown) return Fail(Garbage("something else"));
  if (candidates_.empty()) {
    return Fail(Rejected("no_candidates", "the upstream answered without candidates"));
  }
  chat::Finished finished;
  for (Candidate& candidate : candidates_) {
    // A token for the next hop may come without a finish reason.
    if (!candidate.finish && !continuation_.empty()) candidate.finish = chat::FinishReason::kLength;
    if (!candidate.finish) return Fail(CutOff());
    EndPieces(candidate);
    CloseBlock(candidate);
    auto reason = *candidate.finish;
    // STOP may be sent before the call that it belongs to.
    if (reason == chat::FinishReason::kStop && candidate.has_call) {
      reason = chat::FinishReason::kToolCalls;
    }
    finished.choices.push_back({candidate.index, reason, {}});
    candidate.grounding.Finish(finished.choices.back());
  }
  finished.usage = counts_.Total();
  if (!continuation_.empty()) finished.continuation = continuation_;
  Emit(std::move(finished));
  ended_ = true;
}

}  // namespace agm::protocol
