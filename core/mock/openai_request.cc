#include "core/mock/openai_request.h"

#include <map>
#include <string_view>

#include "core/base/json_writer.h"

namespace agm::mock {
namespace {

/// Writes one request.
class Writer {
 public:
  explicit Writer(JsonView chat) : chat_(chat), json_(out_) {}

  std::string Run() {
    json_.Object().Key("contents").Array();
    for (const JsonView message : chat_["messages"].items()) Message(message);
    json_.EndArray();
    Tools();
    Config();
    json_.EndObject();
    return std::move(out_);
  }

 private:
  void Message(JsonView message) {
    const JsonView role = message["role"];
    if (role.equals("tool")) return Result(message);
    json_.Object().Key("role").String(role.equals("assistant") ? "model" : "user");
    json_.Key("parts").Array();
    Content(message["content"]);
    for (const JsonView call : message["tool_calls"].items()) Call(call);
    json_.EndArray().EndObject();
  }

  void Text(const std::string& text) { json_.Object().Key("text").String(text).EndObject(); }

  void Content(JsonView content) {
    if (content.is(JsonKind::kString)) return Text(content.text());
    for (const JsonView part : content.items()) {
      if (part["text"]) Text(part["text"].text());
      const std::string url = part["image_url"]["url"].text();
      const std::size_t comma = url.find(',');
      if (!url.starts_with("data:") || comma == std::string::npos) continue;
      json_.Object().Key("inlineData").Object();
      json_.Key("mimeType").String(url.substr(5, url.find(';') - 5));
      json_.Key("data").String(url.substr(comma + 1)).EndObject().EndObject();
    }
  }

  void Call(JsonView call) {
    const JsonView function = call["function"];
    names_[call["id"].text()] = function["name"].text();
    const std::string arguments = function["arguments"].text();
    const auto doc = JsonDoc::Parse(arguments);
    json_.Object().Key("functionCall").Object().Key("name").String(function["name"].text());
    json_.Key("args").Raw(doc && doc->root().is(JsonKind::kObject) ? arguments : "{}");
    json_.EndObject().EndObject();
  }

  void Result(JsonView message) {
    json_.Object().Key("role").String("user").Key("parts").Array().Object();
    json_.Key("functionResponse").Object();
    json_.Key("name").String(names_[message["tool_call_id"].text()]);
    json_.Key("response").Object().Key("result").String(message["content"].text()).EndObject();
    json_.EndObject().EndObject().EndArray().EndObject();
  }

  void Tools() {
    if (chat_["tools"].size() == 0) return;
    json_.Key("tools").Array().Object().Key("functionDeclarations").Array();
    for (const JsonView tool : chat_["tools"].items()) {
      const JsonView function = tool["function"];
      json_.Object().Key("name").String(function["name"].text());
      if (const JsonView schema = function["parameters"]) {
        json_.Key("parametersJsonSchema").Raw(schema.raw());
      }
      json_.EndObject();
    }
    json_.EndArray().EndObject().EndArray();
    const JsonView choice = chat_["tool_choice"];
    const std::string name = choice["function"]["name"].text();
    if (!choice.equals("required") && name.empty()) return;
    json_.Key("toolConfig").Object().Key("functionCallingConfig").Object();
    json_.Key("mode").String("ANY");
    if (!name.empty()) json_.Key("allowedFunctionNames").Array().String(name).EndArray();
    json_.EndObject().EndObject();
  }

  void Config() {
    json_.Key("generationConfig").Object();
    const JsonView limit =
        chat_["max_tokens"] ? chat_["max_tokens"] : chat_["max_completion_tokens"];
    if (limit) json_.Key("maxOutputTokens").Raw(limit.raw());
    if (const JsonView stop = chat_["stop"]; stop.is(JsonKind::kArray)) {
      json_.Key("stopSequences").Raw(stop.raw());
    }
    if (chat_["n"]) json_.Key("candidateCount").Raw(chat_["n"].raw());
    const JsonView format = chat_["response_format"];
    if (format && !format["type"].equals("text")) {
      json_.Key("responseMimeType").String("application/json");
      if (const JsonView schema = format["json_schema"]["schema"]) {
        json_.Key("responseJsonSchema").Raw(schema.raw());
      }
    }
    const JsonView effort = chat_["reasoning_effort"];
    if (effort && !effort.equals("none")) {
      json_.Key("thinkingConfig").Object().Key("includeThoughts").Bool(true).EndObject();
    }
    json_.EndObject();
  }

  JsonView chat_;
  std::string out_;
  JsonWriter json_;
  std::map<std::string, std::string> names_;  ///< of the tools, by the call's id
};

}  // namespace

std::string GeminiRequestOf(JsonView chat) { return Writer(chat).Run(); }

}  // namespace agm::mock
