#include "core/protocol/anthropic/messages_tools.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/json_writer.h"
#include "core/protocol/anthropic/messages_client_tools.h"
#include "core/protocol/anthropic/messages_code.h"
#include "core/protocol/anthropic/messages_content.h"
#include "core/protocol/anthropic/messages_web.h"

namespace agm::protocol {
namespace {

struct Hosted {
  std::string_view prefix;  ///< of the type; a date follows
  chat::HostedTool tool;
};

constexpr std::array kHosted = {
    Hosted{"web_search_", chat::HostedTool::kWebSearch},
    Hosted{"web_fetch_", chat::HostedTool::kUrlContext},
    Hosted{"code_execution_", chat::HostedTool::kCodeExecution},
};

// Options of searches and fetches that no upstream takes.
constexpr std::array<std::string_view, 5> kUntold = {
    "max_uses", "allowed_domains", "blocked_domains", "user_location", "max_content_tokens"};

std::vector<std::string> Texts(JsonView list) {
  std::vector<std::string> texts;
  for (const JsonView item : list.items()) texts.push_back(item.text());
  return texts;
}

/// The tools of one request while they are read.
class Tools {
 public:
  Tools(const MessagesNews& news, Fields& fields, chat::Request& request)
      : news_(news), fields_(fields), request_(request) {}

  void Read(JsonView body) {
    const FieldPath list("tools");
    const JsonView tools = fields_.Get(body, "tools", JsonKind::kArray, {});
    for (const JsonView tool : tools.items()) {
      if (tool["type"].text().starts_with("tool_search_tool_")) searched_ = true;
    }
    std::size_t index = 0;
    for (const JsonView tool : tools.items()) {
      ReadTool(tool, FieldPath(list, index++));
      if (!fields_.ok()) return;
    }
    for (const auto& [name, tool] : news_.added) {
      if (!names_.contains(name)) ReadTool(tool, FieldPath("tool_addition"));
    }
    ReadChoice(fields_.Get(body, "tool_choice", JsonKind::kObject, {}), tools.size() > 0);
  }

 private:
  void ReadTool(JsonView tool, const FieldPath& at) {
    if (!tool.is(JsonKind::kObject)) {
      fields_.WrongType(at, "an object", tool);
      return;
    }
    const std::string type = fields_.Text(tool, "type", at);
    if (type.starts_with("tool_search_tool_")) return;
    const auto* hosted = std::find_if(kHosted.begin(), kHosted.end(), [&](const Hosted& each) {
      return type.starts_with(each.prefix);
    });
    if (hosted != kHosted.end()) return ReadHosted(tool, hosted->tool, at);
    if (type.empty() || type == "custom") return ReadCustom(tool, at);
    auto own = ClientTool(type, tool);
    if (own) return Offer(*std::move(own), tool, at);
    fields_.Refuse("invalid_value", FieldPath(at, "type"),
                   fmt::format("Input tag '{}' is no tool that this gateway has", type));
  }

  bool NewName(const std::string& name, const FieldPath& at) {
    if (names_.insert(name).second) return true;
    fields_.Refuse("tool_name_conflict", FieldPath(at, "name"),
                   fmt::format("another tool has the name \"{}\"", name));
    return false;
  }

  void ReadCustom(JsonView spec, const FieldPath& at) {
    chat::Tool tool;
    tool.name = fields_.NeededText(spec, "name", at);
    tool.description = fields_.Text(spec, "description", at);
    const JsonView schema = fields_.Get(spec, "input_schema", JsonKind::kObject, at);
    if (!schema) {
      fields_.Refuse("missing_required_parameter", FieldPath(at, "input_schema"),
                     "a JSON Schema object is required");
    }
    tool.parameters = schema.raw();
    tool.strict = fields_.Bool(spec, "strict", at).value_or(false);
    for (const JsonView example : spec["input_examples"].items()) {
      tool.description += fmt::format("\nExample input: {}", example.raw());
    }
    if (tool.name.empty()) {
      fields_.Refuse("invalid_value", FieldPath(at, "name"), "expected a name");
    }
    Offer(std::move(tool), spec, at);
  }

  // Declares a function, or keeps it back.
  void Offer(chat::Tool tool, JsonView spec, const FieldPath& at) {
    if (!fields_.ok() || !NewName(tool.name, at)) return;
    if (news_.removed.contains(tool.name)) return;
    const JsonView callers = spec["allowed_callers"];
    const auto all = Texts(callers);
    if (callers && std::find(all.begin(), all.end(), "direct") == all.end()) {
      return Untold("tools." + tool.name + " (the model may not call it itself)", request_);
    }
    const bool deferred =
        spec["defer_loading"].boolean() && !searched_ && !news_.loaded.contains(tool.name);
    (deferred ? deferred_ : request_.tools).push_back(std::move(tool));
  }

  void ReadHosted(JsonView spec, chat::HostedTool tool, const FieldPath& at) {
    const std::string name = fields_.Text(spec, "name", at);
    if (!NewName(name, at)) return;
    hosted_.insert(name);
    auto& hosted = request_.hosted_tools;
    if (std::find(hosted.begin(), hosted.end(), tool) == hosted.end()) hosted.push_back(tool);
    for (const std::string_view field : kUntold) {
      if (spec[field]) Untold(fmt::format("tools.{}.{}", name, field), request_);
    }
    if (tool == chat::HostedTool::kWebSearch) ReadDomains(spec);
    if (tool == chat::HostedTool::kCodeExecution) {
      request_.extra[kCodeTool] = spec["type"].raw();
    }
  }

  // The upstream searches everywhere: the model is asked to mind the domains, and sources from
  // others are not shown.
  void ReadDomains(JsonView spec) {
    const auto allowed = Texts(spec["allowed_domains"]);
    const auto blocked = Texts(spec["blocked_domains"]);
    if (allowed.empty() && blocked.empty()) return;
    std::string wish = "When you search the web, ";
    wish += allowed.empty() ? fmt::format("do not use these sites: {}.", fmt::join(blocked, ", "))
                            : fmt::format("use only these sites: {}.", fmt::join(allowed, ", "));
    std::string domains;
    JsonWriter json(domains);
    json.Object();
    for (const std::string_view key : {"allowed_domains", "blocked_domains"}) {
      if (spec[key]) json.Key(key).Raw(spec[key].raw());
    }
    json.EndObject();
    request_.extra[kWebDomains] = domains;
    auto& messages = request_.messages;
    const auto head = std::find_if(messages.begin(), messages.end(), [](const chat::Message& m) {
      return m.role != chat::Role::kSystem;
    });
    messages.insert(head, {chat::Role::kSystem, {chat::Text{std::move(wish), {}}}, {}});
  }

  void ReadChoice(JsonView choice, bool tools) {
    const FieldPath at("tool_choice");
    if (!choice) return;
    const std::string type = fields_.NeededText(choice, "type", at);
    if (fields_.Bool(choice, "disable_parallel_tool_use", at).value_or(false)) {
      request_.parallel_tool_calls = false;
    }
    if (type == "none") {
      Choose({chat::ToolMode::kNone, {}}, tools);
    } else if (type == "any") {
      Choose({chat::ToolMode::kRequired, {}}, tools);
    } else if (type == "tool") {
      ChooseTool(fields_.NeededText(choice, "name", at), FieldPath(at, "name"), tools);
    } else if (type == "auto") {
      Choose({chat::ToolMode::kAuto, {}}, tools);
    } else {
      fields_.Refuse("invalid_value", FieldPath(at, "type"),
                     fmt::format("expected auto, any, tool or none, found \"{}\"", type));
    }
  }

  void Choose(chat::ToolChoice choice, bool tools) {
    if (tools && !request_.tools.empty()) request_.tool_choice = std::move(choice);
  }

  // A hosted tool cannot be forced: it is offered, and the model decides.
  void ChooseTool(const std::string& name, const FieldPath& at, bool tools) {
    if (!tools || hosted_.contains(name)) return;
    const auto named = [&](const chat::Tool& tool) { return tool.name == name; };
    const auto kept = std::find_if(deferred_.begin(), deferred_.end(), named);
    if (kept != deferred_.end()) request_.tools.push_back(*kept);
    if (std::none_of(request_.tools.begin(), request_.tools.end(), named)) {
      fields_.Refuse("invalid_value", at, fmt::format("there is no tool \"{}\"", name));
    }
    Choose({chat::ToolMode::kRequired, {name}}, true);
  }

  const MessagesNews& news_;
  Fields& fields_;
  chat::Request& request_;
  bool searched_ = false;  ///< a search tool stands in the list
  std::set<std::string> names_;
  std::set<std::string> hosted_;
  std::vector<chat::Tool> deferred_;
};

}  // namespace

void ReadMessagesTools(JsonView body, const MessagesNews& news, Fields& fields,
                       chat::Request& request) {
  Tools(news, fields, request).Read(body);
}

}  // namespace agm::protocol
