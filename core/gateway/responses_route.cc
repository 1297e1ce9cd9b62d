#include "core/gateway/responses_route.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/gateway/count_tokens.h"
#include "core/gateway/exchange.h"
#include "core/gateway/replies.h"
#include "core/gateway/stored_items.h"
#include "core/gateway/stored_responses.h"
#include "core/gateway/url.h"
#include "core/protocol/responses/compaction.h"
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

/// The context that a request continues, and whether its response is to be stored.
struct BuiltOn {
  protocol::ResponsesContext context;
  bool store = true;
  std::string previous{};  ///< the id of the response that it continues
};

Result<BuiltOn> ContextOf(store::Conversations& conversations, const std::string& caller,
                          std::string_view body) {
  auto links = protocol::ReadResponsesLinks(body);
  if (!links) return std::move(links).error();
  BuiltOn built_on;
  built_on.store = links->store;
  if (!links->previous.empty()) {
    auto previous = conversations.Find(caller, links->previous);
    if (!previous) return NoSuchPrevious(links->previous);
    built_on.context.history = std::move(previous->items);
    built_on.previous = std::move(links->previous);
  }
  built_on.context.items = FindItems(conversations, caller, links->references);
  return built_on;
}

}  // namespace

http::Reply CreateResponse(Services& services, std::shared_ptr<const Settings> settings,
                           http::Request& http, Record record) {
  auto built_on = ContextOf(*services.conversations, record.caller, http.body);
  if (!built_on) {
    return Refuse(Surface::kOpenAi, built_on.error(), record, *settings->config);
  }
  if (services.telemetry->on()) record.call.previous_response = std::move(built_on->previous);
  const protocol::Responses dialect(built_on->context);
  if (!built_on->store) {
    return Exchange(services, std::move(settings), dialect, http, std::move(record));
  }
  const StoredResponses stored(dialect, {services.conversations, services.clock, record.caller,
                                         std::move(built_on->context.history)});
  return Exchange(services, std::move(settings), stored, http, std::move(record));
}

http::Reply CompactResponse(Services& services, std::shared_ptr<const Settings> settings,
                            http::Request& http, Record record) {
  auto built_on = ContextOf(*services.conversations, record.caller, http.body);
  if (!built_on) {
    return Refuse(Surface::kOpenAi, built_on.error(), record, *settings->config);
  }
  const protocol::ResponsesCompaction dialect(std::move(built_on->context));
  return Exchange(services, std::move(settings), dialect, http, std::move(record));
}

http::Reply CountInput(Services& services, std::shared_ptr<const Settings> settings,
                       http::Request& http, Record record) {
  const auto refuse = [&](Error error) {
    return Refuse(Surface::kOpenAi, std::move(error), record, *settings->config);
  };
  auto built_on = ContextOf(*services.conversations, record.caller, http.body);
  if (!built_on) return refuse(built_on.error());
  const protocol::Responses dialect(std::move(built_on->context));
  auto request = dialect.ReadRequest(http.body);
  if (!request) return refuse(request.error());
  const auto tokens = CountTokens(services, settings, *request, http, record);
  if (!tokens) return refuse(tokens.error());
  std::string body;
  JsonWriter json(body);
  json.Object().Key("object").String("response.input_tokens");
  json.Key("input_tokens").Int(*tokens).EndObject();
  record.phase = Phase::kDone;
  record.status = 200;
  record.FirstByte();
  http::Reply reply;
  reply.headers = ModelHeaders(record, *settings->config);
  reply.headers.emplace_back("Content-Type", kJson);
  reply.body = std::move(body);
  return reply;
}

http::Reply CancelResponse(Services& services, const Settings& settings, const std::string& id,
                           Record& record) {
  const bool known = services.conversations->Find(record.caller, id).has_value();
  Error error = known ? Invalid("invalid_value", "response_id",
                                fmt::format("'{}' cannot be cancelled: it did not run in the "
                                            "background, and is complete",
                                            ToUtf8(id.substr(0, 100))))
                      : NoSuchResponse(id);
  return Refuse(Surface::kOpenAi, std::move(error), record, *settings.config);
}

http::Reply StoredResponse(Services& services, const Settings& settings, const http::Request& http,
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

http::Reply StoredInputItems(Services& services, const Settings& settings,
                             const http::Request& http, const std::string& id, Record& record) {
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
    items.emplace_back(IdOfInput(item, id, items.size()), item);
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
