#include "core/gateway/resources_route.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/percent.h"
#include "core/base/utf8.h"
#include "core/config/model_name.h"
#include "core/gateway/admission.h"
#include "core/gateway/native_request.h"
#include "core/gateway/native_stream.h"
#include "core/gateway/paging.h"
#include "core/gateway/pins.h"
#include "core/gateway/replies.h"
#include "core/gateway/resource_calls.h"
#include "core/gateway/targets.h"
#include "core/gateway/url.h"

namespace agm::gateway {
namespace {

using std::chrono::hours;

constexpr hours kUploadLife{24 * 7};
constexpr int kMostPages = 20;

std::string_view CollectionOf(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::kFiles:
      return "files";
    case ResourceKind::kCaches:
      return "cachedContents";
    case ResourceKind::kBatches:
      return "batches";
    case ResourceKind::kOperations:
      return "operations";
  }
  return {};
}

http::Reply RefuseIt(Visit& visit, Error error) {
  return Refuse(Surface::kGemini, std::move(error), visit.record, *visit.settings->config);
}

http::Reply PassOn(Visit& visit, NativeOutcome outcome, NativeForm form) {
  if (auto* error = std::get_if<Error>(&outcome)) return RefuseIt(visit, std::move(*error));
  if (auto* refusal = std::get_if<NativeRefusal>(&outcome)) {
    return PassRefusal(std::move(*refusal), *visit.settings->config, visit.record);
  }
  return NativeReply(std::get<NativeOpened>(std::move(outcome)), form, visit.services,
                     visit.settings, *visit.http.client, std::move(visit.record));
}

/// The model for which a resource is created, and the account that the target names, if it does.
struct Aim {
  std::string model;
  std::string account;
};

// The aim of the client's model name, within the limits of its key.
Result<Aim> AimAt(Visit& visit, const std::string& model) {
  const auto unknown = [&] {
    return Fail(ErrorCode::kUnknownModel, "models/{} is not found", ToUtf8(model.substr(0, 200)));
  };
  if (!config::ModelNameFault(model).empty()) return unknown();
  const auto resolved = ResolveModel(visit.services, *visit.settings, model, *visit.http.client);
  if (!resolved) return unknown();
  auto usable = AdmitNative(visit.services, model, visit.http.body.size(), resolved->targets,
                            std::nullopt, visit.record);
  if (!usable) return std::move(usable).error();
  const std::string& target = usable->front();
  Aim aim{visit.services.pool->ModelOf(target), {}};
  if (aim.model != target) aim.account = target.substr(0, target.find('/'));
  return aim;
}

http::Reply Create(Visit& visit, std::string_view kind, const std::string& named,
                   NativeQuestion question) {
  const auto account = named.empty() ? PlaceFor(visit, kind) : named;
  if (!account) return RefuseIt(visit, account.error());
  auto outcome = AskHolder(visit, *account, kind, question);
  if (auto* opened = std::get_if<NativeOpened>(&outcome)) {
    if (auto whole = ReadWhole(*opened, *visit.http.client); !whole) {
      return RefuseIt(visit, whole.error());
    }
    Remember(visit, *account, opened->held);
  }
  return PassOn(visit, std::move(outcome), NativeForm::kWhole);
}

// ---- Uploads -----------------------------------------------------------------------------------

// The address at which the client reaches this gateway.
std::string OwnOrigin(const Visit& visit) {
  const bool tls = visit.settings->config->proxy.tls.enabled();
  return fmt::format("{}://{}", tls ? "https" : "http", ToUtf8(visit.http.header("host")));
}

std::string UploadName(std::string_view id) { return "uploads/" + std::string(id); }

// Replaces the upstream's upload address by one of this gateway, and remembers whose it is.
void AdoptUpload(Visit& visit, const std::string& account, NativeOpened& opened) {
  for (auto& [name, value] : opened.headers) {
    if (name != "x-goog-upload-url" && name != "x-goog-upload-control-url" && name != "location") {
      continue;
    }
    const std::size_t mark = std::min(value.find('?'), value.size());
    const std::string query = value.substr(std::min(mark + 1, value.size()));
    const std::string id = QueryParameter(query, "upload_id");
    if (id.empty()) continue;
    visit.services.resources->Keep({UploadName(id), visit.record.caller, account, value, Now(visit),
                                    Now(visit) + kUploadLife});
    value = fmt::format("{}/upload/{}/files?{}", OwnOrigin(visit), NativeVersion(visit.http.path),
                        query);
  }
}

http::Reply ReplyToUpload(Visit& visit, const std::string& account, NativeOutcome outcome) {
  if (auto* opened = std::get_if<NativeOpened>(&outcome)) {
    if (auto whole = ReadWhole(*opened, *visit.http.client); !whole) {
      return RefuseIt(visit, whole.error());
    }
    AdoptUpload(visit, account, *opened);
    Remember(visit, account, opened->held);
  }
  return PassOn(visit, std::move(outcome), NativeForm::kBytes);
}

http::Reply ContinueUpload(Visit& visit, const std::string& id) {
  const auto session = visit.services.resources->Find(UploadName(id), Now(visit));
  if (!session || session->owner != visit.record.caller) {
    return RefuseIt(visit, NoSuchResource("upload session"));
  }
  NativeQuestion question = QuestionFor(visit, {}, NativeForm::kBytes);
  question.url = session->object;
  return ReplyToUpload(visit, session->account,
                       AskHolder(visit, session->account, "files", question));
}

}  // namespace

http::Reply UploadFile(Visit& visit) {
  const std::string id = QueryParameter(visit.http.query, "upload_id");
  if (!id.empty()) return ContinueUpload(visit, id);
  const auto place = PlaceFor(visit, "files");
  if (!place) return RefuseIt(visit, place.error());
  const std::string& account = *place;
  const auto question = QuestionFor(visit, "upload/files", NativeForm::kBytes);
  return ReplyToUpload(visit, account, AskHolder(visit, account, "files", question));
}

// ---- The other resources -----------------------------------------------------------------------

http::Reply UseResource(Visit& visit, ResourceKind kind) {
  const std::string collection(CollectionOf(kind));
  const std::string path = collection + "/" + visit.route.id;
  const std::string name = path.substr(0, path.find(':'));
  const auto found = visit.services.resources->Find(name, Now(visit));
  if (!found || found->owner != visit.record.caller) return RefuseIt(visit, NoSuchResource(name));
  auto outcome =
      AskHolder(visit, found->account, collection, QuestionFor(visit, path, NativeForm::kBytes));
  const bool gone = visit.http.method == "DELETE" && std::holds_alternative<NativeOpened>(outcome);
  if (gone) visit.services.resources->Remove(name);
  return PassOn(visit, std::move(outcome), NativeForm::kBytes);
}

http::Reply CreateCache(Visit& visit) {
  NativeQuestion question = QuestionFor(visit, "cachedContents", NativeForm::kWhole);
  const auto doc = JsonDoc::Parse(visit.http.body);
  if (!doc) return RefuseIt(visit, doc.error());
  const std::string model(config::WithoutModelPrefix(doc->root()["model"].text()));
  const auto aim = AimAt(visit, model);
  if (!aim) return RefuseIt(visit, aim.error());
  if (aim->model != model) {
    auto renamed = WithNativeModel(visit.http.body, model, aim->model);
    if (renamed) question.body = *std::move(renamed);
  }
  return Create(visit, "cachedContents", aim->account, std::move(question));
}

http::Reply CreateBatch(Visit& visit) {
  const std::string& id = visit.route.id;
  const std::size_t colon = std::min(id.rfind(':'), id.size());
  const std::string model(config::WithoutModelPrefix(std::string_view(id).substr(0, colon)));
  const auto aim = AimAt(visit, model);
  if (!aim) return RefuseIt(visit, aim.error());
  return Create(visit, "batches", aim->account,
                QuestionFor(visit, "models/" + aim->model + id.substr(colon), NativeForm::kWhole));
}

namespace {

/// The caller's resources on one account as the upstream describes them now, by name.
std::map<std::string, std::string> Describe(Visit& visit, const std::string& account,
                                            const std::string& collection) {
  std::map<std::string, std::string> objects;
  std::string token;
  for (int page = 0; page < kMostPages; ++page) {
    NativeQuestion question = QuestionFor(visit, collection, NativeForm::kWhole);
    question.query = "pageSize=100";
    if (!token.empty()) question.query += "&pageToken=" + PercentEncode(token);
    auto outcome = AskHolder(visit, account, collection, question);
    auto* opened = std::get_if<NativeOpened>(&outcome);
    if (opened == nullptr || !ReadWhole(*opened, *visit.http.client)) return objects;
    const auto doc = JsonDoc::Parse(opened->held);
    opened->lease.Report(accounts::Success{});
    if (!doc) return objects;
    const JsonView root = doc->root();
    for (const JsonView object :
         root[collection == "batches" ? "operations" : collection].items()) {
      objects[object["name"].text()] = object.raw();
    }
    token = root["nextPageToken"].text();
    if (token.empty()) break;
  }
  return objects;
}

}  // namespace

// Other callers' resources on the same account are left out. What an account that cannot answer now
// holds is described as it was created.
http::Reply ListResources(Visit& visit, ResourceKind kind) {
  const std::string collection(CollectionOf(kind));
  auto own = visit.services.resources->List(visit.record.caller, collection + "/", Now(visit));
  std::vector<std::string> names;
  for (const auto& resource : own) names.push_back(resource.name);
  const auto page = PageOfList(visit.http.query, names);
  if (!page) return RefuseIt(visit, page.error());
  own = {own.begin() + static_cast<std::ptrdiff_t>(page->begin),
         own.begin() + static_cast<std::ptrdiff_t>(page->end)};
  std::map<std::string, std::map<std::string, std::string>> by_account;
  for (const auto& resource : own) {
    if (!by_account.contains(resource.account)) {
      by_account[resource.account] = Describe(visit, resource.account, collection);
    }
  }
  std::string body;
  JsonWriter json(body);
  json.Object();
  if (!own.empty()) json.Key(kind == ResourceKind::kBatches ? "operations" : collection).Array();
  for (const auto& resource : own) {
    const auto& objects = by_account[resource.account];
    const auto now = objects.find(resource.name);
    json.Raw(now != objects.end() ? now->second : resource.object);
  }
  if (!own.empty()) json.EndArray();
  if (!page->next.empty()) json.Key("nextPageToken").String(ToUtf8(page->next));
  json.EndObject();
  return PageReply(200, "application/json; charset=UTF-8", std::move(body), visit.record);
}

}  // namespace agm::gateway
