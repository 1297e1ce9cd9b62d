#include "cli/request_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/table.h"
#include "core/base/duration.h"

namespace agm::cli {
namespace {

constexpr std::size_t kLongest = 1'000;

std::string Mapped(const ledger::Entry& entry) {
  if (entry.model.empty()) return entry.route;
  if (entry.target.empty() || entry.target == entry.model) return entry.model;
  return entry.model + "→" + entry.target;
}

std::string Times(const ledger::Entry& entry) {
  if (entry.first_byte.count() < 0 || !entry.stream) return TimeText(entry.total);
  return TimeText(entry.first_byte) + "/" + TimeText(entry.total);
}

}  // namespace

std::string RequestLine(const Io& io, const ledger::Entry& entry) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(entry.at);
  const std::string status = std::to_string(entry.status);
  std::string line = fmt::format("{:%H:%M:%S} ", fmt::localtime(seconds));
  line += io.Paint(status, entry.failed() ? Colour::kRed : Colour::kGreen);
  line += " " + Plain(Mapped(entry));
  if (!entry.account.empty()) line += " " + Plain(entry.account);
  line += " " + Times(entry);
  if (entry.tokens.known) {
    line += fmt::format(" {}→{} {}", CountText(entry.tokens.input), CountText(entry.tokens.output),
                        MoneyText(entry.cost.list));
  }
  if (!entry.caller.empty()) line += " " + Plain(entry.caller);
  if (!entry.client.empty()) line += " " + Plain(entry.client);
  if (entry.failed()) line += fmt::format(" {} {}", Plain(entry.error), entry.id);
  if (entry.failed() && !entry.why.empty()) line += " " + Plain(entry.why);
  return line;
}

std::string MoneyText(std::optional<ledger::Nano> nano) {
  if (!nano) return "?";
  if (*nano == 0) return "$0";
  const double dollars = static_cast<double>(*nano) / 1e9;
  if (dollars >= 1) return fmt::format("${:.2f}", dollars);
  if (dollars >= 0.0001) return fmt::format("${:.4f}", dollars);
  return fmt::format("${:.7f}", dollars);
}

std::string SumText(ledger::Nano sum, std::int64_t unknown) {
  return MoneyText(sum) + (unknown > 0 ? " + ?" : "");
}

std::string CountText(std::int64_t count) {
  if (count < 1'000) return std::to_string(count);
  // From 999,950 on, one decimal would round to "1000.0k".
  if (count < 999'950) return fmt::format("{:.1f}k", static_cast<double>(count) / 1e3);
  return fmt::format("{:.1f}M", static_cast<double>(count) / 1e6);
}

std::string TimeText(std::chrono::microseconds time) {
  if (time.count() < 0) return "-";
  const double seconds = std::chrono::duration<double>(time).count();
  if (seconds < 0.001) return fmt::format("{}us", time.count());
  if (seconds < 1) return fmt::format("{:.0f}ms", seconds * 1e3);
  if (seconds < 60) return fmt::format("{:.1f}s", seconds);
  return WriteDuration(std::chrono::duration_cast<Duration>(time));
}

std::string Plain(const std::string& text) { return Shorten(text, kLongest); }

std::string CsvField(const std::string& text) {
  std::string field = Plain(text);
  if (!field.empty() && std::string_view("=+-@").find(field.front()) != std::string_view::npos) {
    field.insert(0, "'");
  }
  if (field.find_first_of(",\"") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace agm::cli
