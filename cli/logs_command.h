#pragma once

#include <optional>
#include <string>

#include "cli/command.h"

namespace agm::cli {

struct LogsOptions {
  bool follow = false;
  int lines = 50;
  std::optional<std::string> since;
  std::optional<std::string> until;
  bool errors = false;
  std::optional<int> status;
  std::string caller;
  std::string model;
  std::string account;
  std::string client;
  std::optional<std::string> slow;
  std::optional<std::string> id;
  bool csv = false;
};
struct LogsShowOptions {
  std::string id;
};
struct LogsRecordOptions {
  std::string state;  ///< "on" or "off"
  std::string span = "10m";
};
struct LogsClearOptions {
  std::optional<std::string> before;
};
struct LogsPathOptions {};
struct LogsExportOptions {
  std::string id;
  std::optional<std::string> output;
  bool with_text = false;
};

/// `agm logs`: the requests of the log, oldest of those shown first. With --json one object a line.
Result<void> RunLogs(const Context& context, const LogsOptions& options);
/// `agm logs show ID`: everything that happened to one request. kNotFound.
Result<void> RunLogsShow(const Context& context, const LogsShowOptions& options);
/// `agm logs record on|off`: whether a gateway keeps the bodies of requests, for a span only.
Result<void> RunLogsRecord(const Context& context, const LogsRecordOptions& options);
/// `agm logs clear`: deletes rows, totals and bodies so that no byte of them stays.
Result<void> RunLogsClear(const Context& context, const LogsClearOptions& options);
Result<void> RunLogsPath(const Context& context, const LogsPathOptions& options);
/// `agm logs export ID`: a recorded request as a file for agm replay.
Result<void> RunLogsExport(const Context& context, const LogsExportOptions& options);

void AddLogsShow(Commands at, Run<LogsShowOptions> run = RunLogsShow);
void AddLogsRecord(Commands at, Run<LogsRecordOptions> run = RunLogsRecord);
void AddLogsClear(Commands at, Run<LogsClearOptions> run = RunLogsClear);
void AddLogsPath(Commands at, Run<LogsPathOptions> run = RunLogsPath);
void AddLogsExport(Commands at, Run<LogsExportOptions> run = RunLogsExport);

/// `agm logs` with these subcommands.
void AddLogs(Commands at, Run<LogsOptions> run = RunLogs);

}  // namespace agm::cli
