#include "core/gateway/gateway.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/gateway/auth.h"
#include "core/gateway/client_address.h"
#include "core/gateway/count_route.h"
#include "core/gateway/embeddings_route.h"
#include "core/gateway/exchange.h"
#include "core/gateway/history.h"
#include "core/gateway/key_pages.h"
#include "core/gateway/pages.h"
#include "core/gateway/replies.h"
#include "core/gateway/responses_route.h"
#include "core/gateway/routes.h"
#include "core/gateway/taped.h"
#include "core/gateway/url.h"
#include "core/http/wire/grammar.h"
#include "core/protocol/anthropic/messages.h"
#include "core/protocol/openai/chat.h"
#include "core/protocol/openai/completions.h"
#include "core/protocol/openai/images.h"
#include "core/protocol/openai/speech.h"
#include "core/protocol/openai/transcriptions.h"
#include "core/protocol/shared/form.h"

namespace agm::gateway {
namespace {

// JSON routes also accept JSON without a content type; a form gets a clear error.
Result<void> CheckContentType(const HttpRequest& request) {
  const std::string_view type = request.header("content-type");
  if (type.empty() || request.method != "POST") return {};
  const std::string_view media = type.substr(0, type.find(';'));
  const bool form = http::StartsWithIgnoreCase(media, "multipart/") ||
                    http::StartsWithIgnoreCase(media, "application/x-www-form-urlencoded");
  if (!form) return {};
  Error error =
      Fail(ErrorCode::kUnsupportedMedia, "this route reads application/json, found {}", media);
  error.reason = "unsupported_media_type";
  return error;
}

bool TakesForms(RouteKind kind) {
  return kind == RouteKind::kImageEdits || kind == RouteKind::kTranscriptions;
}

Error NotBuilt(const Route& route) {
  Error error =
      Fail(ErrorCode::kUnknownRoute, "this gateway does not serve {} yet", RouteName(route.kind));
  error.reason = "unknown_url";
  return error;
}

Error WrongMethod(const HttpRequest& request, const Route& route) {
  Error error = Fail(ErrorCode::kMethodNotAllowed, "{} takes {}, found {}", request.path,
                     AllowedMethods(route.kind), request.method);
  error.reason = "method_not_supported";
  return error;
}

// Only a browser asks so, and it always says for which page.
bool IsPreflight(const HttpRequest& request) {
  return request.method == "OPTIONS" && !request.header("origin").empty();
}

/// An unknown path is mostly a wrong base URL.
Error WithBaseUrl(Error error, const HttpRequest& request, const config::Proxy& proxy) {
  const std::string_view host = request.header("host");
  if (error.code != ErrorCode::kUnknownRoute || host.empty()) return error;
  error.message += fmt::format("; the base URL is {}://{}/v1",
                               proxy.tls.enabled() ? "https" : "http", ToUtf8(host));
  return error;
}

// Azure's paths name the model; what the body says of it does not count.
void NameModel(HttpRequest& request, const std::string& model) {
  if (model.empty()) return;
  const std::string type(request.header("content-type"));
  if (protocol::IsForm(type)) {
    request.body = protocol::WithField(type, std::move(request.body), "model", ToUtf8(model));
    return;
  }
  const auto doc = JsonDoc::Parse(request.body);
  if (!doc || !doc->root().is(JsonKind::kObject)) return;
  std::string body;
  JsonWriter json(body);
  json.Object().Key("model").String(ToUtf8(model));
  for (const JsonMember member : doc->root().members()) {
    if (!member.key.equals("model")) json.Key(member.key.text()).Raw(member.value.raw());
  }
  json.EndObject();
  request.body = std::move(body);
}

bool IsUpgrade(const HttpRequest& request) { return !request.header("upgrade").empty(); }

void AddCors(HttpReply& reply, const std::string& origin) {
  if (origin.empty()) return;
  reply.headers.emplace_back("Access-Control-Allow-Origin", origin);
  reply.headers.emplace_back("Access-Control-Expose-Headers",
                             "x-request-id, request-id, X-Mapped-Model, X-Account-Email, "
                             "Retry-After");
  reply.headers.emplace_back("Vary", "Origin");
}

// Anthropic's SDKs read the request's id from a header of another name.
void NameRequest(HttpReply& reply, Surface surface) {
  const std::string id(FindHeader(reply.headers, "x-request-id"));
  if (surface == Surface::kAnthropic && !id.empty()) reply.headers.emplace_back("request-id", id);
}

// Google's SDK requests its own list under the path of OpenAI's list.
RouteKind ToldApart(RouteKind kind, const HttpRequest& request) {
  const bool google = !request.header("x-goog-api-key").empty();
  if (google && kind == RouteKind::kModels) return RouteKind::kGeminiModels;
  if (google && kind == RouteKind::kModel) return RouteKind::kGeminiModel;
  return kind;
}

}  // namespace

HttpReply Gateway::Answer(HttpRequest& request) {
  return Answer(request, services_.settings.Copy());
}

std::optional<HttpReply> Gateway::AnswerHead(HttpRequest& head) {
  const auto settings = services_.settings.Copy();
  const auto route = FindRoute(head.path);
  const RouteKind kind = route ? route->kind : RouteKind::kModels;
  const bool open = head.method == "OPTIONS" || kind == RouteKind::kHealth;
  const WallTime now = services_.clock->Wall();
  if (!open && Identify(head, kind, settings->config->proxy, settings->ring, now)) {
    return std::nullopt;
  }
  return Answer(head, settings);
}

HttpReply Gateway::Answer(HttpRequest& request, const std::shared_ptr<const Settings>& settings) {
  Record record(*services_.clock, *services_.log, *services_.journal);
  record.from = ClientAddress(request, settings->config->proxy.trusted_proxies);
  record.method = request.method;
  record.path = request.path;
  record.client = ClientProgram(request.header("user-agent"));
  const std::string id = record.id;
  const WallTime began = record.began();
  const auto tape = services_.recording->On() ? TapeRequest(request) : nullptr;
  record.tape = tape;
  const std::string origin = AllowedOrigin(request, settings->config->proxy);
  HttpReply reply;
  try {
    reply = IsPreflight(request) ? Preflight(request, *settings, std::move(record))
                                 : Dispatch(request, settings, std::move(record));
  } catch (const std::exception& bug) {
    reply = Broken(request, *settings, id, bug.what());
  } catch (...) {
    reply = Broken(request, *settings, id, "something that is no std::exception");
  }
  NameRequest(reply, SurfaceOf(request));
  AddCors(reply, origin);
  if (tape) TapeReply(reply, tape, *services_.journal, began, id);
  return reply;
}

HttpReply Gateway::Broken(const HttpRequest& request, const Settings& settings,
                          const std::string& id, std::string_view what) {
  LogThrown(*services_.log, id, what);
  Record record(*services_.clock, *services_.log, *services_.journal);
  record.id = id;
  record.Forget();  // the thrown request's record has been written already
  return Refuse(SurfaceOf(request),
                Fail(ErrorCode::kInternal, "the gateway failed at this request; this is a bug"),
                record, *settings.config);
}

HttpReply Gateway::Dispatch(HttpRequest& request, const std::shared_ptr<const Settings>& settings,
                            Record record) {
  const config::Config& config = *settings->config;
  const auto refuse = [&](Error error) {
    return Refuse(SurfaceOf(request), std::move(error), record, config);
  };
  auto route = FindRoute(request.path);
  record.phase = Phase::kAuth;
  auto caller = Identify(request, route ? route->kind : RouteKind::kModels, config.proxy,
                         settings->ring, record.began());
  if (!caller) return refuse(caller.error());
  record.caller = std::move(caller->name);
  record.key = std::move(caller->key);
  if (!route) return refuse(WithBaseUrl(route.error(), request, config.proxy));
  route->kind = ToldApart(route->kind, request);
  record.route = RouteName(route->kind);
  record.calls_model = IsModelRoute(route->kind);

  if (IsUpgrade(request)) {
    HttpReply reply =
        refuse(Fail(ErrorCode::kInvalidRequest, "this gateway speaks plain HTTP only"));
    record.status = reply.status = 426;
    reply.headers.emplace_back("Connection", "close");
    return reply;
  }
  if (!Allows(route->kind, request.method)) {
    HttpReply reply = refuse(WrongMethod(request, *route));
    reply.headers.emplace_back("Allow", AllowedMethods(route->kind));
    return reply;
  }
  if (!TakesForms(route->kind)) {
    if (auto good = CheckContentType(request); !good) return refuse(good.error());
  }
  NameModel(request, route->deployment);

  switch (route->kind) {
    case RouteKind::kHealth:
      return HealthPage(record);
    case RouteKind::kReady:
      return ReadyPage(services_, record);
    case RouteKind::kMetrics:
      return MetricsPage(services_, *settings, in_flight_(), record);
    case RouteKind::kAccounts:
      return request.method == "POST" ? HealPage(services_, *settings, request, record)
                                      : AccountsPage(services_, record);
    case RouteKind::kMe:
      return MePage(services_, record);
    case RouteKind::kKeys:
      return KeysPage(services_, *settings, record);
    case RouteKind::kModels:
      return SurfaceOf(request) == Surface::kAnthropic
                 ? AnthropicModelsPage(services_, *settings, request, record)
                 : ModelsPage(services_, *settings, request, record);
    case RouteKind::kModel:
      return SurfaceOf(request) == Surface::kAnthropic
                 ? AnthropicModelPage(services_, *settings, request, route->id, record)
                 : ModelPage(services_, *settings, request, route->id, record);
    case RouteKind::kGeminiModels:
      return GeminiModelsPage(services_, *settings, request, record);
    case RouteKind::kGeminiModel:
      return GeminiModelPage(services_, *settings, request, route->id, record);
    case RouteKind::kChatCompletions:
      return Exchange(services_, settings, protocol::OpenAiChat(), request, std::move(record));
    case RouteKind::kResponses:
      return CreateResponse(services_, settings, request, std::move(record));
    case RouteKind::kResponse:
      return StoredResponse(services_, *settings, request, route->id, record);
    case RouteKind::kCancelResponse:
      return CancelResponse(services_, *settings, route->id, record);
    case RouteKind::kCompactResponse:
      return CompactResponse(services_, settings, request, std::move(record));
    case RouteKind::kCountInput:
      return CountInput(services_, settings, request, std::move(record));
    case RouteKind::kResponseInputItems:
      return StoredInputItems(services_, *settings, request, route->id, record);
    case RouteKind::kEmbeddings:
      return Embed(services_, settings, request, std::move(record));
    case RouteKind::kCompletions:
      return Exchange(services_, settings, protocol::Completions(), request, std::move(record));
    case RouteKind::kImageGenerations:
      return Exchange(services_, settings, protocol::ImageGenerations(), request,
                      std::move(record));
    case RouteKind::kImageEdits:
      return Exchange(services_, settings, protocol::ImageEdits(request.header("content-type")),
                      request, std::move(record));
    case RouteKind::kTranscriptions:
      return Exchange(services_, settings, protocol::Transcriptions(request.header("content-type")),
                      request, std::move(record));
    case RouteKind::kSpeech:
      return Exchange(services_, settings, protocol::Speech(), request, std::move(record));
    case RouteKind::kMessages:
      return Exchange(services_, settings, protocol::AnthropicMessages(), request,
                      std::move(record));
    case RouteKind::kCountTokens:
      return CountMessages(services_, settings, request, std::move(record));
    case RouteKind::kMessageBatches:
    case RouteKind::kGeminiMethod:
      return refuse(NotBuilt(*route));
  }
  return refuse(NotBuilt(*route));
}

HttpReply Gateway::Preflight(const HttpRequest& request, const Settings& settings, Record record) {
  if (AllowedOrigin(request, settings.config->proxy).empty()) {
    return Refuse(
        SurfaceOf(request),
        Fail(ErrorCode::kForbidden,
             "web pages of '{}' may not use this gateway; add it to proxy.allowed_origins",
             request.header("origin")),
        record, *settings.config);
  }
  HttpReply reply = PageReply(204, "text/plain", "", record);
  reply.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS");
  const std::string_view asked = request.header("access-control-request-headers");
  reply.headers.emplace_back("Access-Control-Allow-Headers", asked.empty() ? "*" : asked);
  reply.headers.emplace_back("Access-Control-Max-Age", "600");
  return reply;
}

HttpReply Gateway::Refusal(const HttpFault& fault, std::string_view path) {
  const auto settings = services_.settings.Copy();
  Record record(*services_.clock, *services_.log, *services_.journal);
  record.from = fault.peer;
  record.method = fault.method;
  record.path = path;
  if (const auto route = FindRoute(path)) record.route = RouteName(route->kind);
  HttpReply reply = Refuse(SurfaceOf(path), fault.error, record, *settings->config);
  NameRequest(reply, SurfaceOf(path));
  if (fault.status != 0) record.status = reply.status = fault.status;
  return reply;
}

bool Gateway::IsUrgent(std::string_view path) {
  const auto route = FindRoute(path);
  return route && (route->kind == RouteKind::kHealth || route->kind == RouteKind::kReady ||
                   route->kind == RouteKind::kMetrics);
}

}  // namespace agm::gateway
