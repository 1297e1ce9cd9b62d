#include "core/store/row_text.h"

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"

namespace agm::store {
namespace {

std::int64_t Milliseconds(WallTime time) { return time.time_since_epoch().count(); }

WallTime TimeIn(JsonView value) { return WallTime(Duration(value.integer().value_or(0))); }

}  // namespace

std::string Write(const SavedResponse& response) {
  std::string text;
  JsonWriter json(text);
  json.Object().Key("id").String(ToUtf8(response.id)).Key("owner").String(ToUtf8(response.owner));
  json.Key("created").Int(Milliseconds(response.created));
  json.Key("object").String(ToUtf8(response.object)).Key("input").String(ToUtf8(response.input));
  json.Key("items").String(ToUtf8(response.items)).EndObject();
  return text;
}

std::optional<SavedResponse> ReadResponse(std::string_view text) {
  const auto doc = JsonDoc::Parse(text);
  if (!doc) return std::nullopt;
  const JsonView root = doc->root();
  return SavedResponse{root["id"].text(),     root["owner"].text(), TimeIn(root["created"]),
                       root["object"].text(), root["input"].text(), root["items"].text()};
}

std::string Write(const SignatureRow& row) {
  std::string text;
  JsonWriter json(text);
  json.Object().Key("family").String(ToUtf8(row.family));
  json.Key("signature").String(ToUtf8(row.signature));
  json.Key("created").Int(Milliseconds(row.created)).EndObject();
  return text;
}

std::optional<SignatureRow> ReadSignature(std::string_view text) {
  const auto doc = JsonDoc::Parse(text);
  if (!doc) return std::nullopt;
  const JsonView root = doc->root();
  return SignatureRow{root["family"].text(), root["signature"].text(), TimeIn(root["created"])};
}

std::string Write(const Resource& resource) {
  std::string text;
  JsonWriter json(text);
  json.Object().Key("name").String(ToUtf8(resource.name));
  json.Key("owner").String(ToUtf8(resource.owner));
  json.Key("account").String(ToUtf8(resource.account));
  json.Key("object").String(ToUtf8(resource.object));
  json.Key("created").Int(Milliseconds(resource.created));
  json.Key("expires").Int(Milliseconds(resource.expires)).EndObject();
  return text;
}

std::optional<Resource> ReadResource(std::string_view text) {
  const auto doc = JsonDoc::Parse(text);
  if (!doc) return std::nullopt;
  const JsonView root = doc->root();
  return Resource{root["name"].text(),   root["owner"].text(),    root["account"].text(),
                  root["object"].text(), TimeIn(root["created"]), TimeIn(root["expires"])};
}

}  // namespace agm::store
