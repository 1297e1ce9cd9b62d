#include "core/gateway/routes.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/config/nearest.h"
#include "core/gateway/url.h"

namespace agm::gateway {
namespace {

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

// Google's SDKs also use /v1alpha, and /v1beta1 for Vertex AI.
bool IsGeminiPrefix(std::string_view segment) {
  return segment == "v1beta" || segment == "v1alpha" || segment == "v1beta1";
}

// The version that stands in the path itself: "v1beta"; empty where it is v1, which WithoutVersion
// removes, and for paths without one.
std::string_view VersionOf(const Segments& path) {
  if (path.empty() || path.front().size() < 2 || path.front().front() != 'v') return {};
  const char digit = path.front()[1];
  return digit >= '0' && digit <= '9' ? path.front() : std::string_view();
}

// Vertex AI's paths name a project and a publisher:
// "projects/P/locations/L/publishers/google/models" and "publishers/google/models" mean "models".
void DropPublisher(Segments& path) {
  constexpr std::ptrdiff_t kLongest = 8;
  const auto models = std::ranges::find(path, "models");
  const auto from = std::ranges::find_if(path.begin(), models, [](std::string_view segment) {
    return segment == "projects" || segment == "publishers";
  });
  const bool fits = models != path.end() && from != models && models - path.begin() <= kLongest &&
                    models - from >= 2 && *(models - 2) == "publishers";
  if (fits) path.erase(from, models);
}

/// The rows' patterns, split once.
const Segments& PatternOf(const RouteRow& row) {
  static const std::vector<Segments> kPatterns = [] {
    std::vector<Segments> patterns;
    for (const RouteRow& each : RouteRows()) patterns.push_back(Split(each.pattern));
    return patterns;
  }();
  return kPatterns[static_cast<std::size_t>(&row - RouteRows().data())];
}

// The text that the stars match; nullopt if the path does not match.
std::optional<std::string> Match(const RouteRow& row, const Segments& path) {
  const Segments& pattern = PatternOf(row);
  std::string id;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (i >= path.size()) return std::nullopt;
    if (pattern[i].starts_with("**")) {
      std::string rest = Join(std::span(path).subspan(i));
      if (pattern[i] == "**:" && rest.find(':') == std::string::npos) return std::nullopt;
      return rest;
    }
    if (pattern[i] == "*") {
      id = path[i];
    } else if (pattern[i] != path[i]) {
      return std::nullopt;
    }
  }
  if (path.size() != pattern.size()) return std::nullopt;
  return id;
}

bool IsOwnPage(const RouteRow& row) { return row.surface == Surface::kOwn; }

std::optional<Route> MatchOwnPage(std::string_view path) {
  for (const RouteRow& row : RouteRows()) {
    if (IsOwnPage(row) && row.pattern == path) return Route{&row, {}};
  }
  const Segments segments = Split(path);
  if (path != "/" + Join(segments)) return std::nullopt;
  for (const RouteRow& row : RouteRows()) {
    if (!IsOwnPage(row)) continue;
    if (auto id = Match(row, segments)) return Route{&row, *std::move(id)};
  }
  return std::nullopt;
}

std::optional<Route> MatchExactly(const Segments& path) {
  for (const RouteRow& row : RouteRows()) {
    if (IsOwnPage(row)) continue;
    if (auto id = Match(row, path)) return Route{&row, *std::move(id)};
  }
  return std::nullopt;
}

bool HasId(const RouteRow& row) { return row.pattern.find('*') != std::string_view::npos; }

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
    const RouteRow* best = nullptr;
    std::size_t best_shared = 0;
    std::size_t best_size = 0;
    for (const RouteRow& row : RouteRows()) {
      const Segments& pattern = PatternOf(row);
      // Rows with ids do not count. A route with a version of its own is not meant without it:
      // "models" alone means OpenAI's list.
      if (HasId(row) || IsOwnPage(row) || !VersionOf(pattern).empty()) continue;
      const std::size_t shared = SharedTail(pattern, std::span(path).first(length));
      if (shared == 0 || shared < best_shared) continue;
      if (shared == best_shared && pattern.size() >= best_size) continue;
      best = &row;
      best_shared = shared;
      best_size = pattern.size();
    }
    if (best != nullptr) return Route{best};
  }
  return std::nullopt;
}

Segments WithoutVersion(Segments path) {
  // Uploads name the version behind "upload"; all versions have the same routes.
  if (path.size() > 2 && path.front() == "upload") path.erase(path.begin() + 1);
  const auto end = std::find_if(path.begin(), path.end(), [](auto s) { return s != "v1"; });
  path.erase(path.begin(), end);
  if (!path.empty() && IsGeminiPrefix(path.front())) path.front() = "v1beta";
  DropPublisher(path);
  return path;
}

bool EndsInARoute(const Segments& path) {
  return std::ranges::any_of(RouteRows(), [&](const RouteRow& row) {
    return !HasId(row) && !IsOwnPage(row) && PatternOf(row).back() == path.back();
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
  if (!route || route->row->kind != RouteKind::kModel) return std::nullopt;
  route->deployment = *(word + 1);
  return route;
}

std::string Shown(const RouteRow& row) {
  const bool whole =
      IsOwnPage(row) || row.pattern == "/health" || !VersionOf(PatternOf(row)).empty();
  return (whole ? "" : "/v1") + std::string(row.pattern);
}

// The same, if a route has that version.
std::string_view KnownVersionOf(const Segments& path) {
  const std::string_view version = VersionOf(path);
  const bool known = std::ranges::any_of(
      RouteRows(), [&](const RouteRow& row) { return VersionOf(PatternOf(row)) == version; });
  return known ? version : std::string_view();
}

// A slip of one of the routes, or a route that begins with the same segment; empty if none is near.
std::string Nearest(const Segments& path) {
  const std::string asked =
      "/" + Join(std::span(path).first(std::min<std::size_t>(path.size(), 6)));
  const std::string_view version = KnownVersionOf(path);
  std::vector<std::string_view> family;
  for (const RouteRow& row : RouteRows()) {
    if (HasId(row) || row.pattern == "/") continue;
    if (VersionOf(PatternOf(row)) == version) family.push_back(row.pattern);
  }
  const std::string_view slip = config::Nearest(asked, family);
  const auto nearest = std::ranges::find_if(RouteRows(), [&](const RouteRow& row) {
    if (!slip.empty()) return row.pattern == slip;
    if (!version.empty() || path.empty() || HasId(row) || row.pattern == "/") return false;
    return PatternOf(row).front() == path.front();
  });
  return nearest == RouteRows().end() ? std::string() : Shown(*nearest);
}

Error NoSuchPath(const std::string& message) {
  Error error = Fail(ErrorCode::kUnknownRoute, "{}", message);
  error.reason = "unknown_url";
  return error;
}

Error Unknown(const Segments& path) {
  const std::string nearest = Nearest(path);
  return NoSuchPath("unknown path" +
                    (nearest.empty() ? nearest : "; the nearest route is " + nearest));
}

// The API that the client speaks, as far as the request tells it beside its route.
Surface Spoken(const http::Request& request) {
  const Segments path = Split(request.path);
  if (!path.empty() && IsGeminiPrefix(path.front())) {
    // Google's own OpenAI-compatible paths are "/v1beta/openai/...".
    return path.size() > 1 && path[1] == "openai" ? Surface::kOpenAi : Surface::kGemini;
  }
  const bool own = !path.empty() && (path.front() == "upload" || path.front() == "ws");
  const bool google = own || std::ranges::find(path, "publishers") != path.end() ||
                      !request.header("x-goog-api-key").empty() ||
                      !QueryParameter(request.query, "key").empty();
  if (google) return Surface::kGemini;
  return request.header("anthropic-version").empty() ? Surface::kOpenAi : Surface::kAnthropic;
}

/// The rows that have the pattern of `row`, in the table's order.
std::span<const RouteRow* const> RowsWithPatternOf(const RouteRow& row) {
  using Rows = std::vector<const RouteRow*>;
  static const std::vector<Rows> kRows = [] {
    std::vector<Rows> rows;
    for (const RouteRow& each : RouteRows()) {
      Rows& same = rows.emplace_back();
      for (const RouteRow& other : RouteRows()) {
        if (other.pattern == each.pattern) same.push_back(&other);
      }
    }
    return rows;
  }();
  return kRows[static_cast<std::size_t>(&row - RouteRows().data())];
}

// The row for the path of a "**:" row. Such a path names a method of a model, or, if the row does
// not allow the request's method, a model with a colon in its name ("qwen3:8b").
const RouteRow& MethodOrName(const RouteRow& found, std::string_view method) {
  if (!found.pattern.ends_with("**:") || found.Allows(method)) return found;
  const std::string_view pattern = found.pattern.substr(0, found.pattern.size() - 1);
  const auto name = std::ranges::find_if(RouteRows(), [&](const RouteRow& row) {
    return row.pattern == pattern && row.Allows(method);
  });
  return name == RouteRows().end() ? found : *name;
}

// Among the rows with one pattern: one that the client's API has, and its method.
const RouteRow* Choose(const RouteRow& found, const http::Request& request) {
  const auto rows = RowsWithPatternOf(found);
  if (rows.size() == 1) return &found;
  const Surface spoken = Spoken(request);
  const auto fitness = [&](const RouteRow& row) {
    return (row.surface == spoken ? 2 : 0) + (row.Allows(request.method) ? 1 : 0);
  };
  const RouteRow* best = &found;
  for (const RouteRow* row : rows) {
    if (fitness(*row) > fitness(*best)) best = row;
  }
  return best;
}

Result<Route> Search(std::string_view path) {
  const Segments segments = WithoutVersion(Split(path));
  // A proxy in front of the gateway may have checked the resolved path instead, so refuse such a
  // path.
  const bool steps = std::ranges::any_of(
      segments, [](std::string_view each) { return each == "." || each == ".."; });
  if (steps) return NoSuchPath("the path has a segment . or .., which no route has");
  if (auto route = MatchOwnPage(path)) return *std::move(route);
  // Nothing below /agm/ is stacked: what guards that folder must guard all of it.
  if (!segments.empty() && segments.front() == "agm") return Unknown(segments);
  if (auto route = MatchExactly(segments)) return *std::move(route);
  if (auto route = MatchDeployment(segments)) return *std::move(route);
  if (auto route = MatchBehindPrefix(segments)) return *std::move(route);
  if (auto route = MatchLastSegment(segments)) return *std::move(route);
  return Unknown(segments);
}

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};
using Known = std::unordered_map<std::string, const RouteRow*, TextHash, std::equal_to<>>;

/// The results of Search for the paths that documentation names: the patterns without stars, also
/// behind /v1.
const Known& KnownPaths() {
  static const Known kKnown = [] {
    Known known;
    for (const RouteRow& row : RouteRows()) {
      if (HasId(row)) continue;
      for (const std::string_view version : {"", "/v1"}) {
        std::string path = std::string(version) + std::string(row.pattern);
        const auto route = Search(path);
        if (route && route->id.empty()) known.emplace(std::move(path), route->row);
      }
    }
    return known;
  }();
  return kKnown;
}

}  // namespace

Result<Route> FindRoute(std::string_view path) {
  const auto known = KnownPaths().find(path);
  return known == KnownPaths().end() ? Search(path) : Route{known->second};
}

Result<Route> FindRoute(const http::Request& request) {
  auto route = FindRoute(request.path);
  if (route) route->row = Choose(MethodOrName(*route->row, request.method), request);
  return route;
}

bool StreamsFile(const http::Head& head) {
  constexpr std::uint64_t kLarge = 1U << 20U;
  const bool large = head.framing == http::BodyFraming::kChunked || head.content_length > kLarge;
  if (!large) return false;
  const auto route = FindRoute(head.path);
  return route && route->row->body == BodyKind::kFile;
}

Surface SurfaceOf(const Result<Route>& route, const http::Request& request) {
  return route ? route->row->surface : Spoken(request);
}

bool RouteRow::Allows(std::string_view method) const {
  const std::size_t at = methods.find(method);
  if (method.empty() || at == std::string_view::npos) return false;
  const std::size_t end = at + method.size();
  return (at == 0 || methods[at - 1] == ' ') && (end == methods.size() || methods[end] == ',');
}

}  // namespace agm::gateway
