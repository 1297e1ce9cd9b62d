#include "core/gateway/routes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "core/config/nearest.h"

namespace agm::gateway {
namespace {

constexpr std::string_view kGet = "GET, HEAD";
constexpr std::string_view kPost = "POST";
constexpr std::string_view kAny = "GET, HEAD, POST, DELETE";

/// How exactly a path must be written to match.
enum class Spelling { kLenient, kExact };

/// One row per route. `path` is written without /v1; "*" matches one id, "**" the rest of the path,
/// because model ids may contain slashes.
struct Row {
  RouteKind kind;
  std::string_view name;
  std::string_view path;
  std::string_view methods;
  bool model_route;
  Spelling spelling = Spelling::kLenient;
};

constexpr std::array kRows = {
    Row{RouteKind::kHealth, "health", "/healthz", kGet, false, Spelling::kExact},
    Row{RouteKind::kHealth, "health", "/health", kGet, false},
    Row{RouteKind::kReady, "ready", "/readyz", kGet, false, Spelling::kExact},
    Row{RouteKind::kMetrics, "metrics", "/metrics", kGet, false, Spelling::kExact},
    Row{RouteKind::kMe, "me", "/agm/me", kGet, false, Spelling::kExact},
    Row{RouteKind::kKeys, "keys", "/agm/keys", kGet, false, Spelling::kExact},
    Row{RouteKind::kAccounts, "accounts", "/agm/accounts", "GET, HEAD, POST", false,
        Spelling::kExact},
    Row{RouteKind::kModels, "models", "/models", kGet, false},
    Row{RouteKind::kModel, "model", "/models/**", kGet, false},
    Row{RouteKind::kChatCompletions, "chat_completions", "/chat/completions", kPost, true},
    Row{RouteKind::kCompletions, "completions", "/completions", kPost, true},
    Row{RouteKind::kResponses, "responses", "/responses", kPost, true},
    Row{RouteKind::kResponseInputItems, "response_input_items", "/responses/*/input_items", kGet,
        false},
    Row{RouteKind::kCancelResponse, "cancel_response", "/responses/*/cancel", kPost, false},
    Row{RouteKind::kCompactResponse, "compact_response", "/responses/compact", kPost, true},
    Row{RouteKind::kCountInput, "count_input", "/responses/input_tokens", kPost, true},
    Row{RouteKind::kResponse, "response", "/responses/*", "GET, HEAD, DELETE", false},
    Row{RouteKind::kEmbeddings, "embeddings", "/embeddings", kPost, true},
    Row{RouteKind::kImageGenerations, "image_generations", "/images/generations", kPost, true},
    Row{RouteKind::kImageEdits, "image_edits", "/images/edits", kPost, true},
    Row{RouteKind::kTranscriptions, "transcriptions", "/audio/transcriptions", kPost, true},
    Row{RouteKind::kSpeech, "speech", "/audio/speech", kPost, true},
    Row{RouteKind::kCountTokens, "count_tokens", "/messages/count_tokens", kPost, true},
    Row{RouteKind::kMessages, "messages", "/messages", kPost, true},
    Row{RouteKind::kMessageBatches, "message_batches", "/messages/batches", kAny, false},
    Row{RouteKind::kMessageBatches, "message_batches", "/messages/batches/**", kAny, false},
    Row{RouteKind::kGeminiModels, "gemini_models", "/v1beta/models", kGet, false},
    Row{RouteKind::kGeminiModel, "gemini_model", "/v1beta/models/**", kGet, false},
    Row{RouteKind::kGeminiMethod, "gemini_method", "/v1beta/models/**", kPost, true},
};

using Segments = std::vector<std::string_view>;

Segments Split(std::string_view path) {
  Segments segments;
  segments.reserve(8);
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) segments.push_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return segments;
}

std::string Join(std::span<const std::string_view> segments) {
  std::string joined;
  for (const std::string_view segment : segments) {
    if (!joined.empty()) joined += '/';
    joined += segment;
  }
  return joined;
}

// Google's SDKs also use /v1alpha, which has the same meaning here.
bool IsGeminiPrefix(std::string_view segment) {
  return segment == "v1beta" || segment == "v1alpha";
}

/// The rows' paths, split once.
const Segments& PatternOf(const Row& row) {
  static const std::vector<Segments> kPatterns = [] {
    std::vector<Segments> patterns;
    for (const Row& each : kRows) patterns.push_back(Split(each.path));
    return patterns;
  }();
  return kPatterns[static_cast<std::size_t>(&row - kRows.data())];
}

// The text that the stars match; nullopt if the path does not match.
std::optional<std::string> Match(const Row& row, const Segments& path) {
  const Segments& pattern = PatternOf(row);
  std::string id;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (i >= path.size()) return std::nullopt;
    if (pattern[i] == "**") return Join(std::span(path).subspan(i));
    if (pattern[i] == "*") {
      id = path[i];
    } else if (pattern[i] != path[i]) {
      return std::nullopt;
    }
  }
  if (path.size() != pattern.size()) return std::nullopt;
  return id;
}

Route Refine(const Row& row, std::string id) {
  const bool method = row.kind == RouteKind::kGeminiModel && id.find(':') != std::string::npos;
  return {method ? RouteKind::kGeminiMethod : row.kind, std::move(id)};
}

std::optional<Route> MatchOwnPage(std::string_view path) {
  for (const Row& row : kRows) {
    if (row.spelling == Spelling::kExact && row.path == path) return Route{row.kind, {}};
  }
  return std::nullopt;
}

std::optional<Route> MatchExactly(const Segments& path) {
  for (const Row& row : kRows) {
    if (row.spelling == Spelling::kExact) continue;
    if (auto id = Match(row, path)) {
      // Google's SDK with its default version requests "/v1/models/x:generateContent".
      if (row.kind == RouteKind::kModel && id->find(':') != std::string::npos) {
        return Route{RouteKind::kGeminiMethod, std::move(*id)};
      }
      return Refine(row, std::move(*id));
    }
  }
  return std::nullopt;
}

bool HasId(const Row& row) { return row.path.find('*') != std::string_view::npos; }

// The number of segments that pattern and path share, counted from the end.
std::size_t SharedTail(const Segments& pattern, std::span<const std::string_view> path) {
  std::size_t shared = 0;
  while (shared < std::min(pattern.size(), path.size()) &&
         pattern[pattern.size() - 1 - shared] == path[path.size() - 1 - shared]) {
    ++shared;
  }
  return shared;
}

// For a stacked path the last segment that ends any row decides. Among several such rows the one
// that shares more of the preceding segments is chosen, then the shorter one ("/x/completions" is
// the legacy route).
std::optional<Route> MatchLastSegment(const Segments& path) {
  for (std::size_t length = path.size(); length > 0; --length) {
    const Row* best = nullptr;
    std::size_t best_shared = 0;
    std::size_t best_size = 0;
    for (const Row& row : kRows) {
      const Segments& pattern = PatternOf(row);
      // Rows with ids do not count, and "models" alone means OpenAI's list.
      if (HasId(row) || pattern.front() == "v1beta" || row.spelling == Spelling::kExact) continue;
      const std::size_t shared = SharedTail(pattern, std::span(path).first(length));
      if (shared == 0 || shared < best_shared) continue;
      if (shared == best_shared && pattern.size() >= best_size) continue;
      best = &row;
      best_shared = shared;
      best_size = pattern.size();
    }
    if (best != nullptr) return Route{best->kind, {}};
  }
  return std::nullopt;
}

Segments WithoutVersion(Segments path) {
  const auto end = std::find_if(path.begin(), path.end(), [](auto s) { return s != "v1"; });
  path.erase(path.begin(), end);
  if (!path.empty() && IsGeminiPrefix(path.front())) path.front() = "v1beta";
  return path;
}

bool EndsInARoute(const Segments& path) {
  return std::ranges::any_of(kRows, [&](const Row& row) {
    return !HasId(row) && row.spelling == Spelling::kLenient &&
           PatternOf(row).back() == path.back();
  });
}

// Behind any prefix ("/openai/v1/models/ID", "/api/responses/ID"). A segment that looks like an
// id but is a part of a route belongs to a stacked path.
std::optional<Route> MatchBehindPrefix(const Segments& path) {
  for (std::size_t at = 1; at < path.size(); ++at) {
    const auto begin = path.begin() + static_cast<std::ptrdiff_t>(at);
    auto route = MatchExactly(WithoutVersion({begin, path.end()}));
    if (route && (route->id.empty() || !EndsInARoute(path))) return route;
  }
  return std::nullopt;
}

// "/openai/deployments/MODEL/chat/completions"
std::optional<Route> MatchDeployment(const Segments& path) {
  const auto word = std::ranges::find(path, "deployments");
  if (path.end() - word < 3) return std::nullopt;
  auto route = MatchExactly(WithoutVersion({word + 2, path.end()}));
  if (!route || !IsModelRoute(route->kind)) return std::nullopt;
  route->deployment = *(word + 1);
  return route;
}

std::string Shown(const Row& row) {
  const bool own =
      row.spelling == Spelling::kExact || row.path == "/health" || row.path.starts_with("/v1beta");
  return (own ? "" : "/v1") + std::string(row.path);
}

// A slip of one of the routes, or a route that begins with the same segment; empty if none is near.
std::string Nearest(const Segments& path) {
  const std::string asked =
      "/" + Join(std::span(path).first(std::min<std::size_t>(path.size(), 6)));
  const bool gemini = asked.starts_with("/v1beta");
  std::vector<std::string_view> family;
  for (const Row& row : kRows) {
    if (!HasId(row) && row.path.starts_with("/v1beta") == gemini) family.push_back(row.path);
  }
  const std::string_view slip = config::Nearest(asked, family);
  const auto nearest = std::ranges::find_if(kRows, [&](const Row& row) {
    if (!slip.empty()) return row.path == slip;
    return !gemini && !path.empty() && !HasId(row) && PatternOf(row).front() == path.front();
  });
  return nearest == kRows.end() ? std::string() : Shown(*nearest);
}

Error NoSuchPath(const std::string& message) {
  Error error = Fail(ErrorCode::kUnknownRoute, "{}", message);
  error.reason = "unknown_url";
  return error;
}

// The API that a route belongs to; nothing where several have it, or none.
std::optional<Surface> SurfaceOfRoute(RouteKind kind) {
  switch (kind) {
    case RouteKind::kMessages:
    case RouteKind::kCountTokens:
    case RouteKind::kMessageBatches:
      return Surface::kAnthropic;
    case RouteKind::kGeminiModels:
    case RouteKind::kGeminiModel:
    case RouteKind::kGeminiMethod:
      return Surface::kGemini;
    case RouteKind::kChatCompletions:
    case RouteKind::kCompletions:
    case RouteKind::kResponses:
    case RouteKind::kResponse:
    case RouteKind::kResponseInputItems:
    case RouteKind::kCancelResponse:
    case RouteKind::kCompactResponse:
    case RouteKind::kCountInput:
    case RouteKind::kSpeech:
    case RouteKind::kEmbeddings:
    case RouteKind::kImageGenerations:
    case RouteKind::kImageEdits:
    case RouteKind::kTranscriptions:
      return Surface::kOpenAi;
    case RouteKind::kHealth:
    case RouteKind::kReady:
    case RouteKind::kMetrics:
    case RouteKind::kAccounts:
    case RouteKind::kMe:
    case RouteKind::kKeys:
    case RouteKind::kModels:
    case RouteKind::kModel:
      return std::nullopt;
  }
  return std::nullopt;
}

const Row& RowOf(RouteKind kind) {
  return *std::find_if(kRows.begin(), kRows.end(), [kind](const Row& r) { return r.kind == kind; });
}

}  // namespace

Result<Route> FindRoute(std::string_view path) {
  const Segments segments = WithoutVersion(Split(path));
  // A proxy in front of the gateway may have checked the resolved path instead, so refuse such a
  // path.
  const bool steps = std::ranges::any_of(
      segments, [](std::string_view each) { return each == "." || each == ".."; });
  if (steps) return NoSuchPath("the path has a segment . or .., which no route has");
  if (auto route = MatchOwnPage(path)) return *std::move(route);
  if (auto route = MatchExactly(segments)) return *std::move(route);
  if (auto route = MatchDeployment(segments)) return *std::move(route);
  if (auto route = MatchBehindPrefix(segments)) return *std::move(route);
  if (auto route = MatchLastSegment(segments)) return *std::move(route);
  const std::string nearest = Nearest(segments);
  return NoSuchPath("unknown path" +
                    (nearest.empty() ? nearest : "; the nearest route is " + nearest));
}

Surface SurfaceOf(std::string_view path) {
  const Segments segments = Split(path);
  // Google's own OpenAI-compatible paths are "/v1beta/openai/...".
  const bool openai = segments.size() > 1 && segments[1] == "openai";
  if (!segments.empty() && IsGeminiPrefix(segments.front()) && !openai) return Surface::kGemini;
  const auto route = FindRoute(path);
  if (!route) return Surface::kOpenAi;
  return SurfaceOfRoute(route->kind).value_or(Surface::kOpenAi);
}

Surface SurfaceOf(const HttpRequest& request) {
  const Segments segments = Split(request.path);
  if (!segments.empty() && IsGeminiPrefix(segments.front())) return Surface::kGemini;
  const auto route = FindRoute(request.path);
  const auto own = route ? SurfaceOfRoute(route->kind) : std::nullopt;
  if (own) return *own;
  if (!request.header("x-goog-api-key").empty()) return Surface::kGemini;
  return request.header("anthropic-version").empty() ? Surface::kOpenAi : Surface::kAnthropic;
}

std::string_view AllowedMethods(RouteKind kind) { return RowOf(kind).methods; }

bool Allows(RouteKind kind, std::string_view method) {
  const std::string_view allowed = AllowedMethods(kind);
  const std::size_t at = allowed.find(method);
  if (method.empty() || at == std::string_view::npos) return false;
  const std::size_t end = at + method.size();
  return (at == 0 || allowed[at - 1] == ' ') && (end == allowed.size() || allowed[end] == ',');
}

bool IsModelRoute(RouteKind kind) { return RowOf(kind).model_route; }

std::string_view RouteName(RouteKind kind) { return RowOf(kind).name; }

}  // namespace agm::gateway
