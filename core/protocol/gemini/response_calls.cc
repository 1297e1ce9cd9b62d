// The tool calls of the Gemini API's answers: whole ones, and those that come piece by piece.

#include <utility>

#include "core/protocol/gemini/response.h"
#include "core/protocol/shared/compact_json.h"

namespace agm::protocol {
namespace {

// The bare input of a custom tool; some models give its one member another name.
JsonView CustomInput(JsonView args) {
  if (args["input"].is(JsonKind::kString)) return args["input"];
  if (args.size() != 1) return {};
  for (const JsonMember member : args.members()) {
    if (member.value.is(JsonKind::kString)) return member.value;
  }
  return {};
}

// The client may have got the arguments already, so they cannot be changed.
Error Rewritten() {
  return {ErrorCode::kUpstreamRejected,
          "the model failed to write a valid answer: it wrote an argument of a tool call twice",
          "malformed_function_call",
          {},
          -1,
          {}};
}

}  // namespace

void GeminiStreamReader::ReadCall(Candidate& candidate, JsonView call, std::string signature) {
  if (ReadPiece(candidate, call, signature)) return;
  if (candidate.has_call && reading_.one_call) return;
  chat::BlockStarted started;
  started.id = call["id"].text();
  started.name = call["name"].text();
  PutCall(candidate, std::move(started), call["args"], std::move(signature));
}

// A call may come in several parts, the first with its name; all but the last say `willContinue`.
// True where the part is one of such a call.
bool GeminiStreamReader::ReadPiece(Candidate& candidate, JsonView call, std::string signature) {
  const bool more = call["willContinue"].boolean();
  if (call["name"]) {
    EndPieces(candidate);
    if (!more && !call["partialArgs"]) return false;
    BeginPieces(candidate, call, signature);
  } else if (!candidate.call) {
    return false;
  }
  if (!signature.empty()) candidate.call->signature = std::move(signature);
  AddPieces(candidate, candidate.call->args.Add(call["partialArgs"]));
  if (candidate.call->args.broken()) {
    candidate.call.reset();
    Fail(Rewritten());
  } else if (!more) {
    EndPieces(candidate);
  }
  return true;
}

void GeminiStreamReader::BeginPieces(Candidate& candidate, JsonView call, std::string signature) {
  candidate.call = PartialCall{call["id"].text(), call["name"].text(), {}, {}, false, {}};
  PartialCall& partial = *candidate.call;
  const auto known = reading_.tools.find(partial.name);
  const bool custom =
      known != reading_.tools.end() && known->second.kind == chat::ToolKind::kCustom;
  partial.streams = !custom && !(candidate.has_call && reading_.one_call);
  if (!partial.streams) return;
  chat::BlockStarted started;
  started.id = partial.id;
  started.name = partial.name;
  started.signature = std::move(signature);
  BeginCall(candidate, started);
  Emit(std::move(started));
}

void GeminiStreamReader::AddPieces(Candidate& candidate, const std::string& text) {
  PartialCall& partial = *candidate.call;
  if (!partial.streams) {
    partial.held += text;
  } else if (!text.empty()) {
    Emit(chat::BlockDelta{candidate.index, text, {}});
  }
}

void GeminiStreamReader::EndPieces(Candidate& candidate) {
  if (!candidate.call) return;
  AddPieces(candidate, candidate.call->args.End());
  PartialCall call = *std::exchange(candidate.call, std::nullopt);
  if (call.streams) return Emit(chat::BlockStopped{candidate.index, std::move(call.signature)});
  if (candidate.has_call && reading_.one_call) return;
  chat::BlockStarted started;
  started.id = std::move(call.id);
  started.name = std::move(call.name);
  const auto doc = JsonDoc::Parse(call.held);
  PutCall(candidate, std::move(started), doc ? doc->root() : JsonView(), std::move(call.signature));
}

// Gives the call an id of its own, and the client's name of the tool.
void GeminiStreamReader::BeginCall(Candidate& candidate, chat::BlockStarted& started) {
  CloseBlock(candidate);
  started.choice = candidate.index;
  started.kind = chat::BlockKind::kToolCall;
  if (started.id.empty() || started.id.size() > kLongestCallId || used_ids_.contains(started.id)) {
    started.id = "call_" + ids_();
  }
  used_ids_.insert(started.id);
  if (const auto known = reading_.tools.find(started.name); known != reading_.tools.end()) {
    started.tool = known->second.kind;
    started.name = known->second.name;
  }
  candidate.has_call = true;
  candidate.has_content = true;
}

void GeminiStreamReader::PutCall(Candidate& candidate, chat::BlockStarted started, JsonView args,
                                 std::string signature) {
  BeginCall(candidate, started);
  const bool custom = started.tool == chat::ToolKind::kCustom;
  const JsonView input = custom ? CustomInput(args) : JsonView();
  std::string text;
  if (input) {
    text = input.text();
  } else {
    text = args.is(JsonKind::kObject) ? CompactJson(args.raw()) : std::string(custom ? "" : "{}");
  }
  Emit(std::move(started));
  if (!text.empty()) Emit(chat::BlockDelta{candidate.index, std::move(text), {}});
  Emit(chat::BlockStopped{candidate.index, std::move(signature)});
}

}  // namespace agm::protocol
