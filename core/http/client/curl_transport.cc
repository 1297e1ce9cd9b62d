#include "core/http/client/curl_transport.h"

#include <string_view>
#include <utility>

#include "core/base/concat.h"
#include "core/base/origin.h"
#include "core/http/client/curl_download.h"
#include "core/http/client/curl_line.h"
#include "core/http/client/request_head.h"

namespace agm::http {
CurlTransport::CurlTransport(Options options)
    : idle_(std::make_shared<IdleLines>(std::move(options))) {
  SetUpProcessOnce();
}

CurlTransport::~CurlTransport() = default;

std::size_t CurlTransport::idle() const { return idle_->size(); }

Transport::Descriptors CurlTransport::descriptors() const {
  return {idle_->descriptors().held, idle_->descriptors().each};
}

Result<std::unique_ptr<Download>> CurlTransport::Send(const OutgoingRequest& request,
                                                      const Cancellation& cancellation) {
  const auto origin = ReadOrigin(request.url);
  if (!origin) {
    return Fail(ErrorCode::kConfig, "the upstream's address is not an http or https address");
  }
  const auto head = WriteRequestHead(request, *origin);
  if (!head) return head.error();
  const std::string key =
      Concat({origin->scheme, "://", origin->HostAndPort(), " ",
              origin->loopback ? std::string_view() : request.proxy, " ", request.certificate});
  for (auto line = request.upload == nullptr ? idle_->Take(key) : nullptr;;) {
    const bool fresh = !line;
    if (fresh) line = NewCurlLine(key, *origin, request, idle_->options(), idle_->descriptors());
    if (!line) return Fail(ErrorCode::kInternal, "out of memory");
    auto download = std::make_unique<CurlDownload>(idle_, std::move(line), *origin, *head, request);
    auto begun = download->AwaitHead(cancellation);
    if (begun) return std::unique_ptr<Download>(std::move(download));
    // The server may have closed a reused connection just before the request arrived.
    if (fresh || !download->EndedUnanswered()) return std::move(begun).error();
  }
}

}  // namespace agm::http
