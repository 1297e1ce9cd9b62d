#include "core/http/client/request_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/base/version.h"
#include "core/http/wire/grammar.h"

namespace agm::http {
namespace {

/// Path and query of a URL, without the fragment.
std::string_view TargetOf(std::string_view url) {
  url.remove_prefix(url.find("://") + 3);
  url.remove_prefix(std::min(url.find_first_of("/?#"), url.size()));
  return url.substr(0, url.find('#'));
}

bool IsTarget(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == ' ' || IsControl(c); });
}

/// True for an ASCII host. Internationalised names would need punycode, which is not supported.
bool IsHost(std::string_view text) {
  return IsTarget(text) && std::all_of(text.begin(), text.end(),
                                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void AddHeader(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

const std::string& UserAgent() {
  static const std::string agent = fmt::format("agm/{}", Version());
  return agent;
}

Result<std::string> WriteRequestHead(const OutgoingRequest& request, const Origin& origin) {
  const std::string_view target = TargetOf(request.url);
  if (!IsHost(origin.host)) {
    return Fail(ErrorCode::kConfig, "the upstream's address names no host in plain ASCII");
  }
  if (!IsToken(request.method) || !IsTarget(target)) {
    return Fail(ErrorCode::kConfig, "{}: the address cannot be used", origin.HostAndPort());
  }
  std::string head;
  head.reserve(1024);
  head.append(request.method).append(target.starts_with('/') ? " " : " /").append(target);
  head.append(" HTTP/1.1\r\n");
  AddHeader(head, "Host", origin.Authority());
  AddHeader(head, "User-Agent", UserAgent());
  AddHeader(head, "Accept-Encoding", request.stream ? "identity" : "gzip");
  for (const auto& [name, value] : request.headers) {
    if (!IsToken(name) || !IsFieldValue(value)) {
      return Fail(ErrorCode::kInternal, "a header cannot be sent");
    }
    AddHeader(head, name, value);
  }
  if (const auto& [name, secret] = request.credential; !name.empty()) {
    if (!IsToken(name) || !IsFieldValue(secret.Reveal())) {
      return Fail(ErrorCode::kConfig, "the credential holds characters that cannot be sent");
    }
    AddHeader(head, name, secret.Reveal());
  }
  if (request.upload != nullptr && !request.upload->size()) {
    head.append("Transfer-Encoding: chunked\r\n");
  } else if (request.upload != nullptr) {
    AddHeader(head, "Content-Length", fmt::format_int(*request.upload->size()).c_str());
  } else if (!request.body.empty() || request.method == "POST") {
    AddHeader(head, "Content-Length", fmt::format_int(request.body.size()).c_str());
  }
  return head.append("\r\n");
}

}  // namespace agm::http
