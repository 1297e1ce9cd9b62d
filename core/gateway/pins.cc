#include "core/gateway/pins.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <variant>

#include "core/base/json_doc.h"
#include "core/base/utf8.h"

namespace agm::gateway {
namespace {

constexpr std::array<std::string_view, 2> kKinds = {"files/", "cachedContents/"};
constexpr std::array<std::string_view, 4> kMembers = {"\"fileUri\"", "\"file_uri\"",
                                                      "\"cachedContent\"", "\"cached_content\""};
constexpr std::string_view kBlanks = " \t\r\n";

bool IsPartOfId(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

// The string that follows a member's name, without its quotes; empty if none does.
std::string_view StringAfter(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  if (!text.starts_with(':')) return {};
  text.remove_prefix(1);
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  if (!text.starts_with('"')) return {};
  text.remove_prefix(1);
  return text.substr(0, text.find('"'));
}

// All media of the request's messages and of tools' results in them.
std::vector<chat::Media*> MediaOf(chat::Request& request) {
  std::vector<chat::Media*> all;
  for (chat::Message& message : request.messages) {
    for (chat::Block& block : message.blocks) {
      if (auto* media = std::get_if<chat::Media>(&block)) all.push_back(media);
      auto* result = std::get_if<chat::ToolResult>(&block);
      if (result == nullptr) continue;
      for (auto& item : result->content) {
        if (auto* media = std::get_if<chat::Media>(&item)) all.push_back(media);
      }
    }
  }
  return all;
}

// Fills in what the upstream said of the file when it was created.
void Describe(chat::Media& media, std::string_view object) {
  const auto doc = JsonDoc::Parse(object);
  if (!doc) return;
  const std::string uri = doc->root()["uri"].text();
  if (!uri.empty()) media.uri = uri;
  if (media.mime.empty()) media.mime = doc->root()["mimeType"].text();
}

Error At(Error error, const chat::Place& place) {
  error.param = place.path;
  if (!place.path.empty()) error.message = place.path + ": " + error.message;
  return error;
}

}  // namespace

std::string ResourceName(std::string_view uri) {
  for (const std::string_view kind : kKinds) {
    const std::size_t at = uri.rfind(kind);
    if (at == std::string_view::npos || (at > 0 && uri[at - 1] != '/')) continue;
    const std::string_view id = uri.substr(at + kind.size());
    const auto end = std::ranges::find_if_not(id, IsPartOfId);
    const auto size = static_cast<std::size_t>(end - id.begin());
    if (size > 0) return std::string(kind).append(id.substr(0, size));
  }
  return {};
}

// A quote inside a JSON string is escaped, so the quoted names are members.
std::vector<std::string> ResourcesIn(std::string_view body) {
  std::vector<std::string> names;
  for (const std::string_view member : kMembers) {
    for (std::size_t at = body.find(member); at != std::string_view::npos;
         at = body.find(member, at + member.size())) {
      std::string name = ResourceName(StringAfter(body.substr(at + member.size())));
      if (!name.empty()) names.push_back(std::move(name));
    }
  }
  return names;
}

Result<std::string> HolderOf(store::Resources& resources, const std::vector<std::string>& names,
                             const std::string& caller, WallTime now) {
  std::string account;
  std::string first;
  for (const std::string& name : names) {
    const auto found = resources.Find(name, now);
    if (!found) continue;
    if (found->owner != caller) return NoSuchResource(name);
    if (!account.empty() && account != found->account) {
      return Fail(ErrorCode::kInvalidRequest,
                  "{} and {} are on different accounts, so no request can use both; upload one of "
                  "them again",
                  first, name);
    }
    account = found->account;
    first = name;
  }
  return account;
}

Result<std::string> PinMedia(store::Resources& resources, chat::Request& request,
                             const std::string& caller, WallTime now) {
  std::vector<std::string> names;
  for (chat::Media* media : MediaOf(request)) {
    const std::string name = ResourceName(media->uri);
    if (name.empty()) continue;
    const auto found = resources.Find(name, now);
    const bool own = found && found->owner == caller;
    if (!own && media->uri == name) return At(NoSuchResource(name), media->place);
    if (own) Describe(*media, found->object);
    names.push_back(name);
  }
  return HolderOf(resources, names, caller, now);
}

Error NoSuchResource(std::string_view name) {
  const std::size_t slash = name.find('/');
  Error error = Fail(ErrorCode::kNotFound, "there is no {} here: it may have expired",
                     ToUtf8(name.substr(0, 200)));
  if (slash != std::string_view::npos) error.reason = "resource_not_found";
  return error;
}

WallTime ReadGoogleTime(const std::string& text, WallTime otherwise) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  const int read = std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d", &year, &month, &day, &hour,
                               &minute, &second);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (read != 6 || !date.ok()) return otherwise;
  const auto time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                    std::chrono::minutes(minute) + std::chrono::seconds(second);
  return std::chrono::time_point_cast<WallTime::duration>(time);
}

}  // namespace agm::gateway
