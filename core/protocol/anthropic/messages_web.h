#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/chat/event.h"
#include "core/chat/request.h"

/// Blocks of the Messages API that report the upstream's own searches and fetches.
namespace agm::protocol {

/// The entry of Request::extra with the sites that the client allows or blocks.
inline constexpr const char* kWebDomains = "answer.web_domains";

/// The sites that a client wants to see of a search, or not to see.
///
/// Thread safety: immutable.
class WebDomains {
 public:
  /// As ReadMessagesTools left them in the request; null: all sites.
  explicit WebDomains(const chat::Request* request);

  /// By the page's host. The upstream's addresses may lead through a host of its own: then the
  /// title names the site.
  bool Allows(const chat::WebPage& page) const;

 private:
  std::vector<std::string> allowed_;
  std::vector<std::string> blocked_;
};

/// The pages that the domains allow, each once.
std::vector<chat::WebPage> ShownPages(const std::vector<chat::WebPage>& pages,
                                      const WebDomains& domains);

/// A web_search_tool_result block; `id` is that of its server_tool_use.
std::string WebSearchResult(std::string_view id, const std::vector<chat::WebPage>& pages);
/// A web_fetch_tool_result block.
std::string WebFetchResult(std::string_view id, const chat::WebPage& page);
/// A citation of `text`, which is what it covers.
std::string WebCitation(const chat::Citation& citation, std::string_view text);

}  // namespace agm::protocol
