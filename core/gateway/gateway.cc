#include "core/gateway/gateway.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/gateway/auth.h"
#include "core/gateway/client_address.h"
#include "core/gateway/history.h"
#include "core/gateway/page_guard.h"
#include "core/gateway/page_routes.h"
#include "core/gateway/replies.h"
#include "core/gateway/routes.h"
#include "core/gateway/taped.h"
#include "core/gateway/url.h"
#include "core/gateway/visit.h"
#include "core/http/wire/grammar.h"
#include "core/protocol/shared/form.h"

namespace agm::gateway {
namespace {

// JSON routes also accept JSON without a content type; a form gets a clear error.
Result<void> CheckContentType(const http::Request& request) {
  const std::string_view type = request.header("content-type");
  if (type.empty() || request.method != "POST") return {};
  const std::string_view media = type.substr(0, type.find(';'));
  const bool form = http::StartsWithIgnoreCase(media, "multipart/") ||
                    http::StartsWithIgnoreCase(media, "application/x-www-form-urlencoded");
  if (!form) return {};
  return Fail(ErrorCode::kUnsupportedMedia, "this route reads application/json, found {}", media);
}

http::Reply WrongMethod(const http::Request& request, const RouteRow& row, Record& record,
                        const config::Config& config) {
  Error error = Fail(ErrorCode::kMethodNotAllowed, "{} takes {}, found {}", request.path,
                     row.methods, request.method);
  http::Reply reply = Refuse(row.surface, std::move(error), record, config);
  reply.headers.emplace_back("Allow", row.methods);
  return reply;
}

// Only a browser asks so, and it always says for which page.
bool IsPreflight(const http::Request& request) {
  return request.method == "OPTIONS" && !request.header("origin").empty();
}

// Azure's paths name the model; what the body says of it does not count.
void NameModel(http::Request& request, const std::string& model) {
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

bool IsPagePath(std::string_view path) { return path == "/agm" || path.starts_with("/agm/"); }

bool IsUpgrade(const http::Request& request) { return !request.header("upgrade").empty(); }

http::Reply RefuseUpgrade(const RouteRow& row, Record& record, const config::Config& config) {
  http::Reply reply =
      Refuse(row.surface, Fail(ErrorCode::kInvalidRequest, "this gateway speaks plain HTTP only"),
             record, config);
  record.status = reply.status = 426;
  reply.headers.emplace_back("Connection", "close");
  return reply;
}

RouteKind KindOf(const Result<Route>& route, std::string_view path) {
  if (route) return route->row->kind;
  return IsPagePath(path) ? RouteKind::kPage : RouteKind::kStored;
}

// An unknown path needs a key too, so that it reveals nothing.
Scope ScopeOf(const Result<Route>& route) { return route ? route->row->scope : Scope::kAnyKey; }

void AddCors(http::Reply& reply, const std::string& origin) {
  if (origin.empty()) return;
  reply.headers.emplace_back("Access-Control-Allow-Origin", origin);
  reply.headers.emplace_back("Access-Control-Expose-Headers",
                             "x-request-id, request-id, X-Mapped-Model, X-Account-Email, "
                             "Retry-After");
  reply.headers.emplace_back("Vary", "Origin");
}

// The caller's trace is continued even if nothing is sent, because the log names it.
telemetry::TraceContext TraceOf(const http::Request& request, const telemetry::Exporter& exporter,
                                const config::TelemetrySettings& settings) {
  const std::string_view parent = request.header("traceparent");
  if (!parent.empty()) {
    auto trace = telemetry::ReadTraceContext(parent, request.header("tracestate"));
    if (trace) return *std::move(trace);
  }
  return exporter.on() ? telemetry::NewTrace(settings.sample) : telemetry::TraceContext();
}

// The span that upstreams are told. Without an exporter the gateway has no span of its own, so they
// are told the caller's.
std::string SpanForUpstreams(const telemetry::TraceContext& trace,
                             const telemetry::Exporter& exporter) {
  if (trace.trace_id.empty()) return {};
  return exporter.on() ? telemetry::NewSpanId() : trace.parent;
}

// Repeats the request's id in the header that the clients of the API read.
void NameRequest(http::Reply& reply, Surface surface) {
  const std::string_view header = FactsOf(surface).request_id_header;
  const std::string id(http::FindHeader(reply.headers, "x-request-id"));
  if (!header.empty() && !id.empty()) reply.headers.emplace_back(header, id);
}

}  // namespace

http::Reply Gateway::Answer(http::Request& request) {
  return Answer(request, FindRoute(request), services_.settings.Copy());
}

std::optional<http::Reply> Gateway::AnswerHead(http::Request& head) {
  const auto settings = services_.settings.Copy();
  const auto route = FindRoute(head);
  if (route && route->row->kind == RouteKind::kPage) {
    if (!CheckPageRequest(head, *route->row, settings->config->proxy)) {
      return Answer(head, route, settings);
    }
    OpenSession(services_, head);
  }
  const Scope scope = ScopeOf(route);
  const bool open = head.method == "OPTIONS" || scope == Scope::kNone;
  const WallTime now = services_.clock->Wall();
  if (!open &&
      Identify(head, SurfaceOf(route, head), scope, settings->config->proxy, settings->ring, now)) {
    return std::nullopt;
  }
  return Answer(head, route, settings);
}

http::Reply Gateway::Answer(http::Request& request, const Result<Route>& route,
                            const std::shared_ptr<const Settings>& settings) {
  Record record(*services_.clock, *services_.log, *services_.journal);
  const Surface surface = record.surface = SurfaceOf(route, request);
  record.from = ClientAddress(request, settings->config->proxy.trusted_proxies);
  record.method = request.method;
  record.path = request.path;
  record.kind = KindOf(route, request.path);
  record.client = ClientProgram(request.header("user-agent"));
  record.trace = TraceOf(request, *services_.telemetry, settings->config->telemetry);
  if (settings->config->telemetry.propagate) {
    record.trace.call = SpanForUpstreams(record.trace, *services_.telemetry);
  }
  const std::string id = record.id;
  const WallTime began = record.began();
  // The page's requests and responses hold keys: those that sign in, and those that it makes.
  const bool taped = services_.recording->On() && !IsPagePath(request.path);
  const auto tape = taped ? TapeRequest(request) : nullptr;
  record.tape = tape;
  const std::string origin = AllowedOrigin(request, settings->config->proxy);
  http::Reply reply;
  try {
    reply = IsPreflight(request) ? Preflight(request, *settings, std::move(record))
                                 : Dispatch(request, route, settings, std::move(record));
  } catch (const std::exception& bug) {
    reply = Broken(surface, *settings, id, bug.what());
  } catch (...) {
    reply = Broken(surface, *settings, id, "something that is no std::exception");
  }
  NameRequest(reply, surface);
  if (IsPagePath(request.path)) {
    ProtectPageReply(reply);
  } else {
    AddCors(reply, origin);
  }
  if (tape) TapeReply(reply, tape, *services_.journal, began, id);
  return reply;
}

http::Reply Gateway::Broken(Surface surface, const Settings& settings, const std::string& id,
                            std::string_view what) {
  LogThrown(*services_.log, id, what);
  Record record(*services_.clock, *services_.log, *services_.journal);
  record.id = id;
  record.Forget();  // the thrown request's record has been written already
  return Refuse(surface,
                Fail(ErrorCode::kInternal, "the gateway failed at this request; this is a bug"),
                record, *settings.config);
}

http::Reply Gateway::Dispatch(http::Request& request, const Result<Route>& route,
                              const std::shared_ptr<const Settings>& settings, Record record) {
  const config::Config& config = *settings->config;
  const auto refuse = [&](Error error) {
    return Refuse(record.surface, std::move(error), record, config);
  };
  if (route) record.route = route->row->name;
  record.phase = Phase::kAuth;
  if (route && route->row->kind == RouteKind::kPage) {
    if (auto own = CheckPageRequest(request, *route->row, config.proxy); !own) {
      return refuse(own.error());
    }
    OpenSession(services_, request);
  }
  auto caller = Identify(request, record.surface, ScopeOf(route), config.proxy, settings->ring,
                         record.began());
  if (!caller) return refuse(caller.error());
  record.caller = std::move(caller->name);
  record.key = std::move(caller->key);
  if (!route) return refuse(WithBaseUrl(route.error(), record.surface, request, config.proxy));
  const RouteRow& row = *route->row;
  record.calls_model = row.kind == RouteKind::kModel;
  if (IsUpgrade(request)) return RefuseUpgrade(row, record, config);
  if (!row.Allows(request.method)) return WrongMethod(request, row, record, config);
  if (row.kind == RouteKind::kPage) {
    if (auto safe = CheckPageChange(request); !safe) return refuse(safe.error());
  }
  if (row.body == BodyKind::kJson) {
    if (auto good = CheckContentType(request); !good) return refuse(good.error());
  }
  NameModel(request, route->deployment);
  Visit visit{services_, settings, request, *route, record};
  return row.handle(visit);
}

http::Reply Gateway::Preflight(const http::Request& request, const Settings& settings,
                               Record record) {
  if (IsPagePath(request.path) || AllowedOrigin(request, settings.config->proxy).empty()) {
    return Refuse(
        record.surface,
        Fail(ErrorCode::kForbidden,
             "web pages of '{}' may not use this gateway; add it to proxy.allowed_origins",
             request.header("origin")),
        record, *settings.config);
  }
  http::Reply reply = PageReply(204, "text/plain", "", record);
  reply.headers.emplace_back("Access-Control-Allow-Methods",
                             "GET, POST, PUT, PATCH, DELETE, OPTIONS");
  const std::string_view asked = request.header("access-control-request-headers");
  reply.headers.emplace_back("Access-Control-Allow-Headers", asked.empty() ? "*" : asked);
  reply.headers.emplace_back("Access-Control-Max-Age", "600");
  return reply;
}

http::Reply Gateway::Refusal(const http::Fault& fault, std::string_view path) {
  const auto settings = services_.settings.Copy();
  Record record(*services_.clock, *services_.log, *services_.journal);
  record.from = fault.peer;
  record.method = fault.method;
  record.path = path;
  http::Request request;
  request.path = path;
  const auto route = FindRoute(request);
  if (route) record.route = route->row->name;
  record.kind = KindOf(route, path);
  record.surface = SurfaceOf(route, request);
  http::Reply reply = Refuse(record.surface, fault.error, record, *settings->config);
  NameRequest(reply, record.surface);
  if (fault.status != 0) record.status = reply.status = fault.status;
  return reply;
}

bool Gateway::IsUrgent(std::string_view path) {
  const auto route = FindRoute(path);
  return route && route->row->kind == RouteKind::kHealth;
}

}  // namespace agm::gateway
