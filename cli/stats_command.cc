#include "cli/stats_command.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <vector>

#include "cli/cluster_totals.h"
#include "cli/log_reader.h"
#include "cli/request_text.h"
#include "cli/state_file.h"
#include "cli/table.h"
#include "core/base/time_zone.h"
#include "core/gateway/shared_state.h"
#include "core/keys/prices.h"
#include "core/ledger/buckets.h"
#include "core/ledger/entry_json.h"
#include "core/ledger/file_id.h"
#include "core/ledger/recost.h"
#include "core/ledger/statistics.h"
#include "core/ledger/totals.h"

namespace agm::cli {
namespace {

using ledger::By;
using ledger::Sums;

struct Span {
  WallTime since;
  WallTime until;
};

Result<Span> SpanOf(const StatsOptions& options, WallTime now) {
  Span span{now - std::chrono::hours(7 * 24), now + Duration(1)};  // now itself counts too
  if (options.today) span.since = DayBegin(now);
  if (options.month) span.since = MonthBegin(now);
  if (options.since) {
    auto since = ReadMoment("--since", *options.since, now);
    if (!since) return std::move(since).error();
    span.since = *since;
  }
  if (options.until) {
    auto until = ReadMoment("--until", *options.until, now);
    if (!until) return std::move(until).error();
    span.until = *until;
  }
  return span;
}

Result<std::vector<By>> ReadBy(const std::string& text) {
  std::vector<By> by;
  for (std::size_t at = 0; at <= text.size() && !text.empty();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string word = text.substr(at, end - at);
    bool known = false;
    for (const By each : {By::kModel, By::kAccount, By::kCaller}) {
      if (word != ledger::Name(each)) continue;
      by.push_back(each);
      known = true;
    }
    if (!known) {
      return Fail(ErrorCode::kInvalidRequest,
                  "--by: expected model, account and caller, separated by commas, found \"{}\"",
                  word);
    }
    at = end + 1;
  }
  return by;
}

/// The spans on the clocks of the local zone.
ledger::Bucket BucketOf(const std::optional<std::string>& bucket) {
  using enum ledger::BucketSize;
  if (!bucket) return {};
  const TimeZone zone = TimeZone::Local();
  if (*bucket == "hour") return ledger::BucketsOf(kHour, zone);
  if (*bucket == "week") return ledger::BucketsOf(kWeek, zone);
  if (*bucket == "month") return ledger::BucketsOf(kMonth, zone);
  return ledger::BucketsOf(kDay, zone);
}

Result<void> UseZone(const std::string& zone) {
  const std::filesystem::path file = std::filesystem::path("/usr/share/zoneinfo") / zone;
  const bool plain = zone.find("..") == std::string::npos && !zone.starts_with('/');
  std::error_code failed;
  if (zone != "UTC" && (!plain || !std::filesystem::is_regular_file(file, failed))) {
    return Fail(ErrorCode::kInvalidRequest,
                "--tz: expected a zone such as Europe/Berlin, found \"{}\"", zone);
  }
  ::setenv("TZ", zone.c_str(), 1);
  ::tzset();
  return {};
}

std::string ZoneName(WallTime at) {
  if (const char* zone = std::getenv("TZ"); zone != nullptr && *zone != '\0') return zone;
  std::error_code failed;
  const std::string link = std::filesystem::read_symlink("/etc/localtime", failed).string();
  const std::size_t found = link.find("zoneinfo/");
  if (!failed && found != std::string::npos) return link.substr(found + 9);
  return fmt::format("{:%Z}", fmt::localtime(std::chrono::system_clock::to_time_t(at)));
}

std::vector<Cell> Cells(std::vector<Cell> cells, const Sums& sums) {
  cells.emplace_back(std::to_string(sums.requests));
  cells.emplace_back(std::to_string(sums.errors));
  cells.emplace_back(CountText(sums.tokens.input));
  cells.emplace_back(CountText(sums.tokens.cached));
  cells.emplace_back(CountText(sums.tokens.output));
  cells.emplace_back(SumText(sums.billed, sums.unbilled));
  cells.emplace_back(SumText(sums.list, sums.unpriced));
  return cells;
}

void PrintTable(Io& io, const ledger::Statistics& statistics) {
  std::vector<std::string> header;
  if (statistics.buckets) header.emplace_back("TIME");
  for (const By by : statistics.by) {
    std::string name(ledger::Name(by));
    for (char& c : name) c = static_cast<char>(c - 'a' + 'A');
    header.push_back(std::move(name));
  }
  if (header.empty()) header.emplace_back("");
  const std::size_t columns = header.size();
  for (const char* name : {"REQUESTS", "ERRORS", "IN", "CACHED", "OUT", "BILLED", "LIST"}) {
    header.emplace_back(name);
  }
  Table table(std::move(header));
  for (const auto& [key, sums] : statistics.rows) {
    std::vector<Cell> cells;
    for (const std::string& value : key) cells.emplace_back(Plain(value));
    table.Add(Cells(std::move(cells), sums));
  }
  std::vector<Cell> total(columns, Cell(""));
  total.front() = Cell("total", Colour::kBold);
  table.Add(Cells(std::move(total), statistics.total));
  table.Print(io);
  if (statistics.total.unpriced > 0) {
    io.Say("The costs leave out {} answers whose price is not known.", statistics.total.unpriced);
  }
}

void PrintCsv(Io& io, const ledger::Statistics& statistics) {
  std::string head = statistics.buckets ? "bucket," : "";
  for (const By by : statistics.by) head += std::string(ledger::Name(by)) + ",";
  const Json none = ledger::ToJson(Sums{});
  for (const auto& [name, value] : none.items()) head += name + ",";
  head.back() = '\n';
  io.Out(head);
  const auto line = [&](const ledger::Statistics::Key& key, const Sums& sums) {
    std::string text;
    for (const std::string& value : key) text += CsvField(value) + ",";
    const Json json = ledger::ToJson(sums);
    for (const auto& [name, value] : json.items()) text += value.dump() + ",";
    text.back() = '\n';
    io.Out(text);
  };
  for (const auto& [key, sums] : statistics.rows) line(key, sums);
  if (statistics.rows.empty() && statistics.by.empty()) line({}, statistics.total);
}

/// Computes all costs of the log again, before they are shown.
Result<void> RecostLog(const Context& context) {
  const auto config = context.Config();
  if (!config) return config.error();
  const auto path = RequestLogPath(context);
  if (!path) return path.error();
  if (!std::filesystem::exists(*path)) return {};
  const auto prices = keys::PricesOf(**config);
  const auto log = OpenRequestLog(context);
  const auto changed =
      ledger::RecostAll([&](const store::Database::Work& work) { return log->Transact(work); },
                        prices->rows(), prices->digest(), context.clock().Wall());
  if (!changed) return changed.error();
  context.io().Say("The costs of {} requests changed.", *changed);
  return {};
}

/// The totals of this machine's ledger.
struct OwnTotals {
  std::string machine;  ///< ledger::FileId
  ledger::Totals totals;
};

Result<bool> ReadOwn(const Context& context, const Span& span, OwnTotals& own) {
  return ReadRequestLog(context, [&](store::Connection& connection) -> Result<void> {
    auto all = ledger::ReadTotals(connection, span.since, span.until);
    if (!all) return std::move(all).error();
    own.totals = *std::move(all);
    own.machine = ledger::ReadFileId(connection);
    return {};
  });
}

/// Adds what the other nodes have told the cluster's server; with --node, leaves only that node's.
/// Without the server the totals are those of this machine.
Result<void> AddNodes(const Context& context, const StatsOptions& options,
                      const std::string& this_node, const Span& span, OwnTotals& own) {
  if (options.node == this_node) return {};
  auto others =
      TotalsOfNodes(context, span.since, span.until, own.machine, options.node.value_or(""));
  if (!others && options.node) return others.error();
  if (!others) {
    context.io().Say("These are the totals of this machine only: {}", others.error().message);
    return {};
  }
  if (options.node) own.totals.clear();
  for (const auto& [key, sums] : *others) own.totals[key].Add(sums);
  return {};
}

}  // namespace

Result<void> RunStats(const Context& context, const StatsOptions& options) {
  if (options.zone) {
    if (auto used = UseZone(*options.zone); !used) return used;
  }
  const auto span = SpanOf(options, context.clock().Wall());
  if (!span) return span.error();
  if (options.recost) {
    if (auto done = RecostLog(context); !done) return done;
  }
  auto by = ReadBy(options.by);
  if (!by) return std::move(by).error();
  const auto config = context.Config();
  const bool clustered = config && (*config)->cluster.enabled();
  if (options.node && !clustered) {
    return Fail(ErrorCode::kInvalidRequest, "--node: this machine works alone, without [cluster]");
  }
  OwnTotals own;
  auto read = ReadOwn(context, *span, own);
  if (!read) return std::move(read).error();
  if (clustered) {
    auto added = AddNodes(context, options, gateway::NodeName((*config)->cluster), *span, own);
    if (!added) return added;
    *read = true;
  }
  const auto statistics = ledger::Summarize(own.totals, *std::move(by), BucketOf(options.bucket));
  if (context.json()) {
    context.io().PrintJson(
        ledger::ToJson(statistics, span->since, span->until, ZoneName(span->until)));
  } else if (options.csv) {
    PrintCsv(context.io(), statistics);
  } else if (*read) {
    PrintTable(context.io(), statistics);
  }
  return {};
}

void AddStats(Commands at, Run<StatsOptions> run) {
  auto options = std::make_shared<StatsOptions>();
  CommandHandle command = at.Command(
      "stats", "Show requests, tokens and costs by model, account or key", options, std::move(run));
  command.Option("--since", options->since, "Count from a time, or a span ago (default 7d)")
      .Type("TIME");
  command.Option("--until", options->until, "Count up to a time").Type("TIME");
  command.Flag("--today", options->today, "Count since midnight");
  command.Flag("--month", options->month, "Count since the first of the month");
  command.Option("--by", options->by, "Tell apart by model, account, caller (default model)")
      .Type("COLUMN,...");
  OneOf(command.Option("--bucket", options->bucket, "Tell apart by spans of time"),
        {"hour", "day", "week", "month"});
  command.Option("--tz", options->zone, "The zone of days and times (default: the machine's)")
      .Type("ZONE");
  command.Option("--node", options->node, "Count one node of a cluster (default: all nodes)")
      .Type("NAME");
  command.Flag("--recost", options->recost, "First compute all costs again, with today's prices");
  command.Flag("--csv", options->csv, "Write comma-separated values with a header");
  command.Footer(Examples({{"See what this month cost", "agm stats --month"},
                           {"Draw days by account", "agm stats --by account --bucket day --csv"}}));
}

}  // namespace agm::cli
