#include "core/gateway/resource_calls.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>
#include <vector>

#include "core/base/json_doc.h"
#include "core/gateway/native_request.h"
#include "core/gateway/pins.h"
#include "core/gateway/taped.h"
#include "core/http/wire/grammar.h"

namespace agm::gateway {
namespace {

using std::chrono::hours;

constexpr hours kFileLife{48};
constexpr hours kOtherLife{24 * 30};
/// A longer description of a resource is not read.
constexpr std::size_t kMostRead = 8U << 20U;

RequestContext ContextOf(const Visit& visit, const std::string& account) {
  RequestContext context{&visit.services,
                         visit.settings,
                         {},
                         visit.http.client,
                         visit.record.id,
                         visit.record.caller,
                         TapeCalls(*visit.services.transport, visit.record.tape)};
  context.headers = visit.record.TraceHeaders();
  context.only = account;
  return context;
}

// The client's headers that belong to the request itself.
std::vector<http::Header> HeadersUp(const http::Request& http) {
  std::vector<http::Header> headers;
  for (const auto& [name, value] : http.headers) {
    const bool passes = http::StartsWithIgnoreCase(name, "x-goog-upload-") ||
                        http::EqualsIgnoreCase(name, "content-type") ||
                        http::EqualsIgnoreCase(name, "content-range") ||
                        http::EqualsIgnoreCase(name, "x-upload-content-type");
    if (passes) headers.emplace_back(name, value);
  }
  if (headers.empty()) headers.emplace_back("Content-Type", "application/json");
  return headers;
}

bool MayHold(const Visit& visit, const config::Account& account, std::string_view kind) {
  const auto& provider = visit.services.providers->For(account.kind);
  return account.Usable() && !provider.NativeUrl(account, "v1beta", kind).empty();
}

// The account on which the caller creates resources: the same one as long as it can serve.
std::string HomeOf(const Visit& visit, std::string_view kind) {
  std::vector<std::string> candidates;
  for (const config::Account& account : visit.settings->config->accounts) {
    if (MayHold(visit, account, kind)) candidates.push_back(account.name);
  }
  if (candidates.empty()) return {};
  const std::string home = visit.services.resources->Home(visit.record.caller);
  const auto known = std::ranges::find(candidates, home);
  const auto shift = known != candidates.end()
                         ? static_cast<std::size_t>(known - candidates.begin())
                         : std::hash<std::string>{}(visit.record.caller) % candidates.size();
  std::rotate(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(shift),
              candidates.end());
  const auto free = std::ranges::find_if(candidates, [&](const std::string& account) {
    return !visit.services.pool->WhyNot(account, std::string(kind));
  });
  return free == candidates.end() ? candidates.front() : *free;
}

WallTime EndOf(const Visit& visit, JsonView object, std::string_view name) {
  const hours life = name.starts_with("files/") ? kFileLife : kOtherLife;
  const WallTime otherwise = Now(visit) + life;
  for (const std::string_view member : {"expirationTime", "expireTime"}) {
    const std::string text = object[member].text();
    if (!text.empty()) return ReadGoogleTime(text, otherwise);
  }
  return otherwise;
}

}  // namespace

NativeQuestion QuestionFor(const Visit& visit, std::string resource, NativeForm form) {
  NativeQuestion question;
  question.http_method = visit.http.method == "HEAD" ? "GET" : visit.http.method;
  question.version = NativeVersion(visit.http.path);
  question.resource = std::move(resource);
  question.query = WithoutCredentials(visit.http.query);
  question.body = visit.http.body;
  question.upload = visit.http.incoming;
  question.headers = HeadersUp(visit.http);
  question.form = form;
  return question;
}

NativeOutcome AskHolder(Visit& visit, const std::string& account, std::string_view kind,
                        const NativeQuestion& question) {
  RequestContext context = ContextOf(visit, account);
  context.method = kind;
  auto outcome = OpenNative(
      context, {std::string(kind)}, [&](const std::string&) { return question; }, visit.record);
  visit.record.target.clear();  // no model is used
  return outcome;
}

Result<void> ReadWhole(NativeOpened& opened, const Cancellation& client) {
  while (opened.download && opened.held.size() <= kMostRead) {
    const auto state = opened.download->Read(opened.held, TimePoint::max(), client);
    if (!state) return state.error();
    if (*state == http::ReadState::kEnd) opened.download.reset();
  }
  return {};
}

Result<std::string> PlaceFor(const Visit& visit, std::string_view kind) {
  auto holder = HolderOf(*visit.services.resources, ResourcesIn(visit.http.body),
                         visit.record.caller, Now(visit));
  if (!holder) return std::move(holder).error();
  if (holder->empty()) *holder = HomeOf(visit, kind);
  if (!holder->empty()) return *std::move(holder);
  Error error = Fail(ErrorCode::kNoAccount, "no account of the gateway can hold {}", kind);
  error.reason = "no_account";
  return error;
}

std::string Remember(Visit& visit, const std::string& account, std::string_view body,
                     std::string_view more) {
  const auto doc = JsonDoc::Parse(body);
  if (!doc) return {};
  const JsonView root = doc->root();
  const JsonView object = root["file"].is(JsonKind::kObject) ? root["file"] : root;
  const std::string name = object["name"].text();
  if (name.find('/') == std::string::npos) return {};
  std::string stored(object.raw());
  stored.insert(stored.rfind('}'), more);
  visit.services.resources->Keep(
      {name, visit.record.caller, account, stored, Now(visit), EndOf(visit, object, name)});
  visit.services.resources->SetHome(visit.record.caller, account);
  return stored;
}

}  // namespace agm::gateway
