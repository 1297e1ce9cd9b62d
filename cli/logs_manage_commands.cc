#include <filesystem>

#include "cli/account_status.h"
#include "cli/log_reader.h"
#include "cli/logs_command.h"
#include "cli/state_file.h"
#include "core/base/duration.h"
#include "core/ledger/recording.h"
#include "core/ledger/requests.h"

namespace agm::cli {

Result<void> RunLogsRecord(const Context& context, const LogsRecordOptions& options) {
  const auto folder = context.StateFolder();
  if (!folder) return folder.error();
  const bool on = options.state == "on";
  const auto span = ReadDuration(options.span);
  constexpr Duration kLongest = std::chrono::hours(24);
  if (on && (!span || span->count() <= 0 || *span > kLongest)) {
    return Fail(ErrorCode::kInvalidRequest, "--for: expected a span of at most 24h, found \"{}\"",
                options.span);
  }
  const WallTime until = context.clock().Wall() + span.value_or(Duration{0});
  const auto done =
      on ? ledger::Recording::Start(*folder, until) : ledger::Recording::Stop(*folder);
  if (!done) return done.error();
  if (context.json()) {
    context.io().PrintJson({{"recording", on}, {"until", on ? Json(WriteTime(until)) : Json()}});
  } else if (on) {
    context.io().Say(
        "The gateway now records the bodies of requests and answers in {}, for {}. They are kept "
        "for 24h; agm logs clear deletes them.",
        (*folder / "requests.db").string(), WriteDuration(*span));
  } else {
    context.io().Say("The gateway records no bodies.");
  }
  return {};
}

void AddLogsRecord(Commands at, Run<LogsRecordOptions> run) {
  auto options = std::make_shared<LogsRecordOptions>();
  CommandHandle command = at.Command(
      "record", "Record the bodies of requests for a while, or stop that", options, std::move(run));
  OneOf(command.Option("STATE", options->state, "on or off").Required(), {"on", "off"});
  command.Option("--for", options->span, "How long to record, at most 24h (default 10m)")
      .Type("SPAN");
  command.Footer(Examples({{"Record what a fault does", "agm logs record on --for 10m"}}));
}

Result<void> RunLogsClear(const Context& context, const LogsClearOptions& options) {
  std::optional<WallTime> before;
  if (options.before) {
    auto moment = ReadMoment("--before", *options.before, context.clock().Wall());
    if (!moment) return std::move(moment).error();
    before = *moment;
  }
  const auto path = RequestLogPath(context);
  if (!path) return path.error();
  if (std::filesystem::exists(*path)) {
    const auto log = OpenRequestLog(context);
    if (const auto warning = log->TakeWarning()) return *warning;
    if (auto done = ledger::ClearLog(*log, before); !done) return done;
  }
  if (context.json()) {
    context.io().PrintJson({{"cleared", true}});
  } else {
    context.io().Say("The request log is empty{}.", before ? " up to that time" : "");
  }
  return {};
}

void AddLogsClear(Commands at, Run<LogsClearOptions> run) {
  auto options = std::make_shared<LogsClearOptions>();
  CommandHandle command = at.Command(
      "clear", "Delete the request log, with totals and recorded bodies", options, std::move(run));
  command.Option("--before", options->before, "Delete only what is older than this").Type("TIME");
  command.Footer(Examples({{"Keep the last day only", "agm logs clear --before 24h"}}));
}

Result<void> RunLogsPath(const Context& context, const LogsPathOptions&) {
  const auto path = RequestLogPath(context);
  if (!path) return path.error();
  if (context.json()) {
    context.io().PrintJson({{"path", path->string()}});
  } else {
    context.io().Print("{}\n", path->string());
  }
  return {};
}

void AddLogsPath(Commands at, Run<LogsPathOptions> run) {
  CommandHandle command = at.Command("path", "Print where the request log is",
                                     std::make_shared<LogsPathOptions>(), std::move(run));
  command.Footer(Examples({{"See how large it is", "ls -l $(agm logs path)"}}));
}

}  // namespace agm::cli
