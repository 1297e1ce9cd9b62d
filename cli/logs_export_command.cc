#include "cli/log_reader.h"
#include "cli/logs_command.h"
#include "core/base/file.h"
#include "core/ledger/requests.h"
#include "core/replay/export.h"

namespace agm::cli {

Result<void> RunLogsExport(const Context& context, const LogsExportOptions& options) {
  std::optional<ledger::Logged> found;
  std::vector<ledger::TapePart> tape;
  auto read = ReadRequestLog(context, [&](store::Connection& connection) -> Result<void> {
    auto row = ledger::FindRequest(connection, options.id);
    if (!row) return std::move(row).error();
    auto parts = ledger::ReadTape(connection, row->entry);
    if (!parts) return std::move(parts).error();
    found = *std::move(row);
    tape = *std::move(parts);
    return {};
  });
  if (!read) return std::move(read).error();
  if (!found) return Fail(ErrorCode::kNotFound, "there is no request '{}' in the log", options.id);
  const auto capture = replay::MakeCapture(
      found->entry, tape, options.with_text ? replay::Texts::kKeep : replay::Texts::kReplace);
  if (!capture) return capture.error();
  const int recorded = capture->recorded["status"].get<int>();
  if (recorded != capture->response.status) {
    context.io().Warn("the request was answered {}, but comes to {} when it is played again",
                      recorded, capture->response.status);
  }
  const std::string text = replay::WriteCapture(*capture);
  if (!options.output) {
    context.io().Out(text);
    return {};
  }
  if (auto written = WriteFileAtomically(*options.output, text); !written) return written;
  if (context.json()) {
    context.io().PrintJson({{"id", found->entry.id}, {"file", *options.output}});
  } else {
    context.io().Say("Wrote {}. Read it before you send it; agm replay {} plays it.",
                     *options.output, *options.output);
  }
  return {};
}

void AddLogsExport(Commands at, Run<LogsExportOptions> run) {
  auto options = std::make_shared<LogsExportOptions>();
  CommandHandle command =
      at.Command("export", "Write a recorded request as a file that can be played anywhere",
                 options, std::move(run));
  command.Option("ID", options->id, "The request's id, or its beginning").Required();
  command.Option("-o,--output", options->output, "Write to this file instead of stdout")
      .Type("FILE");
  command.Flag("--with-text", options->with_text,
               "Keep the texts; credentials, addresses and media are replaced in any case");
  command.Footer(Examples({{"Report a fault", "agm logs export req_01kb55m00 -o fault.json"}}));
}

}  // namespace agm::cli
