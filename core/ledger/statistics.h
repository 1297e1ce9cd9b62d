#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/ledger/totals.h"

namespace agm::ledger {

/// The key that distinguishes the rows of a statistic.
enum class By { kCaller, kModel, kAccount };

/// Sums of the totals by some columns and, if wanted, by spans of time.
struct Statistics {
  /// The row's span, then the values of the columns in their order.
  using Key = std::vector<std::string>;

  std::vector<By> by;
  bool buckets = false;
  std::map<Key, Sums> rows;
  Sums total;
};

/// Names the span that a moment belongs to ("2026-11-28"); in whatever zone the viewer lives.
using Bucket = std::function<std::string(WallTime)>;

/// An empty `bucket` makes no spans.
Statistics Summarize(const Totals& totals, std::vector<By> by, const Bucket& bucket = {});

/// "caller", "model", "account".
std::string_view Name(By by);

/// The members of a sum in `agm stats --json` and on the page. The costs are sums of what is known;
/// `unpriced` counts the answers that they leave out.
Json ToJson(const Sums& sums);

/// {"since", "until", "time_zone", "total", "rows"}.
Json ToJson(const Statistics& statistics, WallTime since, WallTime until,
            const std::string& time_zone);

}  // namespace agm::ledger
