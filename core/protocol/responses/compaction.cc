#include "core/protocol/responses/compaction.h"

#include <utility>

#include "core/base/base64.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/protocol/openai/error.h"
#include "core/protocol/responses/output.h"
#include "core/protocol/responses/response.h"

namespace agm::protocol {
namespace {

constexpr std::string_view kSeal = "agm1c.";
constexpr const char* kExtra = "responses.compact";
constexpr std::string_view kTask =
    "Summarize the conversation up to here, so that it can go on from your summary alone. Keep "
    "what was asked for, what was decided and why, what was done (names of files, functions and "
    "commands as they are), what was found out, and what is still open. Write the summary only.";
constexpr std::string_view kPreface =
    "Earlier parts of this conversation were replaced by this summary:\n\n";

std::string SummaryOf(const chat::Response& response) {
  std::string summary;
  if (response.choices.empty()) return summary;
  for (const chat::Block& block : response.choices.front().blocks) {
    if (const auto* text = std::get_if<chat::Text>(&block)) summary += text->text;
  }
  return summary;
}

}  // namespace

void AskForCompaction(chat::Request& request) {
  chat::Message task;
  task.blocks.emplace_back(chat::Text{std::string(kTask), {}});
  request.messages.push_back(std::move(task));
  request.hosted_tools.clear();
  request.tool_choice.reset();
  if (!request.tools.empty()) request.tool_choice = chat::ToolChoice{chat::ToolMode::kNone, {}};
  request.format = {};
  request.extra[kExtra] = "true";
}

bool WantsCompaction(const chat::Request* request) {
  return request != nullptr && request->extra.contains(kExtra);
}

std::string SealCompaction(std::string_view summary) {
  return std::string(kSeal) + EncodeBase64(summary);
}

std::string OpenCompaction(std::string_view sealed) {
  if (!sealed.starts_with(kSeal)) return {};
  const auto base64 = NormalBase64(sealed.substr(kSeal.size()));
  return base64 ? std::string(kPreface) + ToUtf8(DecodeBase64(*base64)) : std::string();
}

bool IsCompaction(JsonView item) {
  return item["type"].equals("compaction") && item["encrypted_content"].text().starts_with(kSeal);
}

std::string CompactionItem(std::string_view id, std::string_view summary, bool done) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("id").String(id).Key("type").String("compaction");
  json.Key("encrypted_content").String(done ? SealCompaction(summary) : "").EndObject();
  return out;
}

std::optional<Error> LackingSummary(const chat::Response& response, const Reply& reply) {
  if (!WantsCompaction(reply.request) || !SummaryOf(response).empty()) return std::nullopt;
  Error error = Fail(ErrorCode::kUpstreamRejected, "the model wrote no summary; send it again");
  error.reason = "empty_response";
  return error;
}

Result<chat::Request> ResponsesCompaction::ReadRequest(std::string_view body) const {
  auto request = ReadResponsesRequest(body, context_);
  if (!request) return request;
  if (!WantsCompaction(&*request)) AskForCompaction(*request);
  request->stream = false;
  return request;
}

Result<std::string> ResponsesCompaction::WriteResponse(const chat::Response& response,
                                                       const Reply& reply) const {
  if (auto lacking = LackingSummary(response, reply)) return *std::move(lacking);
  std::string out;
  JsonWriter json(out);
  json.Object().Key("id").String("resp_" + reply.id).Key("object").String("response.compaction");
  json.Key("created_at").Int(reply.created).Key("output").Array();
  json.Raw(CompactionItem(fmt::format("cmp_{}00", reply.id), SummaryOf(response), true)).EndArray();
  WriteResponsesUsage(json.Key("usage"), response.usage);
  json.EndObject();
  return out;
}

std::unique_ptr<StreamWriter> ResponsesCompaction::NewStreamWriter(Reply reply) const {
  return NewResponsesStream(std::move(reply));
}

WireError ResponsesCompaction::WriteError(const Error& error, std::string_view) const {
  return WriteOpenAiError(error);
}

}  // namespace agm::protocol
