#include "core/gateway/files_route.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/random.h"
#include "core/base/utf8.h"
#include "core/gateway/native_stream.h"
#include "core/gateway/pins.h"
#include "core/gateway/replies.h"
#include "core/gateway/resource_calls.h"
#include "core/protocol/shared/form.h"
#include "core/protocol/shared/media.h"

namespace agm::gateway {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kFiles = "files/";

http::Reply RefuseIt(Visit& visit, Error error) {
  return Refuse(visit.route.row->surface, std::move(error), visit.record, *visit.settings->config);
}

// The client's name of a file.
std::string ClientId(const FileApi& api, std::string_view name) {
  return std::string(api.id_prefix).append(name.substr(kFiles.size()));
}

std::int64_t Seconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::int64_t SizeOf(JsonView object) {
  const std::string text = object["sizeBytes"].text();
  std::int64_t size = 0;
  std::from_chars(text.data(), text.data() + text.size(), size);
  return size;
}

void WriteOpenAi(JsonWriter& json, const std::string& id, const store::Resource& file,
                 JsonView object) {
  const std::string purpose = object["purpose"].text();
  json.Object().Key("id").String(id).Key("object").String("file");
  json.Key("bytes").Int(SizeOf(object)).Key("created_at").Int(Seconds(file.created));
  json.Key("expires_at").Int(Seconds(file.expires));
  json.Key("filename").String(ToUtf8(object["displayName"].text()));
  json.Key("purpose").String(purpose.empty() ? "user_data" : ToUtf8(purpose));
  json.Key("status").String("processed").EndObject();
}

void WriteAnthropic(JsonWriter& json, const std::string& id, const store::Resource&,
                    JsonView object) {
  json.Object().Key("id").String(id).Key("type").String("file");
  json.Key("filename").String(ToUtf8(object["displayName"].text()));
  json.Key("mime_type").String(ToUtf8(object["mimeType"].text()));
  json.Key("size_bytes").Int(SizeOf(object));
  json.Key("created_at").String(ToUtf8(object["createTime"].text()));
  json.Key("downloadable").Bool(false).EndObject();
}

void WriteOpenAiDeleted(JsonWriter& json) {
  json.Key("object").String("file").Key("deleted").Bool(true);
}

void WriteAnthropicDeleted(JsonWriter& json) { json.Key("type").String("file_deleted"); }

void Write(JsonWriter& json, const FileApi& api, const store::Resource& file) {
  const auto doc = JsonDoc::Parse(file.object);
  api.write(json, ClientId(api, file.name), file, doc ? doc->root() : JsonView());
}

http::Reply Show(Visit& visit, const FileApi& api, const store::Resource& file) {
  std::string body;
  JsonWriter json(body);
  Write(json, api, file);
  return PageReply(200, kJson, std::move(body), visit.record);
}

/// The caller's own file that the path names.
std::optional<store::Resource> Named(const Visit& visit) {
  const std::string name = protocol::FileName(visit.route.id);
  auto found = visit.services.resources->Find(name, Now(visit));
  if (found && found->owner != visit.record.caller) found.reset();
  return found;
}

http::Reply NoSuchFile(Visit& visit) { return RefuseIt(visit, NoSuchResource("file of this id")); }

/// The form of a new file.
struct Form {
  protocol::FormPart file;
  std::string purpose;
};

Result<Form> ReadFileForm(const http::Request& http) {
  const auto parts = protocol::ReadForm(http.header("content-type"), http.body);
  if (!parts) return parts.error();
  Form form;
  bool found = false;
  for (const protocol::FormPart& part : *parts) {
    if (part.name == "purpose") form.purpose = part.data;
    if (part.name != "file") continue;
    form.file = part;
    found = true;
  }
  if (!found) {
    return Invalid("missing_required_parameter", "file", "file: a file of the form is required");
  }
  return form;
}

// The upstream's form of an upload: the description, then the content.
NativeQuestion UploadOf(const Form& form) {
  const std::string boundary = "agm-" + RandomId(24);
  const std::string_view type =
      form.file.type.empty() ? std::string_view("application/octet-stream") : form.file.type;
  NativeQuestion question;
  question.version = "v1beta";
  question.resource = "upload/files";
  question.query = "uploadType=multipart";
  question.headers = {{"Content-Type", "multipart/related; boundary=" + boundary},
                      {"X-Goog-Upload-Protocol", "multipart"}};
  question.form = NativeForm::kWhole;
  std::string body =
      fmt::format("--{}\r\nContent-Type: application/json; charset=utf-8\r\n\r\n", boundary);
  JsonWriter json(body);
  json.Object().Key("file").Object().Key("displayName").String(ToUtf8(form.file.filename));
  json.EndObject().EndObject();
  body += fmt::format("\r\n--{}\r\nContent-Type: {}\r\n\r\n", boundary, type);
  body.append(form.file.data).append("\r\n--").append(boundary).append("--\r\n");
  question.body = std::move(body);
  return question;
}

std::string MoreOf(const Form& form) {
  std::string more = ",\"purpose\":";
  JsonWriter json(more);
  json.String(ToUtf8(form.purpose));
  return more;
}

Error ErrorOf(NativeOutcome& outcome) {
  if (auto* error = std::get_if<Error>(&outcome)) return std::move(*error);
  return Fail(ErrorCode::kInvalidRequest, "the upstream refused the file");
}

}  // namespace

const FileApi kOpenAiFiles{"file-", WriteOpenAi, "list", WriteOpenAiDeleted};
const FileApi kAnthropicFiles{"file_", WriteAnthropic, "", WriteAnthropicDeleted};

http::Reply CreateFile(Visit& visit, const FileApi& api) {
  const auto form = ReadFileForm(visit.http);
  if (!form) return RefuseIt(visit, form.error());
  const auto place = PlaceFor(visit, "files");
  if (!place) return RefuseIt(visit, place.error());
  auto outcome = AskHolder(visit, *place, "files", UploadOf(*form));
  auto* opened = std::get_if<NativeOpened>(&outcome);
  if (opened == nullptr) return RefuseIt(visit, ErrorOf(outcome));
  if (auto whole = ReadWhole(*opened, *visit.http.client); !whole) {
    return RefuseIt(visit, whole.error());
  }
  opened->lease.Report(accounts::Success{opened->first_byte});
  const std::string object = Remember(visit, *place, opened->held, MoreOf(*form));
  const auto doc = JsonDoc::Parse(object);
  const std::string name = doc ? doc->root()["name"].text() : std::string();
  const auto file = visit.services.resources->Find(name, Now(visit));
  if (!file) {
    return RefuseIt(visit, Fail(ErrorCode::kUpstreamRejected, "the upstream named no file"));
  }
  return Show(visit, api, *file);
}

http::Reply ListFiles(Visit& visit, const FileApi& api) {
  const auto own = visit.services.resources->List(visit.record.caller, kFiles, Now(visit));
  std::string body;
  JsonWriter json(body);
  json.Object();
  if (!api.list_object.empty()) json.Key("object").String(api.list_object);
  json.Key("data").Array();
  for (const auto& file : own) Write(json, api, file);
  json.EndArray().Key("has_more").Bool(false).Key("first_id");
  own.empty() ? json.Null() : json.String(ClientId(api, own.front().name));
  json.Key("last_id");
  own.empty() ? json.Null() : json.String(ClientId(api, own.back().name));
  json.EndObject();
  return PageReply(200, kJson, std::move(body), visit.record);
}

http::Reply UseFile(Visit& visit, const FileApi& api) {
  const auto file = Named(visit);
  if (!file) return NoSuchFile(visit);
  if (visit.http.method != "DELETE") return Show(visit, api, *file);
  NativeQuestion question = QuestionFor(visit, file->name, NativeForm::kBytes);
  question.version = "v1beta";
  auto outcome = AskHolder(visit, file->account, "files", question);
  // A refusal means that the upstream has no such file any more.
  if (std::holds_alternative<Error>(outcome)) return RefuseIt(visit, ErrorOf(outcome));
  if (auto* opened = std::get_if<NativeOpened>(&outcome)) {
    opened->lease.Report(accounts::Success{opened->first_byte});
  }
  visit.services.resources->Remove(file->name);
  std::string body;
  JsonWriter json(body);
  json.Object().Key("id").String(ClientId(api, file->name));
  api.write_deleted(json);
  json.EndObject();
  return PageReply(200, kJson, std::move(body), visit.record);
}

http::Reply FileContent(Visit& visit) {
  const auto file = Named(visit);
  if (!file) return NoSuchFile(visit);
  NativeQuestion question = QuestionFor(visit, file->name + ":download", NativeForm::kBytes);
  question.version = "v1beta";
  question.query = "alt=media";
  auto outcome = AskHolder(visit, file->account, "files", question);
  if (auto* opened = std::get_if<NativeOpened>(&outcome)) {
    return NativeReply(std::move(*opened), NativeForm::kBytes, visit.services, visit.settings,
                       *visit.http.client, std::move(visit.record));
  }
  if (std::holds_alternative<Error>(outcome)) return RefuseIt(visit, ErrorOf(outcome));
  return RefuseIt(
      visit, Fail(ErrorCode::kInvalidRequest, "the upstream does not let this file be downloaded"));
}

}  // namespace agm::gateway
