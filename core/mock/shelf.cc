#include "core/mock/shelf.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/mock/credentials.h"
#include "core/mock/google_error.h"
#include "core/mock/message.h"
#include "core/mock/pretty.h"

namespace agm::mock {
namespace {

constexpr std::array<std::string_view, 3> kCollections = {"files", "cachedContents", "batches"};

Reply Json(const std::string& compact) {
  Reply reply;
  reply.text = Pretty(compact);
  return reply;
}

Reply Refuse(int http, std::string_view status, std::string message) {
  GoogleError error = InvalidArgument(std::move(message));
  error.http = http;
  error.status = status;
  return ReplyWith(error);
}

Reply Hidden(const std::string& name) {
  return Refuse(403, "PERMISSION_DENIED",
                fmt::format("You do not have permission to access the {} {} or it may not exist.",
                            name.starts_with("files/") ? "File" : "resource",
                            name.substr(name.find('/') + 1)));
}

/// A path as "{version}/{collection}[/{id}][:{method}]".
struct Place {
  bool upload = false;
  std::string collection;
  std::string id{};
  std::string method{};
};

std::optional<Place> ReadPlace(std::string_view path) {
  Place place;
  if (path.starts_with("/upload/")) {
    place.upload = true;
    path.remove_prefix(7);
  }
  if (!path.starts_with("/v1")) return std::nullopt;
  path.remove_prefix(std::min(path.find('/', 1), path.size() - 1) + 1);
  const std::size_t slash = std::min(path.find('/'), path.size());
  place.collection = path.substr(0, slash);
  if (std::ranges::find(kCollections, place.collection) == kCollections.end()) return std::nullopt;
  std::string_view rest = path.substr(std::min(slash + 1, path.size()));
  const std::size_t colon = std::min(rest.find(':'), rest.size());
  place.id = rest.substr(0, colon);
  place.method = rest.substr(std::min(colon + 1, rest.size()));
  return place;
}

// The two parts of a multipart/related body: the file's description and its content.
std::vector<std::string_view> PartsOf(std::string_view body, std::string_view type) {
  std::vector<std::string_view> parts;
  const std::size_t at = type.find("boundary=");
  if (at == std::string_view::npos) return parts;
  std::string_view boundary = type.substr(at + 9);
  boundary = boundary.substr(0, boundary.find(';'));
  if (boundary.starts_with('"') && boundary.size() > 2) {
    boundary = boundary.substr(1, boundary.size() - 2);
  }
  const std::string mark = "--" + std::string(boundary);
  for (std::size_t from = body.find(mark); from != std::string_view::npos;) {
    const std::size_t next = body.find("\r\n" + mark, from + mark.size());
    if (next == std::string_view::npos) break;
    parts.push_back(body.substr(from + mark.size(), next - from - mark.size()));
    from = next + 2;
  }
  return parts;
}

std::string_view ContentOf(std::string_view part) {
  const std::size_t end = part.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string_view() : part.substr(end + 4);
}

std::string TypeOf(std::string_view part) {
  const std::size_t at = part.find("ontent-");
  const std::size_t colon = part.find(':', std::min(at, part.size()));
  if (colon == std::string_view::npos) return {};
  std::string_view type = part.substr(colon + 1);
  type = type.substr(0, type.find("\r\n"));
  type.remove_prefix(std::min(type.find_first_not_of(' '), type.size()));
  return std::string(type);
}

std::string DisplayNameOf(std::string_view json) {
  const auto doc = JsonDoc::Parse(json.empty() ? "{}" : json);
  return doc ? Field(doc->root()["file"], "displayName").text() : std::string();
}

}  // namespace

std::optional<Reply> Shelf::Serve(const Request& request, const std::string& key) {
  if (request.path.ends_with(":batchGenerateContent") && request.method == "POST") {
    auto state = state_.Lock();
    return CreateBatch(*state, key);
  }
  const auto place = ReadPlace(request.path);
  if (!place) return std::nullopt;
  auto state = state_.Lock();
  if (place->upload) {
    const std::string id = QueryParam(request, "upload_id");
    return id.empty() ? StartUpload(*state, request, key) : ContinueUpload(*state, request, id);
  }
  if (!place->id.empty()) {
    return ServeItem(*state, request, place->collection + "/" + place->id, place->method, key);
  }
  if (request.method == "GET") return List(*state, request, place->collection, key);
  if (place->collection == "cachedContents") return CreateCache(*state, request, key);
  return ReplyWith(HtmlPage(404));
}

bool Shelf::NamesForeign(std::string_view body, const std::string& key) const {
  auto state = state_.Lock();
  return std::ranges::any_of(state->items, [&](const auto& entry) {
    return entry.second.key != key && body.find(entry.first + "\"") != std::string_view::npos;
  });
}

Reply Shelf::ServeItem(State& state, const Request& request, const std::string& name,
                       std::string_view method, const std::string& key) {
  const auto item = state.items.find(name);
  if (item == state.items.end() || item->second.key != key) return Hidden(name);
  if (method == "download") {
    Reply reply;
    reply.content_type = "application/octet-stream";
    reply.text = item->second.content;
    return reply;
  }
  if (method == "cancel" || request.method == "DELETE") {
    if (request.method == "DELETE") state.items.erase(item);
    return Json("{}");
  }
  return Json(item->second.json);
}

// Google leaves the list out if it is empty, and nextPageToken on the last page.
Reply Shelf::List(const State& state, const Request& request, std::string_view collection,
                  const std::string& key) {
  const std::string token = QueryParam(request, "pageToken");
  std::vector<std::string_view> own;
  for (const auto& [name, item] : state.items) {
    const bool fits = item.key == key && name.starts_with(collection) && name > token;
    if (fits) own.push_back(item.json);
  }
  std::string out;
  JsonWriter json(out);
  json.Object();
  if (!own.empty()) {
    json.Key(collection == "batches" ? "operations" : collection).Array();
    for (const std::string_view each : own) json.Raw(each);
    json.EndArray();
  }
  json.EndObject();
  return Json(out);
}

std::string Shelf::AddFile(State& state, Upload upload) {
  const std::string name = fmt::format("files/mock{}", ++state.serial);
  std::string out;
  JsonWriter json(out);
  json.Object().Key("name").String(name);
  if (!upload.name.empty()) json.Key("displayName").String(upload.name);
  json.Key("mimeType").String(upload.type.empty() ? "application/octet-stream" : upload.type);
  json.Key("sizeBytes").String(std::to_string(upload.bytes.size()));
  json.Key("createTime").String("2026-01-01T00:00:00Z");
  json.Key("expirationTime").String("2999-01-03T00:00:00Z");
  json.Key("uri").String("https://generativelanguage.googleapis.com/v1beta/" + name);
  json.Key("state").String("ACTIVE").Key("source").String("UPLOADED").EndObject();
  state.items[name] = {std::move(upload.key), out, std::move(upload.bytes)};
  return "{\"file\":" + out + "}";
}

Reply Shelf::StartUpload(State& state, const Request& request, const std::string& key) {
  const std::string_view protocol = request.header("x-goog-upload-protocol");
  const std::string type = QueryParam(request, "uploadType");
  if (protocol == "multipart" || type == "multipart") {
    const auto parts = PartsOf(request.body, request.header("content-type"));
    if (parts.size() != 2) return ReplyWith(InvalidArgument("Malformed multipart body."));
    return Json(AddFile(state, {key, DisplayNameOf(ContentOf(parts[0])), TypeOf(parts[1]),
                                std::string(ContentOf(parts[1]))}));
  }
  if (protocol == "raw" || type == "media") {
    return Json(
        AddFile(state, {key, {}, std::string(request.header("content-type")), request.body}));
  }
  if (protocol != "resumable" || request.header("x-goog-upload-command") != "start") {
    return ReplyWith(InvalidArgument("Invalid upload command."));
  }
  const std::string id = fmt::format("session{}", ++state.serial);
  state.uploads[id] = {key, DisplayNameOf(request.body),
                       std::string(request.header("x-goog-upload-header-content-type"))};
  Reply reply;
  reply.headers = {
      {"X-Goog-Upload-Status", "active"},
      {"X-Goog-Upload-Chunk-Granularity", "262144"},
      {"X-Goog-Upload-URL", fmt::format("http://{}{}?upload_id={}&upload_protocol=resumable",
                                        request.header("host"), request.path, id)}};
  return reply;
}

Reply Shelf::ContinueUpload(State& state, const Request& request, const std::string& id) {
  const auto found = state.uploads.find(id);
  if (found == state.uploads.end()) return Refuse(404, "NOT_FOUND", "Upload session not found.");
  Upload& upload = found->second;
  const std::string_view command = request.header("x-goog-upload-command");
  const auto reply_with = [&](std::string_view status) {
    Reply reply;
    reply.headers = {{"X-Goog-Upload-Status", std::string(status)},
                     {"X-Goog-Upload-Size-Received", std::to_string(upload.bytes.size())}};
    return reply;
  };
  if (command == "query") return reply_with("active");
  if (command == "cancel") {
    Reply reply = reply_with("cancelled");
    state.uploads.erase(found);
    return reply;
  }
  if (!command.starts_with("upload") && command != "finalize") {
    return ReplyWith(InvalidArgument("Invalid upload command."));
  }
  if (command.starts_with("upload")) {
    if (request.header("x-goog-upload-offset") != std::to_string(upload.bytes.size())) {
      return ReplyWith(InvalidArgument("The upload offset does not fit the bytes received."));
    }
    upload.bytes += request.body;
  }
  if (command.find("finalize") == std::string_view::npos) return reply_with("active");
  Reply reply = reply_with("final");
  reply.text = Pretty(AddFile(state, std::move(upload)));
  state.uploads.erase(found);
  return reply;
}

Reply Shelf::CreateCache(State& state, const Request& request, const std::string& key) {
  const auto doc = JsonDoc::Parse(request.body);
  if (!doc) return ReplyWith(InvalidArgument("Invalid JSON payload received."));
  const JsonView root = doc->root();
  const std::string model = Field(root, "model").text();
  if (!model.starts_with("models/")) {
    return ReplyWith(
        InvalidArgument("* CreateCachedContentRequest.cached_content.model: model is "
                        "required."));
  }
  if (Field(root, "contents").size() == 0 && !Field(root, "systemInstruction")) {
    return ReplyWith(InvalidArgument("CachedContent can not be empty."));
  }
  const std::string name = fmt::format("cachedContents/mock{}", ++state.serial);
  std::string out;
  JsonWriter json(out);
  json.Object().Key("name").String(name).Key("model").String(model);
  json.Key("createTime").String("2026-01-01T00:00:00Z");
  json.Key("expireTime").String("2999-01-01T00:00:00Z");
  json.Key("usageMetadata").Object().Key("totalTokenCount").Int(4096).EndObject().EndObject();
  state.items[name] = {key, out};
  return Json(out);
}

Reply Shelf::CreateBatch(State& state, const std::string& key) {
  const std::string name = fmt::format("batches/mock{}", ++state.serial);
  const std::string out = fmt::format(
      R"({{"name":"{0}","metadata":{{"@type":"type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch","name":"{0}","state":"BATCH_STATE_PENDING"}}}})",
      name);
  state.items[name] = {key, out};
  return Json(out);
}

}  // namespace agm::mock
