#include "cli/log_reader.h"

#include <array>
#include <ctime>

#include "core/base/duration.h"
#include "core/ledger/schema.h"

namespace agm::cli {
namespace {

constexpr Duration kPatience{2'000};

std::tm LocalParts(WallTime at) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return parts;
}

WallTime FromLocal(std::tm parts) {
  parts.tm_isdst = -1;
  return WallTime(std::chrono::seconds(std::mktime(&parts)));
}

std::optional<WallTime> ReadCalendar(const std::string& text, WallTime now) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (end != nullptr) {
    if (*end == '.') end += std::string_view(end + 1).find_first_not_of("0123456789") + 1;
    if (std::string_view(end) == "Z") return WallTime(std::chrono::seconds(::timegm(&parts)));
  }
  for (const char* form :
       {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"}) {
    parts = {};
    end = ::strptime(text.c_str(), form, &parts);
    if (end != nullptr && *end == '\0') return FromLocal(parts);
  }
  for (const char* form : {"%H:%M:%S", "%H:%M"}) {
    parts = LocalParts(now);
    parts.tm_sec = 0;
    end = ::strptime(text.c_str(), form, &parts);
    if (end != nullptr && *end == '\0') return FromLocal(parts);
  }
  return std::nullopt;
}

}  // namespace

Result<std::filesystem::path> RequestLogPath(const Context& context) {
  auto folder = context.StateFolder();
  if (!folder) return std::move(folder).error();
  return *folder / ledger::RequestsFile().name;
}

Result<bool> ReadRequestLog(const Context& context,
                            const std::function<Result<void>(store::Connection&)>& work) {
  const auto path = RequestLogPath(context);
  if (!path) return path.error();
  auto connection = store::Connection::OpenToRead(*path, kPatience);
  if (!connection && connection.error().code == ErrorCode::kNotFound) {
    context.io().Say("No request was logged yet. The log will be {}; agm serve writes it.",
                     path->string());
    return false;
  }
  if (!connection) return std::move(connection).error();
  if (auto done = work(*connection); !done) return std::move(done).error();
  return true;
}

Result<WallTime> ReadMoment(const std::string& option, const std::string& text, WallTime now) {
  if (text == "today") return DayBegin(now);
  if (text == "now") return now;
  if (const auto at = ReadCalendar(text, now)) return *at;
  if (const auto span = ReadDuration(text)) return now - *span;
  Error error = Fail(ErrorCode::kInvalidRequest,
                     "{}: expected a span such as 2h or 7d, or a time such as 2026-11-28 12:00, "
                     "found \"{}\"",
                     option, text);
  return error;
}

WallTime DayBegin(WallTime at) {
  std::tm parts = LocalParts(at);
  parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
  return FromLocal(parts);
}

WallTime MonthBegin(WallTime at) {
  std::tm parts = LocalParts(at);
  parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
  parts.tm_mday = 1;
  return FromLocal(parts);
}

}  // namespace agm::cli
