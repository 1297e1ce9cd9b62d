#include "core/mock/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/mock/answer_writer.h"
#include "core/mock/answerer.h"
#include "core/mock/google_error.h"
#include "core/mock/pretty.h"

namespace agm::mock {
namespace {

struct Credentials {
  std::string key;
  int count = 0;
};

std::string Param(const Request& request, std::string_view name) {
  for (const auto& [key, value] : ReadQuery(request.query)) {
    if (key == name) return value;
  }
  return {};
}

Credentials ReadCredentials(const Request& request) {
  Credentials found;
  const auto take = [&](std::string_view key) {
    if (key.empty()) return;
    if (found.key.empty()) found.key = key;
    ++found.count;
  };
  take(request.header("x-goog-api-key"));
  take(Param(request, "key"));
  const std::string_view authorization = request.header("authorization");
  constexpr std::string_view kBearer = "bearer ";
  const bool bearer =
      authorization.size() > kBearer.size() &&
      std::ranges::equal(authorization.substr(0, kBearer.size()), kBearer,
                         [](char a, char b) { return (a | 0x20) == (b | 0x20); });
  if (bearer) take(authorization.substr(authorization.find_first_not_of(' ', kBearer.size())));
  return found;
}

Reply Json(std::string text) {
  Reply reply;
  reply.text = std::move(text);
  return reply;
}

int ReadInt(std::string_view digits, int otherwise) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size() ? value : otherwise;
}

// A page token is the index of its first model.
Reply ListModels(const Request& request) {
  const auto models = ListedModels();
  const int asked = ReadInt(Param(request, "pageSize"), 50);
  const auto size = static_cast<std::size_t>(std::clamp(asked, 1, 1000));
  const std::string token = Param(request, "pageToken");
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
  return Json(Pretty(out));
}

GoogleError NotFound(const Route& route) {
  GoogleError error = *MakeTrouble("not-found", route.model);
  if (!route.method.empty()) {
    error.message =
        fmt::format("models/{} is not found for API version {}, or is not supported for {}.",
                    route.model, route.version, route.method);
  }
  return error;
}

}  // namespace

Service::Service(const Options& options) : options_(options) {}

Reply Service::Serve(Request& request) {
  const auto route = ReadRoute(request.path);
  const Credentials credentials = ReadCredentials(request);
  Reply reply = ReplyWith(HtmlPage(404));
  if (route) reply = ServeModels(*route, request, credentials.key);
  auto counts = counts_.Lock();
  ++counts->requests;
  ++counts->by_status[reply.status];
  if (!credentials.key.empty()) ++counts->by_key[credentials.key];
  if (route && !route->model.empty()) ++counts->by_model[route->model];
  if (options_.keep_requests > 0) {
    if (counts->seen.size() == options_.keep_requests) counts->seen.pop_front();
    counts->seen.push_back({request.method, request.path, request.query, credentials.key,
                            std::move(request.headers), std::move(request.body)});
  }
  return reply;
}

Reply Service::ServeModels(const Route& route, const Request& request, std::string_view key) {
  if (key.empty()) {
    GoogleError error = InvalidArgument(
        "Method doesn't allow unregistered callers (callers without established identity). "
        "Please use an API key or another form of credential.");
    error.http = 403;
    error.status = "PERMISSION_DENIED";
    return ReplyWith(error);
  }
  if (route.model.empty()) {
    return request.method == "GET" ? ListModels(request) : ReplyWith(HtmlPage(404));
  }
  const auto model = FindModel(route.model, !options_.strict);
  if (!model) return ReplyWith(NotFound(route));
  if (route.method.empty()) {
    return request.method == "GET" ? Json(Pretty(WriteModel(*model))) : ReplyWith(HtmlPage(404));
  }
  if (request.method != "POST") return ReplyWith(HtmlPage(404));
  if (!model->serves(route.method)) return ReplyWith(NotFound(route));
  return Generate(*model, route, request);
}

Reply Service::Generate(const Model& model, const Route& route, const Request& request) {
  const auto doc = JsonDoc::Parse(request.body);
  if (!doc) {
    return ReplyWith(InvalidArgument("Invalid JSON payload received. " + doc.error().message));
  }
  Answer answer = MakeAnswer(model, doc->root(), NewId());
  answer.pace = options_.pace;
  if (route.method == "generateContent") return Json(WriteAnswer(answer));
  const bool sse = Param(request, "alt") == "sse";
  Reply reply;
  if (sse) reply.content_type = "text/event-stream";
  reply.stream = StreamAnswer(std::move(answer), sse ? StreamForm::kSse : StreamForm::kArray);
  return reply;
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
  const auto counts = counts_.Copy();
  stats.requests = counts.requests;
  stats.by_key.assign(counts.by_key.begin(), counts.by_key.end());
  stats.by_model.assign(counts.by_model.begin(), counts.by_model.end());
  stats.by_status.assign(counts.by_status.begin(), counts.by_status.end());
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
