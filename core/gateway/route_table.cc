// Every route of the gateway, one row each.

#include <array>
#include <utility>

#include "core/base/json_doc.h"
#include "core/gateway/count_route.h"
#include "core/gateway/embeddings_route.h"
#include "core/gateway/exchange.h"
#include "core/gateway/files_route.h"
#include "core/gateway/key_changes.h"
#include "core/gateway/key_pages.h"
#include "core/gateway/native_route.h"
#include "core/gateway/page_routes.h"
#include "core/gateway/pages.h"
#include "core/gateway/replies.h"
#include "core/gateway/resources_route.h"
#include "core/gateway/responses_route.h"
#include "core/gateway/routes.h"
#include "core/gateway/visit.h"
#include "core/protocol/anthropic/messages.h"
#include "core/protocol/openai/chat.h"
#include "core/protocol/openai/completions.h"
#include "core/protocol/openai/images.h"
#include "core/protocol/openai/speech.h"
#include "core/protocol/openai/transcriptions.h"

namespace agm::gateway {
namespace {

// The forms of a handler: a request to a model in a dialect that exists once, is made for a form,
// or is made anew; a call of a model in another way; a page; a page of one object.

template <auto dialect>
http::Reply Chat(Visit& visit) {
  return Exchange(visit.services, visit.settings, dialect(), visit.http, std::move(visit.record));
}

template <class Dialect>
http::Reply Form(Visit& visit) {
  return Exchange(visit.services, visit.settings, Dialect(visit.http.header("content-type")),
                  visit.http, std::move(visit.record));
}

template <class Dialect>
http::Reply Said(Visit& visit) {
  return Exchange(visit.services, visit.settings, Dialect(), visit.http, std::move(visit.record));
}

template <auto call>
http::Reply Calls(Visit& visit) {
  return call(visit.services, visit.settings, visit.http, std::move(visit.record));
}

template <auto page>
http::Reply Page(Visit& visit) {
  return page(visit.services, *visit.settings, visit.http, visit.record);
}

template <auto page>
http::Reply PageOf(Visit& visit) {
  return page(visit.services, *visit.settings, visit.http, visit.route.id, visit.record);
}

template <auto handle, const FileApi& api>
http::Reply Files(Visit& visit) {
  return handle(visit, api);
}

http::Reply Home(Visit& visit) {
  const config::Config& config = *visit.settings->config;
  if (WantsPage(visit.http)) return HomePage(visit.record);
  Error error = WithBaseUrl(Fail(ErrorCode::kUnknownRoute, "unknown path"), Surface::kOwn,
                            visit.http, config.proxy);
  return Refuse(Surface::kOwn, std::move(error), visit.record, config);
}
http::Reply Index(Visit& visit) {
  return PageFile(*visit.settings->config, visit.http, "index.html", visit.record);
}
http::Reply Asset(Visit& visit) {
  return PageFile(*visit.settings->config, visit.http, visit.route.id, visit.record);
}
http::Reply Live(Visit& visit) { return LivePage(visit.services, *visit.settings, visit.record); }
http::Reply OneRequest(Visit& visit) {
  return RequestPage(visit.services, *visit.settings, visit.route.id, visit.record);
}
http::Reply ChangeAccount(Visit& visit) {
  const auto doc = JsonDoc::Parse(visit.http.body);
  const bool adds = doc && doc->root()["add"].is(JsonKind::kObject);
  return adds ? AddAccountPage(visit.services, *visit.settings, visit.http, visit.record)
              : RecoverPage(visit.services, *visit.settings, visit.http, visit.record);
}

http::Reply ChangeKey(Visit& visit) {
  if (visit.http.method == "DELETE") {
    return RemoveKeyPage(visit.services, *visit.settings, visit.route.id, visit.record);
  }
  return ChangeKeyPage(visit.services, *visit.settings, visit.http, visit.route.id, visit.record);
}

http::Reply Health(Visit& visit) { return HealthPage(visit.services, visit.record); }
http::Reply Ready(Visit& visit) { return ReadyPage(visit.services, visit.record); }
http::Reply Accounts(Visit& visit) { return AccountsPage(visit.services, visit.record); }
http::Reply Me(Visit& visit) { return MePage(visit.services, visit.record); }
http::Reply Keys(Visit& visit) { return KeysPage(visit.services, *visit.settings, visit.record); }
http::Reply ShowMetrics(Visit& visit) {
  return MetricsPage(visit.services, *visit.settings, visit.record);
}
http::Reply Cancel(Visit& visit) {
  return CancelResponse(visit.services, *visit.settings, visit.route.id, visit.record);
}

// Batches outlive their request, so they are resources.
http::Reply Native(Visit& visit) {
  const std::string_view id = visit.route.id;
  if (id.ends_with(":batchGenerateContent") || id.ends_with(":asyncBatchEmbedContent")) {
    return CreateBatch(visit);
  }
  return CallNative(visit.services, visit.settings, visit.http, visit.route.id,
                    std::move(visit.record));
}

http::Reply NotServed(Visit& visit) {
  const RouteRow& row = *visit.route.row;
  return Refuse(row.surface,
                Fail(ErrorCode::kUnknownRoute, "this gateway does not serve {} yet", row.name),
                visit.record, *visit.settings->config);
}

template <ResourceKind kind>
http::Reply ListOf(Visit& visit) {
  return ListResources(visit, kind);
}

template <ResourceKind kind>
http::Reply OneOf(Visit& visit) {
  return UseResource(visit, kind);
}

constexpr std::string_view kGet = "GET, HEAD";
constexpr std::string_view kPost = "POST";
constexpr std::string_view kAnyMethod = "GET, HEAD, POST, DELETE";
constexpr std::string_view kOne = "GET, HEAD, POST, PATCH, DELETE";

using enum Surface;
using enum BodyKind;
using enum RouteKind;
using enum Scope;
using enum ResourceKind;

// clang-format off
constexpr RouteRow kRows[] = {
  // The page for browsers, and its data
  {"page_home", "/", kGet, kOwn, kJson, kOpen, kPage, Home},
  {"page_home", "/agm", kGet, kOwn, kJson, kOpen, kPage, Home},
  {"page", "/agm/", kGet, kOwn, kJson, kOpen, kPage, Index},
  {"page_asset", "/agm/assets/*", kGet, kOwn, kJson, kOpen, kPage, Asset},
  {"page_status", "/agm/status", kGet, kOwn, kJson, kRead, kPage, Page<StatusPage>},
  {"page_live", "/agm/requests/live", kGet, kOwn, kJson, kRead, kPage, Live},
  {"page_requests", "/agm/requests", kGet, kOwn, kJson, kRead, kPage, Page<RequestsPage>},
  {"page_request", "/agm/requests/*", kGet, kOwn, kJson, kRead, kPage, OneRequest},
  {"page_usage", "/agm/usage", kGet, kOwn, kJson, kRead, kPage, Page<UsagePage>},
  {"page_token", "/agm/session/token", kPost, kOwn, kJson, kRead, kPage, Page<TokenPage>},
  {"page_session", "/agm/session", "POST, DELETE", kOwn, kJson, kOpen, kPage, Page<SessionPage>},

  // The gateway's own pages
  {"health", "/healthz", kGet, kOwn, kJson, kNone, kHealth, Health},
  {"health", "/health", kGet, kOpenAi, kJson, kNone, kHealth, Health},
  {"ready", "/readyz", kGet, kOwn, kJson, kAnyKey, kHealth, Ready},
  {"metrics", "/metrics", kGet, kOwn, kJson, kMetrics, kHealth, ShowMetrics},
  {"accounts", "/agm/accounts", kGet, kOwn, kJson, kRead, kPage, Accounts},
  {"accounts", "/agm/accounts", kPost, kOwn, kJson, kAdmin, kPage, ChangeAccount},
  {"me", "/agm/me", kGet, kOwn, kJson, kAnyKey, kPage, Me},
  {"keys", "/agm/keys", kGet, kOwn, kJson, kAdmin, kPage, Keys},
  {"keys", "/agm/keys", kPost, kOwn, kJson, kAdmin, kPage, Page<AddKeyPage>},
  {"keys", "/agm/keys/*", "PATCH, DELETE", kOwn, kJson, kAdmin, kPage, ChangeKey},

  // OpenAI
  {"models", "/models", kGet, kOpenAi, kJson, kInference, kStored, Page<ModelsPage>},
  {"chat_completions", "/chat/completions", kPost, kOpenAi, kJson, kInference, kModel,
   Chat<protocol::OpenAiChat>},
  {"completions", "/completions", kPost, kOpenAi, kJson, kInference, kModel,
   Chat<protocol::Completions>},
  {"responses", "/responses", kPost, kOpenAi, kJson, kInference, kModel, Calls<CreateResponse>},
  {"response_input_items", "/responses/*/input_items", kGet, kOpenAi, kJson, kInference, kStored,
   PageOf<StoredInputItems>},
  {"cancel_response", "/responses/*/cancel", kPost, kOpenAi, kJson, kInference, kStored, Cancel},
  {"compact_response", "/responses/compact", kPost, kOpenAi, kJson, kInference, kModel,
   Calls<CompactResponse>},
  {"count_input", "/responses/input_tokens", kPost, kOpenAi, kJson, kInference, kModel,
   Calls<CountInput>},
  {"response", "/responses/*", "GET, HEAD, DELETE", kOpenAi, kJson, kInference, kStored,
   PageOf<StoredResponse>},
  {"embeddings", "/embeddings", kPost, kOpenAi, kJson, kInference, kModel, Calls<Embed>},
  {"image_generations", "/images/generations", kPost, kOpenAi, kJson, kInference, kModel,
   Chat<protocol::ImageGenerations>},
  {"image_edits", "/images/edits", kPost, kOpenAi, kForm, kInference, kModel,
   Form<protocol::ImageEdits>},
  {"transcriptions", "/audio/transcriptions", kPost, kOpenAi, kForm, kInference, kModel,
   Form<protocol::Transcriptions>},
  {"speech", "/audio/speech", kPost, kOpenAi, kJson, kInference, kModel, Said<protocol::Speech>},

  // Anthropic
  {"models", "/models", kGet, kAnthropic, kJson, kInference, kStored, Page<AnthropicModelsPage>},
  {"count_tokens", "/messages/count_tokens", kPost, kAnthropic, kJson, kInference, kModel,
   Calls<CountMessages>},
  {"messages", "/messages", kPost, kAnthropic, kJson, kInference, kModel,
   Chat<protocol::AnthropicMessages>},
  {"message_batches", "/messages/batches", kAnyMethod, kAnthropic, kJson, kInference, kStored,
   NotServed},
  {"message_batches", "/messages/batches/**", kAnyMethod, kAnthropic, kJson, kInference, kStored,
   NotServed},

  // Files of OpenAI's and of Anthropic's API
  {"create_file", "/files", kPost, kOpenAi, BodyKind::kAny, kInference, kStored,
   Files<CreateFile, kOpenAiFiles>},
  {"files", "/files", kGet, kOpenAi, kJson, kInference, kStored,
   Files<ListFiles, kOpenAiFiles>},
  {"file_content", "/files/*/content", kGet, kOpenAi, kJson, kInference, kStored, FileContent},
  {"file", "/files/*", "GET, HEAD, DELETE", kOpenAi, kJson, kInference, kStored,
   Files<UseFile, kOpenAiFiles>},
  {"create_file", "/files", kPost, kAnthropic, BodyKind::kAny, kInference, kStored,
   Files<CreateFile, kAnthropicFiles>},
  {"files", "/files", kGet, kAnthropic, kJson, kInference, kStored,
   Files<ListFiles, kAnthropicFiles>},
  {"file_content", "/files/*/content", kGet, kAnthropic, kJson, kInference, kStored, FileContent},
  {"file", "/files/*", "GET, HEAD, DELETE", kAnthropic, kJson, kInference, kStored,
   Files<UseFile, kAnthropicFiles>},

  // Gemini. Google's SDK with its default version requests "/v1/models/x:generateContent".
  {"gemini_method", "/models/**:", kPost, kGemini, kJson, kInference, kModel, Native},
  {"gemini_method", "/v1beta/models/**:", kPost, kGemini, kJson, kInference, kModel, Native},
  {"gemini_models", "/models", kGet, kGemini, kJson, kInference, kStored, Page<GeminiModelsPage>},
  {"gemini_models", "/v1beta/models", kGet, kGemini, kJson, kInference, kStored,
   Page<GeminiModelsPage>},
  {"gemini_model", "/v1beta/models/**", kGet, kGemini, kJson, kInference, kStored,
   PageOf<GeminiModelPage>},

  // Resources that the Gemini API keeps for a project
  {"gemini_files", "/files", kGet, kGemini, kJson, kInference, kStored, ListOf<kFiles>},
  {"gemini_files", "/files/*", kOne, kGemini, kJson, kInference, kStored, OneOf<kFiles>},
  {"gemini_caches", "/cachedContents", kGet, kGemini, kJson, kInference, kStored, ListOf<kCaches>},
  {"gemini_caches", "/cachedContents", kPost, kGemini, kJson, kInference, kStored, CreateCache},
  {"gemini_caches", "/cachedContents/**", kOne, kGemini, kJson, kInference, kStored, OneOf<kCaches>},
  {"gemini_batches", "/batches", kGet, kGemini, kJson, kInference, kStored, ListOf<kBatches>},
  {"gemini_batches", "/batches/**", kOne, kGemini, kJson, kInference, kStored, OneOf<kBatches>},
  {"gemini_operations", "/operations/**", kOne, kGemini, kJson, kInference, kStored, OneOf<kOperations>},
  {"gemini_files", "/v1beta/files", kGet, kGemini, kJson, kInference, kStored, ListOf<kFiles>},
  {"gemini_files", "/v1beta/files/*", kOne, kGemini, kJson, kInference, kStored, OneOf<kFiles>},
  {"gemini_caches", "/v1beta/cachedContents", kGet, kGemini, kJson, kInference, kStored, ListOf<kCaches>},
  {"gemini_caches", "/v1beta/cachedContents", kPost, kGemini, kJson, kInference, kStored, CreateCache},
  {"gemini_caches", "/v1beta/cachedContents/**", kOne, kGemini, kJson, kInference, kStored, OneOf<kCaches>},
  {"gemini_batches", "/v1beta/batches", kGet, kGemini, kJson, kInference, kStored, ListOf<kBatches>},
  {"gemini_batches", "/v1beta/batches/**", kOne, kGemini, kJson, kInference, kStored, OneOf<kBatches>},
  {"gemini_operations", "/v1beta/operations/**", kOne, kGemini, kJson, kInference, kStored, OneOf<kOperations>},
  {"batches", "/batches", kAnyMethod, kOpenAi, kJson, kInference, kStored, NotServed},
  {"batches", "/batches/**", kAnyMethod, kOpenAi, kJson, kInference, kStored, NotServed},
  {"gemini_upload", "/upload/files", "POST, PUT", kGemini, BodyKind::kFile, kInference, kStored, UploadFile},

  // One model, in the API that the client speaks
  {"model", "/models/**", kGet, kOpenAi, kJson, kInference, kStored, PageOf<ModelPage>},
  {"model", "/models/**", kGet, kAnthropic, kJson, kInference, kStored,
   PageOf<AnthropicModelPage>},
  {"gemini_model", "/models/**", kGet, kGemini, kJson, kInference, kStored,
   PageOf<GeminiModelPage>},
};
// clang-format on

}  // namespace

std::span<const RouteRow> RouteRows() { return kRows; }

}  // namespace agm::gateway
