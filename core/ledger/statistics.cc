#include "core/ledger/statistics.h"

#include <utility>

#include "core/ledger/entry_json.h"

namespace agm::ledger {
namespace {

const std::string& Column(const TotalKey& key, By by) {
  switch (by) {
    case By::kCaller:
      return key.caller;
    case By::kModel:
      return key.target;
    case By::kAccount:
      return key.account;
  }
  return key.target;
}

}  // namespace

std::string_view Name(By by) {
  switch (by) {
    case By::kCaller:
      return "caller";
    case By::kModel:
      return "model";
    case By::kAccount:
      return "account";
  }
  return "model";
}

Statistics Summarize(const Totals& totals, std::vector<By> by, const Bucket& bucket) {
  Statistics statistics{std::move(by), bucket != nullptr, {}, {}};
  // The totals are in the order of time, so that each span is named once.
  std::int64_t quarter = -1;
  std::string span;
  for (const auto& [key, sums] : totals) {
    Statistics::Key row;
    if (bucket && key.quarter != quarter) {
      quarter = key.quarter;
      span = bucket(TimeOf(key.quarter));
    }
    if (bucket) row.push_back(span);
    for (const By column : statistics.by) row.push_back(Column(key, column));
    statistics.rows[row].Add(sums);
    statistics.total.Add(sums);
  }
  if (statistics.by.empty() && !bucket) statistics.rows.clear();
  return statistics;
}

Json ToJson(const Sums& sums) {
  Json json;
  json["requests"] = sums.requests;
  json["errors"] = sums.errors;
  json["cancelled"] = sums.cancelled;
  json["input_tokens"] = sums.tokens.input;
  json["cached_tokens"] = sums.tokens.cached;
  json["output_tokens"] = sums.tokens.output;
  json["reasoning_tokens"] = sums.tokens.thoughts;
  json["cost_billed_usd"] = Dollars(sums.billed);
  json["cost_list_usd"] = Dollars(sums.list);
  json["unpriced"] = sums.unpriced;
  return json;
}

Json ToJson(const Statistics& statistics, WallTime since, WallTime until,
            const std::string& time_zone) {
  Json json;
  json["since"] = WriteTimestamp(since);
  json["until"] = WriteTimestamp(until);
  json["time_zone"] = time_zone;
  json["total"] = ToJson(statistics.total);
  json["rows"] = Json::array();
  for (const auto& [key, sums] : statistics.rows) {
    Json row;
    std::size_t at = 0;
    if (statistics.buckets) row["bucket"] = key[at++];
    for (const By by : statistics.by) row[std::string(Name(by))] = key[at++];
    row.update(ToJson(sums));
    json["rows"].push_back(std::move(row));
  }
  return json;
}

}  // namespace agm::ledger
