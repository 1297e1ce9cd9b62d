#include "core/gateway/responses_route.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/gateway/exchange.h"
#include "core/gateway/replies.h"
#include "core/gateway/url.h"
#include "core/protocol/responses/listing.h"
#include "core/protocol/responses/request.h"
#include "core/protocol/responses/responses.h"

namespace agm::gateway {
namespace {

constexpr std::string_view kJson = "application/json";

Error NoSuchResponse(const std::string& id) {
  return Fail(ErrorCode::kNotFound, "there is no response with id '{}'", ToUtf8(id.substr(0, 100)));
}

Error NoSuchPrevious(const std::string& id) {
  return Invalid(
      "previous_response_not_found", "previous_response_id",
      fmt::format("there is no previous response with id '{}'", ToUtf8(id.substr(0, 100))));
}

std::string IdOf(JsonView item, const std::string& response, std::size_t index) {
  return item["id"] ? item["id"].text() : fmt::format("item_{}_{}", response, index);
}

struct Page {
  std::size_t limit = 20;
  bool ascending = false;
  std::string after;
};

std::optional<Page> PageOf(std::string_view query) {
  Page page;
  page.ascending = QueryParameter(query, "order") == "asc";
  page.after = QueryParameter(query, "after");
  const std::string limit = QueryParameter(query, "limit");
  if (limit.empty()) return page;
  const auto [end, error] = std::from_chars(limit.data(), limit.data() + limit.size(), page.limit);
  if (error != std::errc() || *end != '\0' || page.limit < 1 || page.limit > 100)
    return std::nullopt;
  return page;
}

}  // namespace

HttpReply CreateResponse(Services& services, std::shared_ptr<const Settings> settings,
                         HttpRequest& http, Record record) {
  const auto refuse = [&](Error error) {
    return Refuse(Surface::kOpenAi, std::move(error), record, *settings->config);
  };
  auto links = protocol::ReadResponsesLinks(http.body);
  if (!links) return refuse(links.error());
  std::string history;
  if (!links->previous.empty()) {
    auto previous = services.conversations->Find(record.caller, links->previous);
    if (!previous) return refuse(NoSuchPrevious(links->previous));
    history = std::move(previous->items);
  }
  const protocol::Responses dialect(history);
  std::optional<Keeping> keeping;
  if (links->store) keeping = Keeping{services.conversations, std::move(history)};
  return Exchange(services, std::move(settings), dialect, http, std::move(record),
                  std::move(keeping));
}

HttpReply StoredResponse(Services& services, const Settings& settings, const HttpRequest& http,
                         const std::string& id, Record& record) {
  if (http.method == "DELETE") {
    if (!services.conversations->Remove(record.caller, id)) {
      return Refuse(Surface::kOpenAi, NoSuchResponse(id), record, *settings.config);
    }
    std::string body;
    JsonWriter(body).Object().Key("id").String(id).Key("object").String("response");
    body += ",\"deleted\":true}";
    return PageReply(200, kJson, std::move(body), record);
  }
  auto found = services.conversations->Find(record.caller, id);
  if (!found) return Refuse(Surface::kOpenAi, NoSuchResponse(id), record, *settings.config);
  if (QueryParameter(http.query, "stream") == "true") {
    return Refuse(
        Surface::kOpenAi,
        Invalid("invalid_value", "stream", "only answers in the background can be streamed again"),
        record, *settings.config);
  }
  return PageReply(200, kJson, std::move(found->object), record);
}

HttpReply StoredInputItems(Services& services, const Settings& settings, const HttpRequest& http,
                           const std::string& id, Record& record) {
  const auto refuse = [&](Error error) {
    return Refuse(Surface::kOpenAi, std::move(error), record, *settings.config);
  };
  const auto found = services.conversations->Find(record.caller, id);
  if (!found) return refuse(NoSuchResponse(id));
  const auto page = PageOf(http.query);
  if (!page) return refuse(Invalid("invalid_value", "limit", "expected a number from 1 to 100"));
  const auto doc = JsonDoc::Parse(found->input);
  if (!doc) return refuse(Fail(ErrorCode::kInternal, "the stored items cannot be read"));

  std::vector<std::pair<std::string, JsonView>> items;
  for (const JsonView item : doc->root().items()) {
    items.emplace_back(IdOf(item, id, items.size()), item);
  }
  if (!page->ascending) std::reverse(items.begin(), items.end());
  auto begin = items.begin();
  if (!page->after.empty()) {
    begin = std::find_if(items.begin(), items.end(),
                         [&](const auto& i) { return i.first == page->after; });
    if (begin != items.end()) ++begin;
  }
  const auto end = begin + std::min<std::ptrdiff_t>(items.end() - begin,
                                                    static_cast<std::ptrdiff_t>(page->limit));
  std::string body;
  JsonWriter json(body);
  json.Object().Key("object").String("list").Key("data").Array();
  for (auto item = begin; item != end; ++item)
    protocol::WriteListedItem(json, item->second, item->first);
  json.EndArray().Key("first_id");
  begin == end ? json.Null() : json.String(begin->first);
  json.Key("last_id");
  begin == end ? json.Null() : json.String(std::prev(end)->first);
  json.Key("has_more").Bool(end != items.end()).EndObject();
  return PageReply(200, kJson, std::move(body), record);
}

}  // namespace agm::gateway
