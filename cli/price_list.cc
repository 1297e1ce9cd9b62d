#include "cli/price_list.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/table.h"
#include "core/ledger/price.h"

namespace agm::cli {
namespace {

constexpr double kMicroPerDollar = 1e6;

/// One row of either list.
struct Line {
  std::string match;
  std::string origin;  ///< "built in" or "configuration"
  std::int64_t input = 0;
  std::int64_t cached = 0;
  std::int64_t output = 0;
  std::int64_t long_above = 0;
  std::int64_t long_input = 0;
  std::int64_t long_output = 0;
  std::string from;
  std::string until;
};

template <class Price>
Line LineOf(const Price& price, std::string origin) {
  return {std::string(price.match),
          std::move(origin),
          price.input,
          price.cached,
          price.output,
          price.long_above,
          price.long_input,
          price.long_output,
          std::string(price.from),
          std::string(price.until)};
}

double Dollars(std::int64_t micro) { return static_cast<double>(micro) / kMicroPerDollar; }

std::string Text(std::int64_t micro) {
  return micro == 0 ? std::string() : fmt::format("{:g}", Dollars(micro));
}

Json JsonOf(const Line& line) {
  Json json = {{"match", line.match},
               {"origin", line.origin},
               {"input", Dollars(line.input)},
               {"cached", Dollars(line.cached == 0 ? line.input : line.cached)},
               {"output", Dollars(line.output)}};
  json["long_above"] = line.long_above == 0 ? Json() : Json(line.long_above);
  json["long_input"] = line.long_above == 0 ? Json() : Json(Dollars(line.long_input));
  json["long_output"] = line.long_above == 0 ? Json() : Json(Dollars(line.long_output));
  json["from"] = line.from.empty() ? Json() : Json(line.from);
  json["until"] = line.until.empty() ? Json() : Json(line.until);
  return json;
}

}  // namespace

Result<void> ListPriceTable(const Context& context) {
  const auto config = context.Config();
  if (!config) return config.error();
  std::vector<Line> lines;
  for (const auto& own : (*config)->prices) lines.push_back(LineOf(own, "configuration"));
  for (const auto& price : ledger::ListPrices()) lines.push_back(LineOf(price, "built in"));
  if (context.json()) {
    Json list = Json::array();
    for (const Line& line : lines) list.push_back(JsonOf(line));
    context.io().PrintJson({{"unit", "USD per million tokens"},
                            {"gathered", ledger::kPricesGathered},
                            {"prices", std::move(list)}});
    return {};
  }
  Table table({"MODEL", "INPUT", "CACHED", "OUTPUT", "LONG ABOVE", "INPUT", "OUTPUT", "FROM",
               "UNTIL", "ORIGIN"});
  for (const Line& line : lines) {
    table.Add({line.match, Text(line.input), Text(line.cached), Text(line.output),
               line.long_above == 0 ? std::string() : std::to_string(line.long_above),
               Text(line.long_input), Text(line.long_output), line.from, line.until, line.origin});
  }
  table.Print(context.io());
  context.io().Say("US dollars per million tokens; the built-in prices were gathered on {}.",
                   ledger::kPricesGathered);
  return {};
}

}  // namespace agm::cli
