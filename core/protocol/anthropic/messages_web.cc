#include "core/protocol/anthropic/messages_web.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/origin.h"

namespace agm::protocol {
namespace {

std::vector<std::string> ReadHosts(JsonView list) {
  std::vector<std::string> hosts;
  for (const JsonView item : list.items()) {
    const std::string text = AsciiLower(item.text());
    hosts.push_back(text.substr(0, text.find('/')));  // a path may stand behind the host
  }
  return hosts;
}

bool IsBelow(std::string_view host, std::string_view domain) {
  if (host == domain) return true;
  return host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.';
}

bool AnyHolds(const std::vector<std::string>& domains, const chat::WebPage& page) {
  const auto origin = ReadOrigin(page.url);
  const std::string host = origin ? AsciiLower(origin->host) : std::string();
  const std::string title = AsciiLower(page.title);
  return std::any_of(domains.begin(), domains.end(), [&](const std::string& domain) {
    return IsBelow(host, domain) || IsBelow(title, domain);
  });
}

void WriteResultHead(JsonWriter& json, std::string_view type, std::string_view id) {
  json.Object().Key("type").String(type).Key("tool_use_id").String(id);
  json.Key("caller").Object().Key("type").String("direct").EndObject().Key("content");
}

}  // namespace

WebDomains::WebDomains(const chat::Request* request) {
  if (request == nullptr) return;
  const auto kept = request->extra.find(kWebDomains);
  if (kept == request->extra.end()) return;
  const auto doc = JsonDoc::Parse(kept->second);
  if (!doc) return;
  allowed_ = ReadHosts(doc->root()["allowed_domains"]);
  blocked_ = ReadHosts(doc->root()["blocked_domains"]);
}

bool WebDomains::Allows(const chat::WebPage& page) const {
  if (!allowed_.empty() && !AnyHolds(allowed_, page)) return false;
  return !AnyHolds(blocked_, page);
}

std::vector<chat::WebPage> ShownPages(const std::vector<chat::WebPage>& pages,
                                      const WebDomains& domains) {
  std::vector<chat::WebPage> shown;
  for (const chat::WebPage& page : pages) {
    if (page.url.empty() || !domains.Allows(page)) continue;
    if (std::find(shown.begin(), shown.end(), page) == shown.end()) shown.push_back(page);
  }
  return shown;
}

std::string WebSearchResult(std::string_view id, const std::vector<chat::WebPage>& pages) {
  std::string block;
  JsonWriter json(block);
  WriteResultHead(json, "web_search_tool_result", id);
  json.Array();
  for (const chat::WebPage& page : pages) {
    json.Object().Key("type").String("web_search_result").Key("url").String(page.url);
    json.Key("title").String(page.title.empty() ? page.url : page.title);
    json.Key("encrypted_content").String("").Key("page_age").Null().EndObject();
  }
  json.EndArray().EndObject();
  return block;
}

std::string WebFetchResult(std::string_view id, const chat::WebPage& page) {
  std::string block;
  JsonWriter json(block);
  WriteResultHead(json, "web_fetch_tool_result", id);
  json.Object();
  if (page.failed) {
    json.Key("type").String("web_fetch_tool_result_error");
    json.Key("error_code").String("url_not_accessible");
  } else {
    // The upstream keeps what it read to itself.
    json.Key("type").String("web_fetch_result").Key("url").String(page.url);
    json.Key("retrieved_at").Null().Key("content").Object().Key("type").String("document");
    json.Key("source").Object().Key("type").String("text").Key("media_type").String("text/plain");
    json.Key("data").String("").EndObject();
    json.Key("title").Null().Key("citations").Null().EndObject();
  }
  json.EndObject().EndObject();
  return block;
}

std::string WebCitation(const chat::Citation& citation, std::string_view text) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("type").String("web_search_result_location").Key("url").String(citation.url);
  json.Key("title").String(citation.title).Key("cited_text").String(text);
  json.Key("encrypted_index").String("").EndObject();
  return out;
}

}  // namespace agm::protocol
