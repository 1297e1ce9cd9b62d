#include "core/mock/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "core/base/json_writer.h"
#include "core/mock/credentials.h"
#include "core/mock/google_error.h"
#include "core/mock/methods.h"
#include "core/mock/models.h"
#include "core/mock/openai_answer.h"
#include "core/mock/openai_methods.h"
#include "core/mock/pretty.h"

namespace agm::mock {
namespace {

Reply Json(const std::string& compact) {
  Reply reply;
  reply.text = Pretty(compact);
  return reply;
}

GoogleError Denied(int http, std::string_view status, std::string message) {
  GoogleError error = InvalidArgument(std::move(message));
  error.http = http;
  error.status = status;
  return error;
}

int ReadInt(std::string_view digits, int otherwise) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size() ? value : otherwise;
}

// A page token is the index of the page's first model.
Reply ListModels(const Request& request) {
  const auto models = ListedModels();
  const int asked = ReadInt(QueryParam(request, "pageSize"), 50);
  const auto size = static_cast<std::size_t>(std::clamp(asked, 1, 1000));
  const std::string token = QueryParam(request, "pageToken");
  const int first = token.empty() ? 0 : ReadInt(token, -1);
  if (first < 0 || static_cast<std::size_t>(first) > models.size()) {
    return ReplyWith(InvalidArgument("Invalid page token."));
  }
  const auto page = models.subspan(static_cast<std::size_t>(first));
  std::string out;
  JsonWriter json(out);
  json.Object().Key("models").Array();
  for (const Model& model : page.first(std::min(size, page.size()))) json.Raw(WriteModel(model));
  json.EndArray();
  if (page.size() > size) {
    json.Key("nextPageToken").String(std::to_string(static_cast<std::size_t>(first) + size));
  }
  json.EndObject();
  return Json(out);
}

GoogleError NotFound(const Route& route) {
  return Denied(
      404, "NOT_FOUND",
      fmt::format("models/{} is not found for API version {}, or is not supported for {}. "
                  "Call ListModels to see the available models.",
                  route.model, route.version, route.method.empty() ? "this" : route.method));
}

// Refuses a query parameter that is not a field of the request.
std::optional<GoogleError> CheckQuery(const Request& request) {
  static constexpr std::array<std::string_view, 8> kKnown = {
      "alt", "$alt", "key", "fields", "prettyPrint", "quotaUser", "access_token", "$httpMethod"};
  for (const auto& [name, value] : ReadQuery(request.query)) {
    if (std::ranges::count(kKnown, name) > 0) continue;
    std::string description = "Invalid JSON payload received. Unknown name ";
    AppendJsonString(description, name);
    description += ": Cannot bind query parameter.";
    return BadFields(std::array{Violation{"", std::move(description)}});
  }
  return std::nullopt;
}

bool IsMethod(const Route& route) {
  static constexpr std::array<std::string_view, 6> kMethods = {
      "generateContent", "streamGenerateContent", "countTokens",
      "embedContent",    "batchEmbedContents",    "predict"};
  return std::ranges::count(kMethods, route.method) > 0 &&
         (route.method != "predict" || route.vertex);
}

bool Serves(const Model& model, const Route& route) {
  return route.method == "predict" ? model.kind == ModelKind::kEmbedding
                                   : model.serves(route.method);
}

template <class Map>
void WriteCounts(JsonWriter& json, std::string_view name, const Map& counts) {
  json.Key(name).Object();
  for (const auto& [key, count] : counts) json.Key(fmt::format("{}", key)).Int(count);
  json.EndObject();
}

}  // namespace

Service::Service(const Options& options) : options_(options) {}

Reply Service::Serve(Request& request) {
  if (request.path.starts_with("/__mock/")) return Control(request);
  if (options_.speaks == Speaks::kOpenAi) {
    const auto keys = ReadCredentials(request);
    std::string key = keys.empty() ? "" : keys.front();
    const auto route = ReadOpenAiRoute(request);
    Reply reply = ServeOpenAi(request, key);
    Note(Route{"v1", false, route ? route->model : "", ""}, request, std::move(key), reply.status);
    return reply;
  }
  const auto route = ReadRoute(request.path);
  const auto credentials = ReadCredentials(request);
  std::string key = credentials.empty() ? "" : credentials.front();
  Reply reply;
  if (request.path == "/token") {
    reply = Token(request);
  } else if (credentials.size() > 1) {
    reply = ReplyWith(
        InvalidArgument("Multiple authentication credentials received. Please pass only one."));
  } else {
    reply = ServeRoute(route, request, key);
  }
  Note(route, request, std::move(key), reply.status);
  return reply;
}

void Service::Note(const std::optional<Route>& route, Request& request, std::string key,
                   int status) {
  auto counts = counts_.Lock();
  ++counts->requests;
  ++counts->by_status[status];
  if (!key.empty()) ++counts->by_key[key];
  if (route && !route->model.empty()) ++counts->by_model[route->model];
  if (options_.keep_requests == 0) return;
  if (counts->seen.size() == options_.keep_requests) counts->seen.pop_front();
  counts->seen.push_back({request.method, request.path, request.query, std::move(key),
                          std::move(request.headers), std::move(request.body)});
}

Reply Service::ServeRoute(const std::optional<Route>& route, const Request& request,
                          const std::string& key) {
  if (!route) return ReplyWith(HtmlPage(404));
  if (key.empty()) {
    return ReplyWith(
        Denied(403, "PERMISSION_DENIED",
               "Method doesn't allow unregistered callers (callers without "
               "established identity). Please pass an API key or another credential."));
  }
  const bool in_array =
      route->method == "streamGenerateContent" && QueryParam(request, "alt") != "sse";
  const auto fault = FaultFor(*route, request, key);
  if (!fault) return Answer(*route, request, Fault{});

  Reply reply;
  if (fault->body) {
    reply.status = fault->status;
    reply.content_type = fault->content_type;
    reply.text = *fault->body;
  } else if (fault->error && (!fault->fail_after_events || !route->method.starts_with("stream"))) {
    reply = ReplyWith(*fault->error, in_array);
  } else {
    reply = Answer(*route, request, *fault);
  }
  reply.headers.insert(reply.headers.end(), fault->headers.begin(), fault->headers.end());
  reply.delivery = fault->delivery;
  // A reply without a stream has no events to count: its body is cut in the middle.
  if (fault->cut_after_events && !reply.stream) reply.delivery.cut_after = reply.text.size() / 2;
  return reply;
}

Reply Service::Answer(const Route& route, const Request& request, const Fault& fault) {
  const bool get = request.method == "GET";
  if (route.model.empty()) return get ? ListModels(request) : ReplyWith(HtmlPage(404));
  const auto model = FindModel(route.model, !options_.strict);
  if (route.method.empty()) {
    if (!get) return ReplyWith(HtmlPage(404));
    return model ? Json(WriteModel(*model)) : ReplyWith(NotFound(route));
  }
  if (request.method != "POST" || !IsMethod(route)) return ReplyWith(HtmlPage(404));
  const bool sse = QueryParam(request, "alt") == "sse";
  const bool in_array = route.method == "streamGenerateContent" && !sse;
  if (!model || !Serves(*model, route)) return ReplyWith(NotFound(route), in_array);
  if (const auto error = CheckQuery(request)) return ReplyWith(*error, in_array);
  return ServeMethod(
      {*model, route, request.body, sse, options_.strict, options_.pace, NewId(), fault});
}

std::optional<Fault> Service::FaultFor(const Route& route, const Request& request,
                                       std::string_view key) {
  const std::string_view method = route.method.empty() ? "models" : std::string_view(route.method);
  const Occasion occasion{key, route.model, method, request.body};
  auto plan = plan_.Lock();
  if (auto fault = plan->script.Match(occasion)) return fault;
  return plan->key_troubles.Match(occasion);
}

Reply Service::ServeOpenAi(const Request& request, const std::string& key) {
  const auto route = ReadOpenAiRoute(request);
  if (!route) return OpenAiRefusal(Denied(404, "NOT_FOUND", "404 page not found"));
  const Occasion occasion{key, route->model, route->method, request.body};
  std::optional<Fault> planned;
  {
    auto plan = plan_.Lock();
    planned = plan->script.Match(occasion);
    if (!planned) planned = plan->key_troubles.Match(occasion);
  }
  const Fault fault = planned.value_or(Fault{});
  const bool streams = request.body.find("\"stream\":true") != std::string::npos;
  Reply reply;
  if (fault.body) {
    reply.status = fault.status;
    reply.content_type = fault.content_type;
    reply.text = *fault.body;
  } else if (fault.error && (!fault.fail_after_events || !streams)) {
    reply = OpenAiRefusal(*fault.error);
  } else {
    reply = ServeOpenAiMethod(*route, request.body, fault, options_.pace, NewId());
  }
  reply.headers.insert(reply.headers.end(), fault.headers.begin(), fault.headers.end());
  reply.delivery = fault.delivery;
  if (fault.cut_after_events && !reply.stream) reply.delivery.cut_after = reply.text.size() / 2;
  return reply;
}

// The OAuth token endpoint: exchanges an assertion, refresh token or code for an access token.
Reply Service::Token(const Request& request) {
  std::string grant;
  std::string proof;
  for (const auto& [name, value] : ReadQuery(request.body)) {
    if (name == "grant_type") grant = value;
    if (name == "assertion" || name == "refresh_token" || name == "code") proof = value;
  }
  const Occasion occasion{proof, "", "token", request.body};
  auto plan = plan_.Lock();
  const auto fault = plan->script.Match(occasion);
  Reply reply;
  if (fault && fault->error) {
    reply = ReplyWith(*fault->error);
  } else if (fault && fault->body) {
    reply.status = fault->status;
    reply.text = *fault->body;
  } else if (grant.empty() || proof.empty()) {
    reply.status = 400;
    reply.text =
        R"({"error":"invalid_request","error_description":"grant_type and an assertion or refresh_token are needed"})";
  } else if (proof.find("revoked") != std::string::npos) {
    reply.status = 400;
    reply.text =
        R"({"error":"invalid_grant","error_description":"Token has been expired or revoked."})";
  } else {
    reply = Json(fmt::format(
        R"({{"access_token":"mock-token-{}","expires_in":3599,"token_type":"Bearer"}})", NewId()));
  }
  if (fault) reply.delivery = fault->delivery;
  return reply;
}

Reply Service::Control(const Request& request) {
  if (request.path == "/__mock/script" && request.method == "POST") {
    const auto set = SetScript(request.body);
    if (set) return Json("{}");
    return ReplyWith(InvalidArgument(set.error().message));
  }
  if (request.path != "/__mock/stats") return ReplyWith(HtmlPage(404));
  const Stats now = stats();
  std::map<std::string, long> shown;
  for (const auto& [key, count] : now.by_key) shown[ShownKey(key)] += count;
  std::string out;
  JsonWriter json(out);
  json.Object().Key("requests").Int(now.requests).Key("aborted").Int(now.aborted);
  json.Key("busy").Int(now.busy).Key("most_busy").Int(now.most_busy);
  json.Key("connections").Object().Key("accepted").Int(now.accepted).Key("open").Int(now.open);
  json.EndObject();
  WriteCounts(json, "by_key", shown);
  WriteCounts(json, "by_model", now.by_model);
  WriteCounts(json, "by_status", now.by_status);
  json.EndObject();
  return Json(out);
}

Result<void> Service::SetScript(std::string_view json) {
  auto script = Script::Read(json);
  if (!script) return std::move(script).error();
  auto plan = plan_.Lock();
  plan->script = std::move(*script);
  return {};
}

std::string Service::NewId() {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::uint64_t bits = static_cast<std::uint64_t>(now.count()) * 0x9E3779B97F4A7C15U + ++serial_;
  std::string id;
  for (int i = 0; i < 16; ++i) {
    bits = (bits ^ (bits >> 31U)) * 0xBF58476D1CE4E5B9U + 1;
    id += kAlphabet[bits >> 58U];
  }
  return id;
}

Stats Service::stats() const {
  Stats stats;
  const Counts counts = counts_.Copy();
  stats.requests = counts.requests;
  stats.by_key.assign(counts.by_key.begin(), counts.by_key.end());
  stats.by_model.assign(counts.by_model.begin(), counts.by_model.end());
  stats.by_status.assign(counts.by_status.begin(), counts.by_status.end());
  if (traffic_ == nullptr) return stats;
  stats.accepted = traffic_->accepted;
  stats.open = traffic_->open;
  stats.busy = traffic_->busy;
  stats.most_busy = traffic_->most_busy;
  stats.aborted = traffic_->aborted;
  return stats;
}

std::vector<SeenRequest> Service::TakeRequests() {
  auto counts = counts_.Lock();
  std::vector<SeenRequest> out(std::make_move_iterator(counts->seen.begin()),
                               std::make_move_iterator(counts->seen.end()));
  counts->seen.clear();
  return out;
}

}  // namespace agm::mock
