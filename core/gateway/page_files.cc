#include <string>

#include "core/gateway/page_routes.h"
#include "core/gateway/replies.h"
#include "core/http/wire/grammar.h"
#include "core/page/assets.h"

namespace agm::gateway {

bool WantsPage(const http::Request& request) {
  return request.header("accept").find("text/html") != std::string_view::npos;
}

http::Reply HomePage(Record& record) {
  http::Reply reply = PageReply(302, "text/plain", "", record);
  reply.headers.emplace_back("Location", "/agm/");
  return reply;
}

http::Reply PageFile(const config::Config& config, const http::Request& http,
                     const std::string& name, Record& record) {
  const page::Asset* asset = page::FindAsset(name);
  if (asset == nullptr) {
    return Refuse(Surface::kOpenAi, Fail(ErrorCode::kNotFound, "the page has no such file"), record,
                  config);
  }
  const bool packed = http::ListHas(http.header("accept-encoding"), "gzip");
  http::Reply reply = PageReply(200, asset->type,
                                packed ? std::string(asset->gzip) : page::Unpacked(*asset), record);
  if (packed) reply.headers.emplace_back("Content-Encoding", "gzip");
  reply.headers.emplace_back("Vary", "Accept-Encoding");
  const bool named_by_content = name != "index.html";
  reply.headers.emplace_back("Cache-Control",
                             named_by_content ? "public, max-age=31536000, immutable" : "no-cache");
  return reply;
}

}  // namespace agm::gateway
