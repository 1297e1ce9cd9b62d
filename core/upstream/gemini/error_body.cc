#include "core/upstream/gemini/error_body.h"

#include <algorithm>
#include <cctype>

#include "core/base/ascii.h"
#include "core/base/json_doc.h"
#include "core/protocol/shared/numbers.h"
#include "core/upstream/retry_delay.h"

namespace agm::upstream {
namespace {

constexpr std::size_t kLongestText = 16 * 1024;

std::string LowerCase(std::string_view text) { return AsciiLower(text.substr(0, kLongestText)); }

// "Requests per day", "PerDay" and "per_day" all become "perday".
void AppendLetters(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) out += ToLower(c);
  }
  out += ' ';
}

std::optional<std::int64_t> ReadLimit(JsonView value) {
  const auto limit = protocol::IntegerOf(value);
  return limit.value_or(-1) < 0 ? std::nullopt : limit;
}

// Reads "projects/123", "project_number:123" and "project:my-project"; an API key is not a project.
std::string ProjectOf(std::string_view consumer) {
  for (const std::string_view lead : {"projects/", "project_number:", "project:"}) {
    if (consumer.starts_with(lead)) return std::string(consumer.substr(lead.size()));
  }
  return {};
}

class Reader {
 public:
  explicit Reader(ErrorBody& out) : out_(out) {}

  void ReadError(JsonView error) {
    out_.json = true;
    if (const auto code = error["code"].integer()) out_.code = CodeOf(*code);
    out_.status = error["status"].text();
    out_.message = error.is(JsonKind::kString) ? error.text() : error["message"].text();
    for (const JsonView detail : error["details"].items()) ReadDetail(detail);
    NoteDelay(FindRetryDelay(out_.message));
  }

 private:
  static int CodeOf(std::int64_t code) {
    return code >= 100 && code <= 599 ? static_cast<int>(code) : 0;
  }

  // Recognises details by their fields, not by @type, because some upstreams omit the type.
  void ReadDetail(JsonView detail) {
    if (const JsonView reason = detail["reason"]) out_.reasons.push_back(reason.text());
    ReadMetadata(detail["metadata"]);
    for (const JsonView link : detail["links"].items()) NoteLink(link["url"].text());
    for (const JsonView violation : detail["violations"].items()) ReadQuota(violation);
    for (const JsonView violation : detail["fieldViolations"].items()) {
      out_.fields.push_back({violation["field"].text(), violation["description"].text()});
    }
    NoteDelay(ReadRetryDelay(detail["retryDelay"]));
  }

  void ReadMetadata(JsonView metadata) {
    NoteProject(metadata["consumer"].text());
    NoteLink(metadata["activationUrl"].text());
    NoteDelay(ReadRetryDelay(metadata["quotaResetDelay"]));
    const JsonView limit = metadata["quota_limit"];
    if (!limit) return;
    QuotaViolation quota{limit.text(), {}, ReadLimit(metadata["quota_limit_value"])};
    AppendLetters(quota.period, quota.id);
    AppendLetters(quota.period, metadata["quota_unit"].text());
    out_.quotas.push_back(std::move(quota));
  }

  void ReadQuota(JsonView violation) {
    NoteProject(violation["subject"].text());
    QuotaViolation quota{violation["quotaId"].text(), {}, ReadLimit(violation["quotaValue"])};
    AppendLetters(quota.period, quota.id);
    AppendLetters(quota.period, violation["quotaMetric"].text());
    AppendLetters(quota.period, violation["description"].text());
    out_.quotas.push_back(std::move(quota));
  }

  void NoteProject(std::string_view consumer) {
    if (out_.project.empty()) out_.project = ProjectOf(consumer);
  }

  void NoteLink(std::string_view link) {
    if (out_.link.empty() && link.starts_with("https://")) out_.link = link;
  }

  void NoteDelay(std::optional<Duration> delay) {
    if (delay && (!out_.retry_delay || *delay > *out_.retry_delay)) out_.retry_delay = delay;
  }

  ErrorBody& out_;
};

// The error object: at the root, or in the first item of an array that has one.
JsonView FindError(JsonView root) {
  if (root.is(JsonKind::kObject)) return root["error"];
  for (const JsonView item : root.items()) {
    if (const JsonView error = item["error"]) return error;
  }
  return {};
}

bool ReadJson(std::string_view body, ErrorBody& out) {
  const auto doc = JsonDoc::Parse(body, {.depth = 64, .nodes = 100'000});
  if (!doc) return false;
  const JsonView error = FindError(doc->root());
  if (error) Reader(out).ReadError(error);
  return static_cast<bool>(error);
}

}  // namespace

ErrorBody ReadErrorBody(std::string_view body) {
  ErrorBody out;
  out.html = LooksLikeHtml(body);
  if (out.html || !ReadJson(body, out)) {
    out.text = LowerCase(body);
    if (!out.html) out.retry_delay = FindRetryDelay(out.text);
    return out;
  }
  // Some gateways put the upstream's whole response into the message.
  if (out.message.starts_with('{') && out.quotas.empty() && out.reasons.empty()) {
    ErrorBody inner;
    if (ReadJson(out.message, inner)) out = std::move(inner);
  }
  out.text = LowerCase(out.message);
  for (const FieldViolation& field : out.fields) out.text += '\n' + LowerCase(field.description);
  return out;
}

}  // namespace agm::upstream
