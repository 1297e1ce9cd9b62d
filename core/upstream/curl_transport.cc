#include "core/upstream/curl_transport.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/origin.h"
#include "core/upstream/curl_download.h"
#include "core/upstream/curl_line.h"

namespace agm::upstream {
namespace {

bool IsHeaderText(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

// Nothing for a header that would break out of its line.
Result<HeaderList> MakeHeaders(const HttpRequest& request) {
  HeaderList list;
  std::string line;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (name.empty() || !IsHeaderText(name) || !IsHeaderText(value)) return false;
    line.assign(name).append(": ").append(value);
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) return false;
    static_cast<void>(list.release());
    list.reset(longer);
    return true;
  };
  for (const auto& [name, value] : request.headers) {
    if (!add(name, value)) return Fail(ErrorCode::kInternal, "a header cannot be sent");
  }
  const auto& [name, secret] = request.credential;
  if (!name.empty() && !add(name, secret.Reveal())) {
    return Fail(ErrorCode::kConfig, "the credential holds characters that cannot be sent");
  }
  // libcurl would wait for a "100 Continue" before it sends a large body.
  curl_slist* whole = curl_slist_append(list.get(), "Expect:");
  if (whole == nullptr) return Fail(ErrorCode::kInternal, "out of memory");
  static_cast<void>(list.release());
  list.reset(whole);
  return list;
}

}  // namespace

CurlTransport::CurlTransport(Options options)
    : idle_(std::make_shared<IdleLines>(std::move(options))) {
  SetUpProcessOnce();
}

CurlTransport::~CurlTransport() = default;

std::size_t CurlTransport::idle() const { return idle_->size(); }

Result<std::unique_ptr<Download>> CurlTransport::Send(const HttpRequest& request,
                                                      const Cancellation& cancellation) {
  auto origin = ReadOrigin(request.url);
  if (!origin || !IsHeaderText(request.url) || !IsHeaderText(request.method)) {
    return Fail(ErrorCode::kConfig, "the upstream's address is not an http or https address");
  }
  auto headers = MakeHeaders(request);
  if (!headers) return std::move(headers).error();
  const std::string key =
      fmt::format("{}://{} {} {}", origin->scheme, origin->HostAndPort(),
                  origin->loopback ? std::string() : request.proxy, request.certificate);
  auto line = idle_->Take(key);
  if (!line) line = NewLine(key, idle_->options());
  if (!line) return Fail(ErrorCode::kInternal, "out of memory");
  if (!line->Aim(request.url)) {
    idle_->Put(std::move(line));
    return Fail(ErrorCode::kConfig, "{}: the address cannot be used", origin->HostAndPort());
  }
  auto download = std::make_unique<CurlDownload>(idle_, std::move(line), *std::move(origin),
                                                 *std::move(headers), request);
  auto head = download->AwaitHead(cancellation);
  if (!head) return std::move(head).error();
  return std::unique_ptr<Download>(std::move(download));
}

}  // namespace agm::upstream
