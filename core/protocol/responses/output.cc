#include "core/protocol/responses/output.h"

#include <algorithm>
#include <array>

#include "core/base/json_doc.h"
#include "core/base/utf8.h"
#include "core/protocol/responses/request.h"

namespace agm::protocol {
namespace {

const chat::Tool* FindTool(const chat::Request* request, std::string_view name) {
  if (request == nullptr) return nullptr;
  for (const chat::Tool& tool : request->tools) {
    if (tool.name == name) return &tool;
  }
  return nullptr;
}

std::string_view ArgumentsOr(const std::string& arguments) {
  return arguments.empty() ? std::string_view("{}") : std::string_view(arguments);
}

// Required members of an action by its type, with the value to write if the model gave none.
struct Needed {
  std::string_view type;
  std::string_view member;
  std::string_view otherwise;
};
constexpr std::array kNeeded = {
    Needed{"local_shell_call", "env", "{}"},
    Needed{"shell_call", "timeout_ms", "null"},
    Needed{"shell_call", "max_output_length", "null"},
};

// Writes the members of shell and patch calls. Their arguments come from the model: anything but an
// object becomes an empty object.
void WriteAction(JsonWriter& json, const CallShape& shape, const std::string& arguments) {
  const auto doc = JsonDoc::Parse(ArgumentsOr(arguments));
  const JsonView said = doc && doc->root().is(JsonKind::kObject) ? doc->root() : JsonView();
  if (shape.type == "tool_search_call") {
    json.Key("execution").String("client").Key("arguments").Raw(said ? said.raw() : "{}");
    return;
  }
  if (shape.type == "shell_call") json.Key("environment").Null();
  json.Key(shape.type == "apply_patch_call" ? "operation" : "action").Object();
  const bool local = shape.type == "local_shell_call";
  if (local) json.Key("type").String("exec");
  for (const JsonMember member : said.members()) {
    if (local && member.key.equals("type")) continue;
    json.Key(member.key.text()).Raw(member.value.raw());
  }
  for (const Needed& needed : kNeeded) {
    if (needed.type != shape.type || said.Find(needed.member)) continue;
    json.Key(needed.member).Raw(needed.otherwise);
  }
  json.EndObject();
}

}  // namespace

std::string_view CallShape::Prefix() const {
  if (free_text()) return "ctc";
  if (has_arguments()) return "fc";
  return type == "tool_search_call" ? "tsc" : "sh";
}

CallShape ShapeOfCall(const chat::ToolCall& call, const chat::Request* request) {
  CallShape shape;
  shape.name = call.name;
  if (call.kind == chat::ToolKind::kCustom) shape.type = "custom_tool_call";
  const chat::Tool* tool = FindTool(request, call.name);
  if (tool == nullptr || tool->origin.empty()) return shape;
  const auto origin = JsonDoc::Parse(tool->origin);
  if (!origin) return shape;
  if (const JsonView type = origin->root()["type"]) shape.type = type.text();
  if (const JsonView name = origin->root()["name"]) shape.name = name.text();
  shape.space = origin->root()["namespace"].text();
  return shape;
}

std::string CallItem(std::string_view id, const chat::ToolCall& call, const CallShape& shape,
                     bool done) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("id").String(id).Key("type").String(shape.type);
  if (!shape.free_text()) json.Key("status").String(done ? "completed" : "in_progress");
  json.Key("call_id").String(call.id);
  if (shape.has_arguments() || shape.free_text()) {
    json.Key("name").String(shape.name);
    if (!shape.space.empty()) json.Key("namespace").String(shape.space);
    const std::string_view text =
        shape.free_text() ? std::string_view(call.arguments) : ArgumentsOr(call.arguments);
    json.Key(shape.free_text() ? "input" : "arguments").String(done ? text : "");
  } else {
    WriteAction(json, shape, call.arguments);
  }
  json.EndObject();
  return out;
}

std::string ReasoningItem(std::string_view id, std::string_view summary, std::string_view sealed,
                          bool done) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("id").String(id).Key("type").String("reasoning");
  json.Key("status").String(done ? "completed" : "in_progress").Key("summary").Array();
  if (!summary.empty()) {
    json.Object().Key("type").String("summary_text").Key("text").String(summary).EndObject();
  }
  json.EndArray();
  if (!sealed.empty()) json.Key("encrypted_content").String(sealed);
  json.EndObject();
  return out;
}

std::string ImageItem(std::string_view id, std::string_view base64, bool done) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("id").String(id).Key("type").String("image_generation_call");
  json.Key("status").String(done ? "completed" : "in_progress").Key("result");
  done ? json.String(base64) : json.Null();
  json.EndObject();
  return out;
}

bool AsksForSearch(const chat::Request* request) {
  if (request == nullptr) return false;
  const auto& tools = request->hosted_tools;
  return std::find(tools.begin(), tools.end(), chat::HostedTool::kWebSearch) != tools.end();
}

std::string SearchItem(std::string_view id, const std::vector<std::string>& searches,
                       const std::vector<chat::WebPage>& sources, bool done) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("id").String(id).Key("type").String("web_search_call");
  json.Key("status").String(done ? "completed" : "in_progress");
  json.Key("action").Object().Key("type").String("search");
  json.Key("query").String(searches.empty() ? std::string_view() : searches.front());
  json.Key("queries").Array();
  for (const std::string& search : searches) json.String(search);
  json.EndArray();
  if (done) {
    json.Key("sources").Array();
    for (const chat::WebPage& source : sources) {
      json.Object().Key("type").String("url").Key("url").String(source.url).EndObject();
    }
    json.EndArray();
  }
  json.EndObject().EndObject();
  return out;
}

std::string AudioPart(std::string_view base64) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("type").String("output_audio").Key("data").String(base64);
  json.Key("transcript").String("").EndObject();
  return out;
}

void WriteResponsesUsage(JsonWriter& json, const chat::Usage& usage) {
  json.Object().Key("input_tokens").Int(usage.input);
  json.Key("input_tokens_details").Object().Key("cached_tokens").Int(usage.cached);
  json.Key("cache_write_tokens").Int(0).EndObject();
  json.Key("output_tokens").Int(usage.output);
  json.Key("output_tokens_details").Object().Key("reasoning_tokens").Int(usage.thoughts);
  json.EndObject().Key("total_tokens").Int(usage.input + usage.output).EndObject();
}

void WriteResponsesCitation(JsonWriter& json, const chat::Citation& citation) {
  json.Object().Key("type").String("url_citation").Key("url").String(citation.url);
  json.Key("title").String(citation.title).Key("start_index").Int(citation.start);
  json.Key("end_index").Int(citation.end).EndObject();
}

std::string ResponsesLogprobs(const std::vector<chat::TokenLogprob>& tokens, LogprobBytes bytes) {
  const auto write = [&](JsonWriter& json, std::string_view token, double logprob) {
    json.Key("token").String(token).Key("logprob").Double(logprob);
    if (bytes == LogprobBytes::kLeftOut) return;
    json.Key("bytes").Array();
    for (const char c : token) json.Int(static_cast<unsigned char>(c));
    json.EndArray();
  };
  std::string out;
  JsonWriter json(out);
  json.Array();
  for (const chat::TokenLogprob& token : tokens) {
    write(json.Object(), token.token, token.logprob);
    json.Key("top_logprobs").Array();
    for (const chat::Alternative& other : token.top) {
      write(json.Object(), other.token, other.logprob);
      json.EndObject();
    }
    json.EndArray().EndObject();
  }
  json.EndArray();
  return out;
}

std::string MessagePart(std::string_view text, bool refusal,
                        const std::vector<chat::Citation>& citations,
                        const std::vector<chat::TokenLogprob>& logprobs) {
  std::string out;
  JsonWriter json(out);
  if (refusal) {
    json.Object().Key("type").String("refusal").Key("refusal").String(text).EndObject();
    return out;
  }
  json.Object().Key("type").String("output_text").Key("text").String(text);
  json.Key("annotations").Array();
  for (const chat::Citation& citation : citations) WriteResponsesCitation(json, citation);
  json.EndArray().Key("logprobs").Raw(ResponsesLogprobs(logprobs, LogprobBytes::kTold));
  json.EndObject();
  return out;
}

std::string MessageItem(std::string_view id, std::string_view part, std::string_view status) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("id").String(id).Key("type").String("message").Key("status").String(status);
  json.Key("role").String("assistant").Key("content").Array().RawMembers(part).EndArray();
  json.EndObject();
  return out;
}

Ending EndingOf(chat::FinishReason reason) {
  switch (reason) {
    case chat::FinishReason::kStop:
    case chat::FinishReason::kToolCalls:
      return {"completed", {}, nullptr};
    case chat::FinishReason::kLength:
      return {"incomplete", "max_output_tokens", nullptr};
    case chat::FinishReason::kContentFilter:
      return {"incomplete", "content_filter", nullptr};
  }
  return {"completed", {}, nullptr};
}

std::string_view ResponsesErrorCode(const Error& error) {
  switch (error.code) {
    case ErrorCode::kRateLimited:
      return "rate_limit_exceeded";
    case ErrorCode::kQuotaExhausted:
    case ErrorCode::kBudgetSpent:
      return "insufficient_quota";
    case ErrorCode::kOverloaded:
      return "server_is_overloaded";
    case ErrorCode::kInvalidRequest:
      return error.reason == "context_length_exceeded" ? "context_length_exceeded"
                                                       : "invalid_prompt";
    case ErrorCode::kTooLarge:
      return "invalid_prompt";
    case ErrorCode::kUnauthenticated:
    case ErrorCode::kForbidden:
    case ErrorCode::kUnknownRoute:
    case ErrorCode::kMethodNotAllowed:
    case ErrorCode::kUnknownModel:
    case ErrorCode::kNotFound:
    case ErrorCode::kUnsupportedMedia:
    case ErrorCode::kNoAccount:
    case ErrorCode::kUpstreamRejected:
    case ErrorCode::kUpstreamUnavailable:
    case ErrorCode::kTimeout:
    case ErrorCode::kCancelled:
    case ErrorCode::kConfig:
    case ErrorCode::kIo:
    case ErrorCode::kDamaged:
    case ErrorCode::kInternal:
      return "server_error";
  }
  return "server_error";
}

std::string ResponseObject(const Reply& reply, const Ending& ending, std::string_view items,
                           const chat::Usage* usage, std::string_view further) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("id").String("resp_" + reply.id).Key("object").String("response");
  json.Key("created_at").Int(reply.created).Key("status").String(ending.status);
  json.Key("completed_at");
  ending.status == "completed" ? json.Int(reply.created) : json.Null();
  json.Key("error");
  if (ending.error != nullptr) {
    json.Object().Key("code").String(ResponsesErrorCode(*ending.error));
    json.Key("message").String(ToUtf8(ending.error->message)).EndObject();
  } else {
    json.Null();
  }
  json.Key("incomplete_details");
  if (ending.incomplete.empty()) {
    json.Null();
  } else {
    json.Object().Key("reason").String(ending.incomplete).EndObject();
  }
  json.Key("model").String(reply.model).Key("access_programs").Null();
  json.Key("output").Array().RawMembers(items).EndArray();
  if (reply.request != nullptr) {
    const auto echo = reply.request->extra.find(kResponsesEcho);
    if (echo != reply.request->extra.end()) json.RawMembers(echo->second);
  }
  json.Key("usage");
  if (usage == nullptr) {
    json.Null();
  } else {
    WriteResponsesUsage(json, *usage);
  }
  json.RawMembers(further).EndObject();
  return out;
}

}  // namespace agm::protocol
