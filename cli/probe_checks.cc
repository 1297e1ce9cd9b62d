#include "cli/probe_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/table.h"

namespace agm::cli {
namespace {

using Pointer = Json::json_pointer;

/// The value at a JSON pointer; nullptr if there is none.
const Json* At(const Json& json, const char* path) {
  const Pointer pointer(path);
  return json.contains(pointer) ? &json.at(pointer) : nullptr;
}

std::string TextAt(const Json& json, const char* path) {
  const Json* value = At(json, path);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

bool NumberAt(const Json& json, const char* path) {
  const Json* value = At(json, path);
  return value != nullptr && value->is_number();
}

std::string Missing(const char* path) {
  std::string name(path + 1);
  std::replace(name.begin(), name.end(), '/', '.');
  return fmt::format("{} is missing or of the wrong type", name);
}

std::string Instead(const char* path, const char* expected, const Json& json) {
  const std::string found = TextAt(json, path);
  if (found == expected) return {};
  return fmt::format("{} is \"{}\", not \"{}\"", path + 1, Shorten(found, 40), expected);
}

/// Parses the body as a JSON object and checks it with `check`.
template <class Check>
std::string CheckObject(const GatewayAnswer& answer, Check check) {
  auto json = ParseJson(answer.body);
  if (!json) return fmt::format("the body is no JSON: {}", Shorten(json.error().message, 120));
  if (!json->is_object()) return "the body is no JSON object";
  return check(*json);
}

std::string FirstOf(std::initializer_list<std::string> problems) {
  for (const std::string& problem : problems) {
    if (!problem.empty()) return problem;
  }
  return {};
}

std::string NeedText(const Json& json, const char* path) {
  return TextAt(json, path).empty() ? Missing(path) : std::string();
}

std::string NeedNumber(const Json& json, const char* path) {
  return NumberAt(json, path) ? std::string() : Missing(path);
}

struct SseEvent {
  std::string event;
  std::string data;
};

/// The events of a stream; nullopt if its framing is wrong.
std::optional<std::vector<SseEvent>> ReadEvents(std::string_view text) {
  std::vector<SseEvent> events;
  SseEvent event;
  bool has_data = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;  // truncated inside a line
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) {
      if (has_data) events.push_back(std::move(event));
      event = {};
      has_data = false;
    } else if (line.starts_with("data:")) {
      line.remove_prefix(line.starts_with("data: ") ? 6 : 5);
      event.data += (has_data ? "\n" : "") + std::string(line);
      has_data = true;
    } else if (line.starts_with("event:")) {
      event.event = line.substr(line.starts_with("event: ") ? 7 : 6);
    }
  }
  if (has_data) return std::nullopt;  // without its empty line a client never dispatches the event
  return events;
}

std::string StreamProblem(const GatewayAnswer& answer,
                          const std::optional<std::vector<SseEvent>>& events) {
  if (!answer.content_type.starts_with("text/event-stream")) {
    return fmt::format("Content-Type is \"{}\", not text/event-stream",
                       Shorten(answer.content_type, 60));
  }
  if (!events) return "the stream breaks off inside an event";
  return events->empty() ? "the stream has no events" : "";
}

/// The state of a chat stream after the chunks so far.
struct ChatChunks {
  std::string text;
  std::string finish;
  std::string Take(const std::string& data);
};

std::string ChatChunks::Take(const std::string& data) {
  auto chunk = ParseJson(data);
  if (!chunk || !chunk->is_object()) return "a chunk is no JSON object";
  if (At(*chunk, "/error") != nullptr) {
    return "the stream ends in an error: " + Shorten(TextAt(*chunk, "/error/message"), 200);
  }
  if (auto wrong = Instead("/object", "chat.completion.chunk", *chunk); !wrong.empty())
    return wrong;
  text += TextAt(*chunk, "/choices/0/delta/content");
  if (auto reason = TextAt(*chunk, "/choices/0/finish_reason"); !reason.empty()) finish = reason;
  return {};
}

}  // namespace

std::string CheckHealth(const GatewayAnswer& answer) {
  return CheckObject(answer, [](const Json& json) { return Instead("/status", "ok", json); });
}

std::string CheckModels(const GatewayAnswer& answer) {
  return CheckObject(answer, [](const Json& json) -> std::string {
    const Json* data = At(json, "/data");
    if (data == nullptr || !data->is_array()) return Missing("/data");
    for (const Json& model : *data) {
      if (TextAt(model, "/id").empty()) return "a model has no id";
    }
    return data->empty() ? "the list is empty" : Instead("/object", "list", json);
  });
}

std::string CheckChat(const GatewayAnswer& answer) {
  return CheckObject(answer, [](const Json& json) {
    return FirstOf({Instead("/object", "chat.completion", json), NeedText(json, "/id"),
                    Instead("/choices/0/message/role", "assistant", json),
                    NeedText(json, "/choices/0/message/content"),
                    NeedText(json, "/choices/0/finish_reason"),
                    NeedNumber(json, "/usage/total_tokens")});
  });
}

std::string CheckChatStream(const GatewayAnswer& answer) {
  const auto events = ReadEvents(answer.body);
  if (auto problem = StreamProblem(answer, events); !problem.empty()) return problem;
  ChatChunks chunks;
  for (const SseEvent& event : *events) {
    if (event.data == "[DONE]") {
      if (&event != &events->back()) return "something follows data: [DONE]";
      if (chunks.text.empty()) return "no chunk carries text";
      return chunks.finish.empty() ? "no chunk has a finish_reason" : "";
    }
    if (auto problem = chunks.Take(event.data); !problem.empty()) return problem;
  }
  return "the stream does not end with data: [DONE]";
}

std::string CheckTools(const GatewayAnswer& answer) {
  return CheckObject(answer, [](const Json& json) -> std::string {
    const char* kCall = "/choices/0/message/tool_calls/0";
    if (At(json, kCall) == nullptr) return "the model did not call the tool";
    const std::string call(kCall);
    auto problem = FirstOf({NeedText(json, (call + "/id").c_str()),
                            Instead((call + "/function/name").c_str(), "get_weather", json),
                            Instead("/choices/0/finish_reason", "tool_calls", json)});
    if (!problem.empty()) return problem;
    auto arguments = ParseJson(TextAt(json, (call + "/function/arguments").c_str()));
    if (!arguments || !arguments->is_object()) return "the call's arguments are no JSON object";
    return TextAt(*arguments, "/city").empty() ? "the call's arguments lack \"city\"" : "";
  });
}

std::string CheckJsonSchema(const GatewayAnswer& answer) {
  if (auto problem = CheckChat(answer); !problem.empty()) return problem;
  return CheckObject(answer, [](const Json& json) -> std::string {
    auto content = ParseJson(TextAt(json, "/choices/0/message/content"));
    if (!content || !content->is_object()) return "the content is no JSON object";
    if (TextAt(*content, "/capital").empty()) return "the content lacks \"capital\"";
    return content->size() == 1 ? "" : "the content has members that the schema does not allow";
  });
}

namespace {

std::string ResponseProblem(const Json& json) {
  if (auto problem = FirstOf({Instead("/object", "response", json), NeedText(json, "/id"),
                              Instead("/status", "completed", json)});
      !problem.empty()) {
    return problem;
  }
  const Json* output = At(json, "/output");
  if (output == nullptr || !output->is_array()) return Missing("/output");
  const bool has_text = std::any_of(output->begin(), output->end(), [](const Json& item) {
    return TextAt(item, "/type") == "message" && !TextAt(item, "/content/0/text").empty();
  });
  return has_text ? "" : "output holds no message with text";
}

/// The state of a Responses stream after the events so far.
struct ResponseEvents {
  std::string text;
  std::int64_t number = -1;
  std::string Take(const SseEvent& event, std::string& type, Json& body);
};

std::string ResponseEvents::Take(const SseEvent& event, std::string& type, Json& body) {
  auto json = ParseJson(event.data);
  if (!json || !json->is_object()) return "an event's data is no JSON object";
  type = TextAt(*json, "/type");
  if (type != event.event) return fmt::format("event {} has the type {}", event.event, type);
  const Json* numbered = At(*json, "/sequence_number");
  if (numbered == nullptr || !numbered->is_number_integer()) return Missing("/sequence_number");
  if (numbered->get<std::int64_t>() != ++number) return "sequence_number does not count by one";
  if (type == "response.output_text.delta") text += TextAt(*json, "/delta");
  if (type == "error" || type == "response.failed") return "the stream ends in " + type;
  body = std::move(*json);
  return {};
}

}  // namespace

std::string CheckResponses(const GatewayAnswer& answer) {
  return CheckObject(answer, ResponseProblem);
}

std::string CheckResponsesStream(const GatewayAnswer& answer) {
  const auto events = ReadEvents(answer.body);
  if (auto problem = StreamProblem(answer, events); !problem.empty()) return problem;
  ResponseEvents seen;
  std::string type;
  Json body;
  for (const SseEvent& event : *events) {
    if (event.data == "[DONE]") continue;
    if (auto problem = seen.Take(event, type, body); !problem.empty()) return problem;
    if (seen.number == 0 && type != "response.created") return "response.created is not the first";
  }
  if (type != "response.completed") return "the stream does not end with response.completed";
  if (seen.text.empty()) return "no event carries text";
  const Json* response = At(body, "/response");
  return response == nullptr ? Missing("/response") : ResponseProblem(*response);
}

std::string CheckCompletions(const GatewayAnswer& answer) {
  return CheckObject(answer, [](const Json& json) {
    return FirstOf({Instead("/object", "text_completion", json), NeedText(json, "/choices/0/text"),
                    NeedText(json, "/choices/0/finish_reason")});
  });
}

std::string CheckEmbeddings(const GatewayAnswer& answer) {
  return CheckObject(answer, [](const Json& json) -> std::string {
    const Json* vector = At(json, "/data/0/embedding");
    if (vector == nullptr || !vector->is_array() || vector->empty()) {
      return Missing("/data/0/embedding");
    }
    const bool numbers = std::all_of(vector->begin(), vector->end(),
                                     [](const Json& value) { return value.is_number(); });
    return numbers ? "" : "the embedding holds something else than numbers";
  });
}

std::string CheckAnthropic(const GatewayAnswer& answer) {
  return CheckObject(answer, [](const Json& json) {
    return FirstOf({Instead("/type", "message", json), Instead("/role", "assistant", json),
                    Instead("/content/0/type", "text", json), NeedText(json, "/content/0/text"),
                    NeedText(json, "/stop_reason"), NeedNumber(json, "/usage/output_tokens")});
  });
}

std::string CheckGemini(const GatewayAnswer& answer) {
  return CheckObject(answer, [](const Json& json) {
    return FirstOf({NeedText(json, "/candidates/0/content/parts/0/text"),
                    NeedNumber(json, "/usageMetadata/promptTokenCount")});
  });
}

}  // namespace agm::cli
