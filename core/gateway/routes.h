#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace agm::gateway {

/// What a path asks for.
enum class RouteKind {
  kHealth,
  kReady,
  kMetrics,
  kAccounts,  ///< /agm/accounts: the pool's state, for the command line; POST heals an account
  kModels,
  kModel,  ///< Route::id is the model
  kChatCompletions,
  kCompletions,
  kResponses,
  kResponse,  ///< Route::id is the response
  kResponseInputItems,
  kEmbeddings,
  kImageGenerations,
  kImageEdits,
  kTranscriptions,
  kMessages,
  kCountTokens,
  kGeminiModels,
  kGeminiModel,   ///< Route::id is the model
  kGeminiMethod,  ///< Route::id is "model:method"
};

/// Whose error shape a path's answers have.
enum class Surface { kOpenAi, kAnthropic, kGemini };

struct Route {
  RouteKind kind = RouteKind::kHealth;
  std::string id;
};

/// The route of a percent-decoded path. Paths are forgiving: with or without /v1, doubled /v1 or
/// slashes, one slash at the end, and stacked paths ("/v1/chat/completions/responses"), where no
/// route matches exactly, go by their last known segment. kUnknownRoute names the nearest route.
Result<Route> FindRoute(std::string_view path);

/// The shape that errors on this path have, known routes or not.
Surface SurfaceOf(std::string_view path);

/// The methods that a route takes, as the Allow header lists them ("GET, HEAD").
std::string_view AllowedMethods(RouteKind kind);
bool Allows(RouteKind kind, std::string_view method);

/// True for routes that talk to a model: their answers carry X-Mapped-Model and X-Account-Email.
bool IsModelRoute(RouteKind kind);

/// The route as it stands in metrics and logs: "chat_completions".
std::string_view RouteName(RouteKind kind);

}  // namespace agm::gateway
