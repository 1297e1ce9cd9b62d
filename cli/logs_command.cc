#include "cli/logs_command.h"

#include <algorithm>
#include <vector>

#include "cli/log_reader.h"
#include "cli/request_text.h"
#include "core/base/duration.h"
#include "core/ledger/entry_json.h"
#include "core/ledger/requests.h"

namespace agm::cli {
namespace {

using ledger::Logged;

constexpr Duration kFollowPause{250};
constexpr std::size_t kFollowChunk = 500;

Result<ledger::Filter> FilterOf(const LogsOptions& options, WallTime now) {
  ledger::Filter filter;
  if (options.since) {
    auto since = ReadMoment("--since", *options.since, now);
    if (!since) return std::move(since).error();
    filter.since = *since;
  }
  if (options.until) {
    auto until = ReadMoment("--until", *options.until, now);
    if (!until) return std::move(until).error();
    filter.until = *until;
  }
  if (options.slow) {
    const auto slow = ReadDuration(*options.slow);
    if (!slow) {
      return Fail(ErrorCode::kInvalidRequest, "--slow: expected a span such as 10s, found \"{}\"",
                  *options.slow);
    }
    filter.slow = *slow;
  }
  filter.errors = options.errors;
  filter.status = options.status;
  filter.caller = options.caller;
  filter.model = options.model;
  filter.account = options.account;
  filter.client = options.client;
  filter.limit = static_cast<std::size_t>(options.lines);
  return filter;
}

constexpr std::string_view kCsvHead =
    "time,id,route,status,error,caller,client,model,target,account,tries,first_byte_ms,total_ms,"
    "waited_ms,input_tokens,cached_tokens,output_tokens,reasoning_tokens,cost_usd,"
    "cost_billed_usd,why\n";

std::string CsvLine(const ledger::Entry& entry) {
  const Json json = ledger::ToJson(entry);
  std::string line;
  std::string_view head = kCsvHead;
  head.remove_suffix(1);
  while (!head.empty()) {
    const std::size_t end = std::min(head.find(','), head.size());
    const Json& value = json[std::string(head.substr(0, end))];
    if (!line.empty() || head.size() + 1 < kCsvHead.size()) line += ',';
    line += value.is_string() ? CsvField(value.get<std::string>())
            : value.is_null() ? ""
                              : value.dump();
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return line + "\n";
}

void Print(const Context& context, const LogsOptions& options, const std::vector<Logged>& rows) {
  Io& io = context.io();
  for (const Logged& row : rows) {
    if (context.json()) {
      io.Out(DumpJson(ledger::ToJson(row.entry)) + "\n");
    } else if (options.csv) {
      io.Out(CsvLine(row.entry));
    } else {
      io.Out(RequestLine(io, row.entry) + "\n");
    }
  }
}

// Polls the file, which works with and without a running gateway.
Result<void> Follow(const Context& context, const LogsOptions& options, ledger::Filter filter,
                    std::int64_t after) {
  filter.until.reset();
  filter.limit = kFollowChunk;
  while (!context.io().closed()) {
    context.clock().Sleep(kFollowPause);
    auto read = ReadRequestLog(context, [&](store::Connection& connection) -> Result<void> {
      const auto newest = ledger::NewestSeq(connection);
      if (!newest) return newest.error();
      if (*newest < after) after = 0;  // the log was cleared
      filter.after = after;
      auto rows = ledger::ReadRequests(connection, filter);
      if (!rows) return std::move(rows).error();
      Print(context, options, *rows);
      after = rows->size() < kFollowChunk ? *newest : rows->back().seq;
      return {};
    });
    if (!read) return std::move(read).error();
  }
  return {};
}

}  // namespace

Result<void> RunLogs(const Context& context, const LogsOptions& options) {
  if (options.id) return RunLogsShow(context, {*options.id});
  auto filter = FilterOf(options, context.clock().Wall());
  if (!filter) return std::move(filter).error();
  if (options.csv && !context.json()) context.io().Out(kCsvHead);
  std::int64_t newest = 0;
  std::size_t shown = 0;
  auto read = ReadRequestLog(context, [&](store::Connection& connection) -> Result<void> {
    auto at = ledger::NewestSeq(connection);
    if (!at) return std::move(at).error();
    newest = *at;
    auto rows = ledger::ReadRequests(connection, *filter);
    if (!rows) return std::move(rows).error();
    std::ranges::reverse(*rows);
    Print(context, options, *rows);
    shown = rows->size();
    return {};
  });
  if (!read) return std::move(read).error();
  if (options.follow) return Follow(context, options, *std::move(filter), newest);
  if (*read && shown == 0 && !options.csv) context.io().Say("No request in the log is like that.");
  return {};
}

void AddLogs(Commands at, Run<LogsOptions> run) {
  auto options = std::make_shared<LogsOptions>();
  CommandHandle command =
      at.Command("logs", "Show the requests that the gateway served", options, std::move(run));
  command.Flag("-f,--follow", options->follow, "Go on with new requests as they come");
  command.Option("-n,--lines", options->lines, "Show at most this many")
      .Range(1, 1'000'000)
      .Type("N");
  command.Option("--since", options->since, "Show those since a time, or a span ago").Type("TIME");
  command.Option("--until", options->until, "Show those before a time").Type("TIME");
  command.Flag("--errors,--failed", options->errors, "Show failed requests only");
  command.Option("--status", options->status, "Show those with this status").Type("STATUS");
  command.Option("--caller", options->caller, "Show those of this client key").Type("KEY");
  command.Option("--model", options->model, "Show those for this model, as asked or as mapped")
      .Type("MODEL");
  command.Option("--account", options->account, "Show those of this account").Type("ACCOUNT");
  command.Option("--client", options->client, "Show those of this program, such as codex")
      .Type("PROGRAM");
  command.Option("--slow", options->slow, "Show those that took at least this long").Type("SPAN");
  command.Option("--id", options->id, "Show everything about one request").Type("ID");
  command.Flag("--csv", options->csv, "Write comma-separated values with a header");
  command.Footer(
      Examples({{"Watch requests as they come", "agm logs -f"},
                {"See what failed in the last two hours", "agm logs --errors --since 2h"},
                {"Find out what happened to one request", "agm logs show req_01kb5..."},
                {"Ask jq", "agm logs --json -n 1000 | jq 'select(.total_ms > 5000)'"}}));
  const Commands logs = at.Below(command);
  AddLogsShow(logs);
  AddLogsRecord(logs);
  AddLogsClear(logs);
  AddLogsPath(logs);
  AddLogsExport(logs);
}

}  // namespace agm::cli
