#include "core/mock/credentials.h"

#include <algorithm>

#include "core/base/secret.h"

namespace agm::mock {

std::vector<std::string> ReadCredentials(const Request& request) {
  constexpr std::string_view kBearer = "bearer ";
  std::vector<std::string> found;
  const auto take = [&](std::string_view key) {
    if (!key.empty()) found.emplace_back(key);
  };
  take(request.header("x-goog-api-key"));
  take(QueryParam(request, "key"));
  const std::string_view authorization = request.header("authorization");
  const bool bearer = authorization.size() > kBearer.size() &&
                      std::ranges::equal(authorization.substr(0, kBearer.size()), kBearer,
                                         [](char a, char b) { return a == b || (a | 0x20) == b; });
  if (bearer) take(authorization.substr(authorization.find_first_not_of(' ', kBearer.size())));
  return found;
}

std::string QueryParam(const Request& request, std::string_view name) {
  for (const auto& [key, value] : ReadQuery(request.query)) {
    if (key == name) return value;
  }
  return {};
}

std::string ShownKey(const std::string& key) {
  return key.size() > 40 || BeginsLikeKey(key) ? Secret(key).Masked() : key;
}

}  // namespace agm::mock
