#include "core/mock/route.h"

#include <vector>

namespace agm::mock {
namespace {

std::vector<std::string_view> Split(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::string_view segment = path.substr(0, path.find('/'));
    out.push_back(segment);
    path.remove_prefix(segment.size());
  }
  return out;
}

// The number of segments before "models" in one of these forms; 0 for other paths.
//   {version}/models
//   {version}/publishers/google/models
//   {version}/projects/{p}/locations/{l}/publishers/google/models
std::size_t ModelsAt(const std::vector<std::string_view>& path) {
  const auto is = [&](std::size_t at, std::string_view word) {
    return at < path.size() && path[at] == word;
  };
  if (is(1, "models")) return 1;
  const std::size_t publishers = is(1, "projects") && is(3, "locations") ? 5 : 1;
  const bool google = is(publishers, "publishers") && is(publishers + 1, "google");
  return google && is(publishers + 2, "models") ? publishers + 2 : 0;
}

}  // namespace

std::optional<Route> ReadRoute(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  const auto segments = Split(path);
  const std::string_view version = segments[0];
  if (version != "v1beta" && version != "v1" && version != "v1alpha" && version != "v1beta1") {
    return std::nullopt;
  }
  const std::size_t models = ModelsAt(segments);
  if (models == 0 || segments.size() > models + 2) return std::nullopt;
  Route route{std::string(version), models > 1, {}, {}};
  if (segments.size() == models + 1) return route;
  const std::string_view last = segments.back();
  const std::size_t colon = last.find(':');
  if (last.empty() || colon == 0) return std::nullopt;
  route.model = last.substr(0, colon);
  if (colon != std::string_view::npos) route.method = last.substr(colon + 1);
  return route;
}

}  // namespace agm::mock
