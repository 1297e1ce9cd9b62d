#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cli/log_reader.h"
#include "cli/logs_command.h"
#include "cli/request_text.h"
#include "core/base/duration.h"
#include "core/ledger/entry_json.h"
#include "core/ledger/requests.h"

namespace agm::cli {
namespace {

using ledger::Entry;

class Story {
 public:
  explicit Story(Io& io) : io_(io) {}

  void Line(std::string_view what, const std::string& text) {
    if (text.empty()) return;
    io_.Print("{:<12}{}\n", what, Plain(text));
  }
  void Attempt(int n, const ledger::Try& each) {
    std::string text = fmt::format("{} on {}: {}", each.account, each.target, each.outcome);
    text += fmt::format(" after {}", TimeText(each.took));
    if (each.waited.count() > 0) text += fmt::format(", waited {} for it", TimeText(each.waited));
    if (!each.why.empty()) text += "; " + each.why;
    Line(n == 1 ? "tries" : "", fmt::format("{}. {}", n, text));
  }

 private:
  Io& io_;
};

std::string Tokens(const ledger::Tokens& tokens) {
  if (!tokens.known) return {};
  std::string text = fmt::format("{} in", tokens.input);
  if (tokens.cached > 0) text += fmt::format(" ({} cached)", tokens.cached);
  text += fmt::format(", {} out", tokens.output);
  if (tokens.thoughts > 0) text += fmt::format(" ({} reasoning)", tokens.thoughts);
  return text;
}

std::string Mapping(const Entry& entry) {
  if (entry.target.empty()) return {};
  if (entry.rule.empty()) return entry.target + " (no rule: the name is passed on)";
  return fmt::format("{} (by the rule {})", entry.target, entry.rule);
}

std::string Costs(const Entry& entry) {
  if (!entry.tokens.known) return {};
  return fmt::format("{} at list price, {} billed", MoneyText(entry.cost.list),
                     MoneyText(entry.cost.billed));
}

void Tell(Io& io, const Entry& entry) {
  Story story(io);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(entry.at);
  story.Line("id", entry.id);
  story.Line("time", fmt::format("{:%Y-%m-%d %H:%M:%S %Z}", fmt::localtime(seconds)));
  story.Line("request",
             fmt::format("{} {}{}", entry.method, entry.path, entry.stream ? " (a stream)" : ""));
  story.Line("caller", entry.caller);
  story.Line("client", entry.client);
  story.Line("model", entry.model);
  story.Line("mapped to", Mapping(entry));
  for (std::size_t i = 0; i < entry.dropped.size(); ++i) {
    story.Line(i == 0 ? "not sent on" : "", entry.dropped[i]);
  }
  int n = 0;
  for (const ledger::Try& each : entry.history) story.Attempt(++n, each);
  if (n == 0 && entry.tries > 0) {
    const bool times = entry.upstream.count() >= 0;
    story.Line("tries", fmt::format("{}. {} on {}: ok{}", entry.tries, entry.account, entry.target,
                                    times ? " after " + TimeText(entry.upstream) : ""));
  }
  if (entry.calls_model && entry.tries == 0) story.Line("tries", "none: no account was asked");
  if (entry.waited.count() > 0) story.Line("waited", TimeText(entry.waited) + " for an account");
  story.Line("answer",
             fmt::format("{}{}", entry.status, entry.error.empty() ? "" : " " + entry.error));
  story.Line("why", entry.why);
  story.Line("first byte", entry.first_byte.count() < 0 ? "" : TimeText(entry.first_byte));
  story.Line("whole", fmt::format("{}; ended by the {} (phase: {})", TimeText(entry.total),
                                  entry.ended_by, entry.phase));
  story.Line("tokens", Tokens(entry.tokens));
  story.Line("tier", entry.tier);
  story.Line("cost", Costs(entry));
  story.Line("trace", entry.trace);
}

Json BodiesToJson(const std::vector<ledger::TapePart>& parts) {
  Json bodies = Json::array();
  for (const ledger::TapePart& part : parts) {
    auto head = ParseJson(part.head);
    bodies.push_back({{"part", part.part},
                      {"call", part.call},
                      {"head", head ? *head : Json()},
                      {"body", part.body},
                      {"cut", part.cut}});
  }
  return bodies;
}

}  // namespace

Result<void> RunLogsShow(const Context& context, const LogsShowOptions& options) {
  std::optional<ledger::Logged> found;
  std::vector<ledger::TapePart> bodies;
  auto read = ReadRequestLog(context, [&](store::Connection& connection) -> Result<void> {
    auto row = ledger::FindRequest(connection, options.id);
    if (!row) return std::move(row).error();
    auto tape = ledger::ReadTape(connection, row->entry);
    if (!tape) return std::move(tape).error();
    found = *std::move(row);
    bodies = *std::move(tape);
    return {};
  });
  if (!read) return std::move(read).error();
  if (!found) return Fail(ErrorCode::kNotFound, "there is no request '{}' in the log", options.id);
  if (context.json()) {
    Json json = ledger::HistoryToJson(found->entry);
    json["bodies"] = BodiesToJson(bodies);
    context.io().PrintJson(json);
    return {};
  }
  Tell(context.io(), found->entry);
  for (const ledger::TapePart& part : bodies) {
    context.io().Print("\n{}{} {}\n{}\n", part.part,
                       part.call > 0 ? " " + std::to_string(part.call) : "", part.head,
                       Plain(part.body));
  }
  return {};
}

void AddLogsShow(Commands at, Run<LogsShowOptions> run) {
  auto options = std::make_shared<LogsShowOptions>();
  CommandHandle command =
      at.Command("show", "Show everything that happened to one request", options, std::move(run));
  command
      .Option("ID", options->id,
              "The request's id, as x-request-id and error messages give it; its beginning is "
              "enough")
      .Required();
  command.Footer(Examples({{"Show a request", "agm logs show req_01kb55m00"}}));
}

}  // namespace agm::cli
