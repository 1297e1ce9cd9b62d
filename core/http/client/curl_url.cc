#include "core/http/client/curl_url.h"

#include <curl/curl.h>

#include <memory>

namespace agm::http {

std::optional<std::string> ResolveUrl(const std::string& base, const std::string& reference) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
  constexpr unsigned kEncode = CURLU_URLENCODE | CURLU_ALLOW_SPACE;
  const auto set = [&](CURLUPart part, const char* text) {
    return curl_url_set(url.get(), part, text, kEncode) == CURLUE_OK;
  };
  if (!url || (!base.empty() && !set(CURLUPART_URL, base.c_str()))) return std::nullopt;
  if (!set(CURLUPART_URL, reference.c_str()) || !set(CURLUPART_FRAGMENT, nullptr)) {
    return std::nullopt;
  }
  char* text = nullptr;
  if (curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) return std::nullopt;
  const std::unique_ptr<char, decltype(&curl_free)> resolved(text, &curl_free);
  return std::string(resolved.get());
}

}  // namespace agm::http
