#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/http/wire/message.h"

namespace agm::gateway {

/// The destination of a path.
enum class RouteKind {
  kHealth,
  kReady,
  kMetrics,
  kAccounts,  ///< /agm/accounts: the pool's state; POST ends an account's cooldowns
  kMe,        ///< /agm/me: what is left for the caller's own key
  kKeys,      ///< /agm/keys: the same for all keys of [[keys]]
  kModels,
  kModel,  ///< Route::id is the model
  kChatCompletions,
  kCompletions,
  kResponses,
  kResponse,  ///< Route::id is the response
  kResponseInputItems,
  kCancelResponse,   ///< Route::id is the response
  kCompactResponse,  ///< a conversation becomes one compaction item
  kCountInput,       ///< the tokens of a Responses request
  kEmbeddings,
  kImageGenerations,
  kImageEdits,
  kTranscriptions,
  kSpeech,
  kMessages,
  kCountTokens,
  kMessageBatches,  ///< not served
  kGeminiModels,
  kGeminiModel,   ///< Route::id is the model
  kGeminiMethod,  ///< Route::id is "model:method"
};

/// The API whose error format a path uses.
enum class Surface { kOpenAi, kAnthropic, kGemini };

struct Route {
  RouteKind kind = RouteKind::kHealth;
  std::string id;
  std::string deployment{};  ///< the model that an Azure path names; empty: the body names it
};

/// Finds the route of a percent-decoded path. It accepts paths with or without /v1, doubled /v1 or
/// slashes, one slash at the end, any prefix ("/openai/v1/models/ID" keeps its id), Azure's
/// "/openai/deployments/MODEL/chat/completions", and stacked paths
/// ("/v1/chat/completions/responses"): if no route matches exactly, their last known segment counts.
/// The gateway's own pages (/agm, /metrics, /healthz, /readyz) match exactly or not at all.
/// kUnknownRoute names the nearest route of the same family, if there is one.
Result<Route> FindRoute(std::string_view path);

/// The API whose format errors on this path use, also for unknown routes.
Surface SurfaceOf(std::string_view path);
/// The same for a request, whose headers tell where several APIs share a path, or none has it.
Surface SurfaceOf(const HttpRequest& request);

/// The methods of a route in the form of the Allow header ("GET, HEAD").
std::string_view AllowedMethods(RouteKind kind);
bool Allows(RouteKind kind, std::string_view method);

/// True for routes that call a model: their responses have X-Mapped-Model and X-Account-Email.
bool IsModelRoute(RouteKind kind);

/// The route's name in metrics and logs: "chat_completions".
std::string_view RouteName(RouteKind kind);

}  // namespace agm::gateway
