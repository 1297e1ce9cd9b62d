#include <array>
#include <cmath>

#include "core/config/host.h"
#include "core/config/settings.h"
#include "core/config/words.h"

namespace agm::config {
namespace {

constexpr double kMicroPerDollar = 1e6;
constexpr double kMostDollars = 1e3;
constexpr int kMostTokens = 1'000'000'000;

std::string CheckEndpoint(std::string& endpoint) {
  while (endpoint.ends_with('/')) endpoint.pop_back();
  const auto url = SplitUrl(endpoint);
  const bool http = url && (url->scheme == "http" || url->scheme == "https") && url->user.empty() &&
                    url->rest.empty();
  return http || endpoint.empty() ? "" : "a URL such as \"http://127.0.0.1:4318\"";
}

std::string CheckDay(std::string& day) {
  const bool form = day.size() == 10 && day[4] == '-' && day[7] == '-';
  return form || day.empty() ? "" : "a day such as \"2027-01-01\"";
}

std::string CheckMatch(std::string& match) {
  const std::size_t star = match.find('*');
  const bool good = !match.empty() && (star == std::string::npos || star == match.size() - 1);
  return good ? "" : "a model's name, or the beginning of names with a * at the end";
}

double NumberOf(const Value& value) {
  return value.is(ValueKind::kInteger) ? static_cast<double>(value.integer) : value.number;
}

bool IsNumber(const Value& value) {
  return value.is(ValueKind::kInteger) || value.is(ValueKind::kFloat);
}

template <auto At>
Setting<OwnPrice> DollarsSetting(std::string_view name, SettingDoc doc) {
  return {name, SettingType::kDecimal, doc,
          [](const Value& value, const Scope& scope, OwnPrice& into) {
            const double amount = IsNumber(value) ? NumberOf(value) : -1;
            if (!(amount >= 0 && amount <= kMostDollars)) {
              return Expected(value, scope, "US dollars per million tokens, at most 1000");
            }
            into.*At = std::llround(amount * kMicroPerDollar);
          },
          [](const OwnPrice& from) {
            return fmt::format("{}", static_cast<double>(from.*At) / kMicroPerDollar);
          }};
}

}  // namespace

std::span<const Setting<TelemetrySettings>> TelemetryTableSettings() {
  using T = TelemetrySettings;
  static const std::array settings = {
      TextSetting<T, &T::endpoint, CheckEndpoint, SettingType::kAddress>(
          "endpoint", {"The collector's address for OTLP over HTTP; empty: telemetry is off.",
                       "\"http://127.0.0.1:4318\""}),
      PathSetting<T, &T::headers_file>(
          "headers_file", {"A file with headers for the collector, one \"Name: value\" a line."}),
      Setting<T>{"sample",
                 SettingType::kDecimal,
                 {"The share of traces that are sent, from 0 to 1. A caller's own decision in "
                  "traceparent is followed."},
                 [](const Value& value, const Scope& scope, T& into) {
                   const double share = IsNumber(value) ? NumberOf(value) : -1;
                   if (!(share >= 0 && share <= 1)) {
                     return Expected(value, scope, "a number from 0 to 1");
                   }
                   into.sample = share;
                 },
                 [](const T& from) { return fmt::format("{}", from.sample); }},
      WordSetting<T, &T::detail, kTelemetryDetailWords>(
          "detail", {"\"requests\", or \"tries\" for a span for each try too."}),
      WordSetting<T, &T::semconv, kSemconvWords>(
          "semconv", {"The version of the GenAI conventions: \"0.1\", or \"1.36\" for older "
                      "dashboards."}),
      TextSetting<T, &T::service_name>("service_name", {"The name of this service in traces."}),
      BoolSetting<T, &T::propagate>(
          "propagate", {"Send the trace context (traceparent, tracestate) to upstreams too, for "
                        "one that traces its own work, such as another agm. An upstream can then "
                        "tell which requests belong together."}),
  };
  return settings;
}

std::span<const Setting<OwnPrice>> PriceSettings() {
  using P = OwnPrice;
  static const std::array settings = {
      TextSetting<P, &P::match, CheckMatch>(
          "match",
          {"The model's name, or the beginning of names with a * at the end.", "\"my-model*\""}),
      DollarsSetting<&P::input>("input", {"Input tokens."}),
      DollarsSetting<&P::cached>("cached", {"Cached input tokens; 0: as other input."}),
      DollarsSetting<&P::output>("output", {"Output tokens."}),
      DollarsSetting<&P::input_audio>("input_audio", {"Audio input; 0: as other input."}),
      DollarsSetting<&P::output_image>("output_image", {"Images; 0: as other output."}),
      DollarsSetting<&P::output_audio>("output_audio", {"Audio output; 0: as other output."}),
      IntSetting<P, &P::long_above, 0, kMostTokens>(
          "long_above", {"Prompts of more tokens cost the long prices; 0: there are none."}),
      DollarsSetting<&P::long_input>("long_input", {"Input tokens of a long prompt."}),
      DollarsSetting<&P::long_cached>("long_cached", {"Cached input tokens of a long prompt."}),
      DollarsSetting<&P::long_output>("long_output", {"Output tokens of a long prompt."}),
      TextSetting<P, &P::from, CheckDay>("from", {"The first day of the price (UTC)."}),
      TextSetting<P, &P::until, CheckDay>("until", {"The last day of the price (UTC)."}),
  };
  return settings;
}

}  // namespace agm::config
