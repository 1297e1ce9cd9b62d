#include "core/replay/capture.h"

#include <cstdint>
#include <utility>

#include "core/base/base64.h"
#include "core/base/utf8.h"

namespace agm::replay {
namespace {

constexpr int kVersion = 1;
constexpr int kMostAccounts = 100;
constexpr int kDepth = 256;

bool IsInt(const Json& value) {
  if (value.is_number_unsigned()) return std::in_range<int>(value.get<std::uint64_t>());
  return value.is_number_integer() && std::in_range<int>(value.get<std::int64_t>());
}

/// Reads members with a default, and remembers the first that has another type.
class Reader {
 public:
  Reader(const Json& json, std::string place) : json_(json), place_(std::move(place)) {
    if (!json.is_object()) Expected("", "an object");
  }

  std::string Text(const char* key, std::string otherwise = {}) {
    const Json* value = Find(key);
    if (value == nullptr) return otherwise;
    if (value->is_string()) return value->get<std::string>();
    Expected(key, "text");
    return otherwise;
  }
  int Number(const char* key, int otherwise) {
    const Json* value = Find(key);
    if (value == nullptr) return otherwise;
    if (IsInt(*value)) return value->get<int>();
    Expected(key, "a whole number");
    return otherwise;
  }
  // BODY: "json", "base64" or "body".
  std::string Body() {
    if (const Json* json = Find("json")) return DumpJson(*json);
    if (Find("base64") != nullptr) return DecodeBase64(Text("base64"));
    return Text("body");
  }
  const Json& List(const char* key) {
    static const Json kNone = Json::array();
    const Json* value = Find(key);
    if (value == nullptr) return kNone;
    if (value->is_array()) return *value;
    Expected(key, "a list");
    return kNone;
  }
  const Json* Find(const char* key) const {
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  void Expected(const std::string& key, std::string_view what) {
    if (error_) return;
    const std::string at = place_.empty() || key.empty() ? place_ + key : place_ + "." + key;
    error_ =
        Fail(ErrorCode::kInvalidRequest, "{}: expected {}", at.empty() ? "the file" : at, what);
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  const Json& json_;
  const std::string place_;
  std::optional<Error> error_;
};

Result<config::MappingRule> ReadRule(const Json& json, const std::string& place) {
  Reader reader(json, place);
  config::MappingRule rule{reader.Text("from"), {}};
  for (const Json& to : reader.List("to")) {
    if (!to.is_string()) {
      reader.Expected("to", "a list of names");
    } else {
      rule.to.push_back(to.get<std::string>());
    }
  }
  if (rule.from.empty() || rule.to.empty()) reader.Expected("", "from and to");
  if (reader.error()) return *reader.error();
  return rule;
}

Result<UpstreamCall> ReadCall(const Json& json, const std::string& place) {
  Reader reader(json, place);
  UpstreamCall call;
  call.path = reader.Text("path");
  call.status = reader.Number("status", call.status);
  call.content_type = reader.Text("content_type", call.content_type);
  call.retry_after = reader.Text("retry_after");
  call.ended = reader.Text("ended", call.ended);
  call.body = reader.Body();
  if (const Json* sent = reader.Find("sent")) {
    Reader body(*sent, place + ".sent");
    call.sent = body.Body();
    if (body.error()) return *body.error();
  }
  if (reader.error()) return *reader.error();
  return call;
}

Result<void> ReadRequest(const Json& json, Capture& capture) {
  Reader reader(json, "request");
  capture.method = reader.Text("method", capture.method);
  capture.path = reader.Text("path");
  capture.content_type = reader.Text("content_type", capture.content_type);
  capture.body = reader.Body();
  if (!capture.path.starts_with('/')) reader.Expected("path", "a path that begins with /");
  if (reader.error()) return *reader.error();
  return {};
}

void PutBody(Json& json, const std::string& body) {
  auto parsed = ParseJson(body, kDepth);
  if (parsed && DumpJson(*parsed) == body) {
    json["json"] = *std::move(parsed);
  } else if (ToUtf8(body) != body) {
    json["base64"] = EncodeBase64(body);
  } else {
    json["body"] = body;
  }
}

}  // namespace

Result<Capture> ReadCapture(std::string_view text) {
  const auto json = ParseJson(text, kDepth);
  if (!json) return json.error();
  Reader reader(*json, "");
  Capture capture;
  if (reader.Number("agm_capture", 0) != kVersion) {
    reader.Expected("agm_capture", "the number 1; is this a file of agm logs export?");
  }
  capture.about = reader.Text("about");
  if (const Json* recorded = reader.Find("recorded")) capture.recorded = *recorded;
  capture.accounts = reader.Number("accounts", 1);
  if (capture.accounts < 0 || capture.accounts > kMostAccounts) {
    reader.Expected("accounts", "a number from 0 to 100");
  }
  const Json* request = reader.Find("request");
  if (request == nullptr) reader.Expected("request", "an object");
  if (reader.error()) return *reader.error();
  if (auto read = ReadRequest(*request, capture); !read) return std::move(read).error();
  for (const Json& rule : reader.List("mapping")) {
    auto read = ReadRule(rule, fmt::format("mapping[{}]", capture.mapping.size()));
    if (!read) return std::move(read).error();
    capture.mapping.push_back(*std::move(read));
  }
  for (const Json& call : reader.List("upstream")) {
    auto read = ReadCall(call, fmt::format("upstream[{}]", capture.upstream.size()));
    if (!read) return std::move(read).error();
    capture.upstream.push_back(*std::move(read));
  }
  if (const Json* response = reader.Find("response")) {
    Reader outcome(*response, "response");
    capture.response = {outcome.Number("status", 0), outcome.Text("content_type"), outcome.Body()};
    if (outcome.error()) return *outcome.error();
  }
  if (reader.error()) return *reader.error();
  return capture;
}

std::string WriteCapture(const Capture& capture) {
  Json json;
  json["agm_capture"] = kVersion;
  json["about"] = capture.about;
  if (!capture.recorded.is_null()) json["recorded"] = capture.recorded;
  json["mapping"] = Json::array();
  for (const auto& rule : capture.mapping) {
    json["mapping"].push_back({{"from", rule.from}, {"to", rule.to}});
  }
  json["accounts"] = capture.accounts;
  Json& request = json["request"];
  request["method"] = capture.method;
  request["path"] = capture.path;
  request["content_type"] = capture.content_type;
  PutBody(request, capture.body);
  json["upstream"] = Json::array();
  for (const UpstreamCall& call : capture.upstream) {
    Json one;
    one["path"] = call.path;
    if (!call.sent.empty()) PutBody(one["sent"], call.sent);
    one["status"] = call.status;
    one["content_type"] = call.content_type;
    if (!call.retry_after.empty()) one["retry_after"] = call.retry_after;
    one["ended"] = call.ended;
    PutBody(one, call.body);
    json["upstream"].push_back(std::move(one));
  }
  Json& response = json["response"];
  response["status"] = capture.response.status;
  response["content_type"] = capture.response.content_type;
  PutBody(response, capture.response.body);
  return DumpJson(json, 2) + "\n";
}

}  // namespace agm::replay
