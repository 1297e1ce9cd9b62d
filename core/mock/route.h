#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agm::mock {

/// The destination of a request, read from its path.
struct Route {
  std::string version;  ///< "v1beta", "v1" or "v1alpha"
  bool vertex = false;  ///< below publishers/google
  std::string model;    ///< empty: the list of models
  std::string method;   ///< "generateContent", ...; empty: the model itself
};

/// Returns nullopt for a path that Google's front end would not route.
std::optional<Route> ReadRoute(std::string_view path);

}  // namespace agm::mock
