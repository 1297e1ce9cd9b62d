#include "core/http/wire/reply_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "core/http/wire/grammar.h"
#include "core/http/wire/request_head.h"

namespace agm::http {
namespace {

constexpr std::array<std::string_view, 5> kOwn = {"Content-Length", "Transfer-Encoding",
                                                  "Connection", "Keep-Alive", "Date"};

bool IsOwn(std::string_view name) {
  return std::ranges::any_of(kOwn,
                             [&](std::string_view own) { return EqualsIgnoreCase(own, name); });
}

/// RFC 9110, 5.6.7: "Sat, 21 Nov 2026 12:00:00 GMT", in every locale.
std::string DateOf(std::time_t seconds) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  if (::gmtime_r(&seconds, &utc) == nullptr) return {};
  return fmt::format("Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n",
                     kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                     kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                     utc.tm_min, utc.tm_sec);
}

// Each thread formats the date once per second.
void AddDate(std::string& out, WallTime now) {
  thread_local std::time_t last = -1;
  thread_local std::string line;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  if (seconds != last) {
    line = DateOf(seconds);
    last = seconds;
  }
  out += line;
}

void AddPersistence(std::string& out, const Delivery& delivery) {
  if (!delivery.keep_alive) return AddHeaderLine(out, "Connection", "close");
  if (delivery.minor_version == 0) AddHeaderLine(out, "Connection", "keep-alive");
  const auto seconds = std::chrono::floor<std::chrono::seconds>(delivery.idle_timeout);
  if (seconds.count() > 0) {
    AddHeaderLine(out, "Keep-Alive", fmt::format("timeout={}", seconds.count()));
  }
}

}  // namespace

bool HasNoBody(int status) { return status < 200 || status == 204 || status == 304; }

void AddHeaderLine(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void AddReplyLines(std::string& out, const std::vector<Header>& headers) {
  for (const auto& [name, value] : headers) {
    if (IsToken(name) && IsFieldValue(value) && !IsOwn(name)) AddHeaderLine(out, name, value);
  }
}

void AddDeliveryLines(std::string& out, const Delivery& delivery, bool streamed) {
  if (streamed && delivery.minor_version > 0) AddHeaderLine(out, "Transfer-Encoding", "chunked");
  AddPersistence(out, delivery);
  AddDate(out, delivery.now);
  out += "\r\n";
}

}  // namespace agm::http
