#include "core/upstream/openai/error_body.h"

#include <array>

#include "core/base/ascii.h"
#include "core/base/json_doc.h"
#include "core/protocol/shared/numbers.h"
#include "core/upstream/retry_delay.h"

namespace agm::upstream {
namespace {

constexpr std::size_t kLongestText = 16 * 1024;
constexpr std::size_t kLongestField = 64;

int StatusOf(JsonView number) {
  const auto code = protocol::IntegerOf(number).value_or(0);
  return code >= 100 && code <= 599 ? static_cast<int>(code) : 0;
}

// A field in quotes after words that say that the server does not take it:
//   Unrecognized request argument supplied: top_k
//   Unsupported parameter: 'max_tokens' is not supported with this model.
//   property 'prompt_cache_key' is unsupported
std::string FieldIn(std::string_view text) {
  static constexpr std::array<std::string_view, 7> kLeads = {
      "argument supplied: ", "parameter: ", "property ", "argument ", "field ",
      "parameter ",          "keyword "};
  for (const std::string_view lead : kLeads) {
    std::size_t at = text.find(lead);
    if (at == std::string_view::npos) continue;
    at += lead.size();
    while (at < text.size() && (text[at] == '\'' || text[at] == '"' || text[at] == '`')) ++at;
    std::size_t end = at;
    while (end < text.size() && (IsLetterOrDigit(text[end]) || text[end] == '_')) ++end;
    if (end > at && end - at <= kLongestField) return std::string(text.substr(at, end - at));
  }
  return {};
}

// pydantic's list: [{"type": "extra_forbidden", "loc": ["body", "top_k"], "msg": "..."}].
void ReadDetail(JsonView detail, OpenAiErrorBody& out) {
  out.body.message = detail.text();
  for (const JsonView item : detail.items()) {
    if (!out.body.message.empty()) out.body.message += "; ";
    out.body.message += item["msg"].text();
    std::string field;
    for (const JsonView place : item["loc"].items()) {
      if (field.empty() && !place.equals("body")) field = place.text();
    }
    if (out.param.empty()) out.param = field;
    if (!field.empty()) out.body.fields.push_back({field, item["msg"].text()});
  }
}

void ReadError(JsonView root, OpenAiErrorBody& out) {
  const JsonView error = root["error"] ? root["error"] : root;
  if (error.is(JsonKind::kString)) {
    out.body.message = error.text();
    return;
  }
  out.body.message = error["message"].text();
  out.body.code = StatusOf(error["code"] ? error["code"] : error["status"]);
  out.code =
      AsciiLower(error["code"].is(JsonKind::kString) ? error["code"].text() : error["type"].text());
  out.param = error["param"].text();
  // OpenRouter puts the words of the server behind it here.
  const std::string raw = error["metadata"]["raw"].text();
  if (!raw.empty()) out.body.message += ": " + raw.substr(0, 1'000);
  if (out.body.message.empty() && root["detail"]) ReadDetail(root["detail"], out);
}

}  // namespace

OpenAiErrorBody ReadOpenAiErrorBody(std::string_view body) {
  OpenAiErrorBody out;
  out.body.html = LooksLikeHtml(body);
  const auto doc = JsonDoc::Parse(body, {.depth = 64, .nodes = 100'000});
  const bool json = doc && doc->root().is(JsonKind::kObject);
  if (json) ReadError(doc->root(), out);
  out.body.json = json && !out.body.message.empty();
  const std::string_view said = out.body.json ? std::string_view(out.body.message) : body;
  out.body.text = AsciiLower(said.substr(0, kLongestText));
  if (!out.body.html) out.body.retry_delay = FindRetryDelay(out.body.text);
  if (out.param.empty()) out.param = FieldIn(out.body.text);
  if (out.param.size() > kLongestField) out.param.clear();
  return out;
}

}  // namespace agm::upstream
