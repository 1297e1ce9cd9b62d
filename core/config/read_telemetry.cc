#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "core/base/ascii.h"
#include "core/base/file.h"
#include "core/base/percent.h"
#include "core/config/read_tables.h"
#include "core/config/settings.h"

namespace agm::config {
namespace {

constexpr std::size_t kLongestFile = 1U << 20U;

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

/// Calls `use` with the two sides of each part that has the separator.
template <class Use>
void ForEachPair(std::string_view text, char end, char separator, const Use& use) {
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(end));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const std::size_t at = part.find(separator);
    if (at == std::string_view::npos) continue;
    use(Trimmed(part.substr(0, at)), Trimmed(part.substr(at + 1)));
  }
}

/// The share of new traces that the standard variables name, such as "parentbased_traceidratio" and
/// "0.1"; nullopt if they name none.
std::optional<double> ShareOf(std::string_view sampler, std::string_view argument) {
  if (sampler.ends_with("always_off")) return 0;
  if (!sampler.ends_with("traceidratio")) return std::nullopt;
  double share = 0;
  const char* end = argument.data() + argument.size();
  const bool number = !argument.empty() && std::from_chars(argument.data(), end, share).ptr == end;
  return number && share >= 0 && share <= 1 ? std::optional(share) : std::nullopt;
}

void ReadHeaders(const Value& table, const Reading& reading, TelemetrySettings& telemetry) {
  if (telemetry.headers_file.empty()) return;
  const auto text = ReadFile(telemetry.headers_file, kLongestFile);
  if (!text) {
    const Value* value = table.Find("headers_file");
    return reading.found.Error((value != nullptr ? *value : table).at, "telemetry.headers_file: {}",
                               text.error().message);
  }
  ForEachPair(*text, '\n', ':', [&](std::string_view name, std::string_view value) {
    telemetry.headers.emplace_back(name, Secret(std::string(value)));
  });
}

std::vector<OwnPrice> ReadRows(const Value& list, const Reading& reading, const std::string& name) {
  std::vector<OwnPrice> prices;
  if (!list.is(ValueKind::kArray)) {
    Expected(list, reading.In(name), "an array of tables");
    return prices;
  }
  for (const Value& item : list.items) {
    if (!item.is(ValueKind::kTable)) {
      Expected(item, reading.In(name), "a table for each model");
      continue;
    }
    OwnPrice price;
    ReadTable<OwnPrice>(item, PriceSettings(), {}, reading.In(name + "."), price);
    if (price.match.empty()) {
      reading.found.Error(item.at, "{}: it has no match, the name of the model", name);
    }
    prices.push_back(std::move(price));
  }
  return prices;
}

std::vector<OwnPrice> ReadPriceFile(const Value& name, const Reading& reading) {
  const auto path = ReadPath(name, reading.In("prices.file"));
  if (!path) return {};
  const auto text = ReadFile(*path, kLongestFile);
  if (!text) {
    reading.found.Error(name.at, "prices.file: {}", text.error().message);
    return {};
  }
  auto parsed = ParseDocument(*text);
  if (const auto* error = std::get_if<SyntaxError>(&parsed)) {
    reading.found.Error(name.at, "prices.file: line {}: {}", error->at.line, error->message);
    return {};
  }
  const Value* models = std::get<Value>(parsed).Find("models");
  if (models != nullptr) return ReadRows(*models, reading, "prices.file: models");
  reading.found.Error(name.at, "prices.file: expected [[models]] in it");
  return {};
}

}  // namespace

std::vector<std::string_view> ReadTelemetry(const Value& table, const Reading& reading,
                                            TelemetrySettings& telemetry) {
  if (!table.is(ValueKind::kTable)) {
    Expected(table, reading.In("telemetry"), "a table: [telemetry]");
    return {};
  }
  auto names = ReadTable<TelemetrySettings>(table, TelemetryTableSettings(), {},
                                            reading.In("telemetry."), telemetry);
  ReadHeaders(table, reading, telemetry);
  return names;
}

void ReadTelemetryVariables(const Environment& environment, TelemetrySettings& telemetry) {
  const TelemetrySettings defaults;
  const auto variable = [&](std::string_view name) {
    return std::string(Trimmed(Get(environment, name)));
  };
  if (telemetry.endpoint.empty() && AsciiLower(variable("OTEL_SDK_DISABLED")) != "true") {
    telemetry.endpoint = variable("OTEL_EXPORTER_OTLP_ENDPOINT");
    while (telemetry.endpoint.ends_with('/')) telemetry.endpoint.pop_back();
  }
  if (telemetry.headers.empty()) {
    ForEachPair(variable("OTEL_EXPORTER_OTLP_HEADERS"), ',', '=',
                [&](std::string_view name, std::string_view value) {
                  telemetry.headers.emplace_back(name, Secret(PercentDecode(value, false)));
                });
  }
  const std::string name = variable("OTEL_SERVICE_NAME");
  if (telemetry.service_name == defaults.service_name && !name.empty()) {
    telemetry.service_name = name;
  }
  ForEachPair(variable("OTEL_RESOURCE_ATTRIBUTES"), ',', '=',
              [&](std::string_view key, std::string_view value) {
                telemetry.resource.emplace_back(key, PercentDecode(value, false));
              });
  if (telemetry.sample == defaults.sample) {
    telemetry.sample = ShareOf(variable("OTEL_TRACES_SAMPLER"), variable("OTEL_TRACES_SAMPLER_ARG"))
                           .value_or(defaults.sample);
  }
}

std::vector<OwnPrice> ReadPrices(const Value& table, const Reading& reading) {
  static constexpr std::array<std::string_view, 2> kMembers = {"file", "models"};
  if (!table.is(ValueKind::kTable)) {
    Expected(table, reading.In("prices"), "a table: [[prices.models]]");
    return {};
  }
  std::vector<OwnPrice> prices;
  for (const Member& member : table.members) {
    if (member.key == "models") {
      auto rows = ReadRows(member.value, reading, "prices.models");
      prices.insert(prices.begin(), rows.begin(), rows.end());
    } else if (member.key == "file") {
      auto rows = ReadPriceFile(member.value, reading);
      prices.insert(prices.end(), rows.begin(), rows.end());
    } else {
      WarnUnknown(member, "prices.", kMembers, reading.found);
    }
  }
  return prices;
}

}  // namespace agm::config
