#include "core/protocol/anthropic/messages_code.h"

#include <fmt/format.h>

#include "core/base/json_writer.h"
#include "core/protocol/shared/code_text.h"

namespace agm::protocol {
namespace {

constexpr std::string_view kPrefix = "srvtoolu_code";
constexpr std::string_view kFirstWithBash = "code_execution_20250825";
constexpr std::string_view kTooLong = "execution_time_exceeded";

std::string TypeIn(const chat::Request* request) {
  if (request == nullptr) return {};
  const auto kept = request->extra.find(kCodeTool);
  if (kept == request->extra.end()) return {};
  const auto doc = JsonDoc::Parse(kept->second);
  return doc ? doc->root().text() : std::string();
}

std::string EchoedResult(JsonView content) {
  if (content["error_code"].equals(kTooLong)) return CodeResultText(kCodeTookTooLong, {});
  const bool good = content["return_code"].integer().value_or(0) == 0;
  return CodeResultText(good ? kCodeSucceeded : kCodeFailed,
                        content[good ? "stdout" : "stderr"].text());
}

}  // namespace

CodeBlocks::CodeBlocks(std::string_view type)
    : name_(type >= kFirstWithBash ? "bash_code_execution" : "code_execution"),
      input_(type >= kFirstWithBash ? "command" : "code") {}

CodeBlocks::CodeBlocks(const chat::Request* request) : CodeBlocks(TypeIn(request)) {}

std::string CodeBlocks::Input(std::string_view code) const {
  std::string input;
  JsonWriter(input).Object().Key(input_).String(code).EndObject();
  return input;
}

std::string CodeBlocks::Result(std::string_view id, JsonView result) const {
  const std::string outcome = result["outcome"].text();
  std::string block;
  JsonWriter json(block);
  json.Object().Key("type").String(name_ + "_tool_result").Key("tool_use_id").String(id);
  json.Key("content").Object().Key("type");
  if (!result || outcome == kCodeTookTooLong) {
    json.String(name_ + "_tool_result_error").Key("error_code");
    json.String(result ? kTooLong : "unavailable");
  } else {
    const bool good = outcome.empty() || outcome == kCodeSucceeded;
    const std::string output = result["output"].text();
    json.String(name_ + "_result").Key("stdout").String(good ? output : "");
    json.Key("stderr").String(good ? "" : output).Key("return_code").Int(good ? 0 : 1);
    json.Key("content").Array().EndArray();
  }
  json.EndObject().EndObject();
  return block;
}

std::string CodeId(std::string_view reply, int number) {
  return fmt::format("{}{}{}", kPrefix, reply, number);
}

std::string EchoedCode(JsonView block) {
  if (block["tool_use_id"].text().starts_with(kPrefix)) return EchoedResult(block["content"]);
  if (!block["id"].text().starts_with(kPrefix)) return {};
  const JsonView input = block["input"];
  return CodeText("PYTHON", input[input["code"] ? "code" : "command"].text());
}

}  // namespace agm::protocol
