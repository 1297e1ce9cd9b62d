#include "cli/probe_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "cli/nearest.h"
#include "cli/probe_cases.h"
#include "cli/table.h"

namespace agm::cli {
namespace {

std::vector<std::string> CaseNames() {
  std::vector<std::string> names;
  for (const ProbeCase& probe : ProbeCases()) names.emplace_back(probe.name);
  return names;
}

Result<std::vector<ProbeCase>> Chosen(const std::vector<std::string>& only) {
  const std::vector<std::string> known = CaseNames();
  for (const std::string& name : only) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string near = Nearest(name, known);
    return Fail(ErrorCode::kInvalidRequest, "--only: no case is called \"{}\"{}; there are {}",
                name, near.empty() ? "" : fmt::format(" (did you mean {}?)", near),
                fmt::join(known, ", "));
  }
  std::vector<ProbeCase> chosen;
  for (const ProbeCase& probe : ProbeCases()) {
    const bool named = std::find(only.begin(), only.end(), probe.name) != only.end();
    if (only.empty() || named) chosen.push_back(probe);
  }
  return chosen;
}

/// The gateways to try. With --base-url the configuration is optional; it can add the key.
Result<std::vector<Gateway>> Candidates(const Context& context, const ProbeOptions& options) {
  std::vector<Gateway> gateways;
  if (options.base_url.empty()) {
    auto found = FindGateways(context);
    if (!found) return std::move(found).error();
    gateways = std::move(*found);
  } else {
    Gateway gateway{GatewayUrl(options.base_url), Secret(options.api_key), {}};
    Complete(context, gateway);
    gateways.push_back(std::move(gateway));
  }
  for (Gateway& gateway : gateways) {
    if (!options.api_key.empty()) gateway.key = Secret(options.api_key);
  }
  return gateways;
}

/// The first candidate that responds like a gateway; else the first one that responds at all.
Result<Gateway> Listening(const Context& context, const ProbeOptions& options, Duration timeout) {
  auto gateways = Candidates(context, options);
  if (!gateways) return std::move(gateways).error();
  std::optional<Gateway> stranger;
  Error last =
      Fail(ErrorCode::kUpstreamUnavailable, "no gateway is known; name one with --base-url");
  for (Gateway& gateway : *gateways) {
    auto answer = Ask(context, gateway, {"GET", "/healthz", {}, {}}, timeout);
    const bool absent = !answer && answer.error().code == ErrorCode::kUpstreamUnavailable;
    if (answer && (answer->status == 200 || answer->status == 401 || answer->status == 403)) {
      return std::move(gateway);
    }
    if (absent)
      last = std::move(answer).error();
    else if (!stranger)
      stranger = std::move(gateway);
  }
  if (stranger) return std::move(*stranger);
  return last;
}

/// Why a --timeout is of no use; empty if it is good.
std::string TimeoutFault(const std::string& given) {
  constexpr double kLongest = 86'400;
  double seconds = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), seconds);
  const bool number = error == std::errc() && end == given.data() + given.size();
  if (number && seconds >= 0.001 && seconds <= kLongest) return {};
  return fmt::format("\"{}\" is not a number of seconds from 0.001 to 86400",
                     given.size() > 20 ? "..." : given);
}

/// True for a failure that every further case would meet too: no answer, a refused key, or the
/// failure of the case before.
bool StopsAll(const std::vector<ProbeOutcome>& outcomes) {
  const ProbeOutcome& last = outcomes.back();
  if (last.verdict != ProbeVerdict::kFailed) return false;
  if (!last.answer || last.answer->status == 401 || last.answer->status == 403) return true;
  if (last.answer->status < 400 || outcomes.size() < 2) return false;
  const ProbeOutcome& before = outcomes[outcomes.size() - 2];
  return before.verdict == ProbeVerdict::kFailed && before.why == last.why && before.answer &&
         before.answer->status == last.answer->status;
}

std::string Milliseconds(std::chrono::microseconds duration) {
  const double milliseconds = static_cast<double>(duration.count()) / 1000;
  return fmt::format("{:.{}f} ms", milliseconds, milliseconds < 10 ? 1 : 0);
}

Json MillisecondsJson(std::chrono::microseconds duration) {
  return static_cast<double>(duration.count()) / 1000;
}

/// `text` followed by spaces up to `width` columns.
std::string Padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, DisplayWidth(text)), ' ');
}

/// The widths of the columns before the last; together they leave room for an account at 80
/// columns.
constexpr std::size_t kResult = 8, kCase = 17, kStatus = 7, kTime = 9, kModel = 23;

void PrintHead(Io& io) {
  if (io.quiet) return;
  io.Out(io.Paint(Padded("RESULT", kResult) + Padded("CASE", kCase) + Padded("STATUS", kStatus) +
                      Padded("LATENCY", kTime) + Padded("FIRST", kTime) + Padded("MODEL", kModel) +
                      "ACCOUNT",
                  Colour::kBold) +
         "\n");
}

void PrintOutcome(Io& io, const ProbeOutcome& outcome) {
  constexpr Colour kColours[] = {Colour::kGreen, Colour::kRed, Colour::kYellow};
  const GatewayAnswer answer = outcome.answer.value_or(GatewayAnswer());
  const bool heard = outcome.answer.has_value();
  const auto shown = [](const std::string& text) { return text.empty() ? std::string("-") : text; };
  std::string line = Padded(std::string(outcome.name), kCase) +
                     Padded(heard ? std::to_string(answer.status) : "-", kStatus) +
                     Padded(heard ? Milliseconds(answer.latency) : "-", kTime) +
                     Padded(heard ? Milliseconds(answer.first_byte) : "-", kTime) +
                     Padded(shown(Shorten(answer.mapped_model, 60)), kModel) +
                     shown(Shorten(answer.account, 60));
  const auto width = static_cast<std::size_t>(std::max(io.width, 40));
  if (io.out_is_terminal) line = Shorten(line, width - kResult);
  const std::string why = Shorten(outcome.why, 300);
  if (!why.empty() && !io.out_is_terminal) line += "  " + why;
  const std::string verdict(VerdictName(outcome.verdict));
  io.Out(io.Paint(Padded(verdict, kResult), kColours[static_cast<std::size_t>(outcome.verdict)]) +
         line + "\n");
  if (!why.empty() && io.out_is_terminal) {
    io.Out("  " + Wrap(why, 2, width - 2) + "\n");
  }
}

Json ToJson(const ProbeOutcome& outcome) {
  Json json = {{"case", outcome.name}, {"result", VerdictName(outcome.verdict)}};
  if (const auto& answer = outcome.answer) {
    json["status"] = answer->status;
    json["latency_ms"] = MillisecondsJson(answer->latency);
    json["first_byte_ms"] = MillisecondsJson(answer->first_byte);
    json["mapped_model"] = answer->mapped_model.empty() ? Json() : Json(answer->mapped_model);
    json["account"] = answer->account.empty() ? Json() : Json(answer->account);
  } else {
    for (const char* key : {"status", "latency_ms", "first_byte_ms", "mapped_model", "account"}) {
      json[key] = nullptr;
    }
  }
  json["why"] = outcome.why.empty() ? Json() : Json(outcome.why);
  return json;
}

std::int64_t Count(const std::vector<ProbeOutcome>& outcomes, ProbeVerdict verdict) {
  return std::count_if(outcomes.begin(), outcomes.end(),
                       [&](const ProbeOutcome& outcome) { return outcome.verdict == verdict; });
}

void PrintDocument(const Context& context, const Gateway& gateway, const std::string& model,
                   const std::vector<ProbeOutcome>& outcomes) {
  Json cases = Json::array();
  for (const ProbeOutcome& outcome : outcomes) cases.push_back(ToJson(outcome));
  context.io().PrintJson({{"base_url", gateway.url},
                          {"model", model},
                          {"passed", Count(outcomes, ProbeVerdict::kPassed)},
                          {"failed", Count(outcomes, ProbeVerdict::kFailed)},
                          {"skipped", Count(outcomes, ProbeVerdict::kSkipped)},
                          {"cases", cases}});
}

}  // namespace

void AddProbe(Commands at, Run<ProbeOptions> run) {
  auto options = std::make_shared<ProbeOptions>();
  CommandHandle command = at.Command(
      "probe", "Try every API of a running gateway and check its answers", options, std::move(run));
  command
      .Option("--base-url", options->base_url,
              "Probe the gateway at this address instead of the one that is found")
      .Type("URL");
  command
      .Option("--api-key", options->api_key,
              "Send this key instead of the configured one (AGM_API_KEY is safer: other "
              "users can read command lines)")
      .Type("KEY");
  command.Option("--model", options->model, "Ask for this model (default gemini-3-flash)")
      .Type("MODEL");
  OptionHandle only = command.Option("--only", options->only, "Run only these cases");
  only.Delimiter(',').Type("CASE,...");
  command.Option("--timeout", options->timeout, "Give each case this long (default 60)")
      .Check(&TimeoutFault)
      .Type("SECONDS");
  command.Footer(Examples(
      {{"Probe the gateway that runs here", "agm probe"},
       {"Only chat, whole and streamed, with another model",
        "agm probe --only chat,stream --model gpt-4o"},
       {"A gateway on another machine", "agm probe --base-url http://192.168.1.20:8045"}}));
}

Result<void> RunProbe(const Context& context, const ProbeOptions& options) {
  auto cases = Chosen(options.only);
  if (!cases) return std::move(cases).error();
  const Duration timeout{static_cast<Duration::rep>(options.timeout * 1000)};
  auto gateway = Listening(context, options, timeout);
  if (!gateway) return std::move(gateway).error();
  Io& io = context.io();
  std::vector<ProbeOutcome> outcomes;
  std::string_view failed_for_all;  // the case after which no other can pass
  if (!context.json()) PrintHead(io);
  for (const ProbeCase& probe : *cases) {
    io.Progress(fmt::format("{}/{} {} ...", outcomes.size() + 1, cases->size(), probe.name));
    if (!failed_for_all.empty()) {
      outcomes.push_back({probe.name, ProbeVerdict::kSkipped, std::nullopt,
                          fmt::format("not tried: it would fail as {} did", failed_for_all)});
    } else {
      outcomes.push_back(RunProbeCase(context, *gateway, probe, options.model, timeout));
      if (StopsAll(outcomes)) failed_for_all = outcomes.back().name;
    }
    if (!context.json()) PrintOutcome(io, outcomes.back());
  }
  io.Progress("");
  if (context.json()) PrintDocument(context, *gateway, options.model, outcomes);
  const auto failed = Count(outcomes, ProbeVerdict::kFailed);
  if (failed == 0) return {};
  return Fail(ErrorCode::kUpstreamRejected, "{} of {} cases failed at {}", failed, outcomes.size(),
              gateway->url);
}

}  // namespace agm::cli
