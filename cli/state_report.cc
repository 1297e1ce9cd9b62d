#include "cli/state_report.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

#include "cli/gateway_client.h"
#include "core/base/version.h"

namespace agm::cli {
namespace {

constexpr Duration kPatience{1'000};

struct Step {
  std::string_view command;
  std::string_view why;
};

/// The gateway that answers, with its summary of the pool; nullopt if none does.
struct Running {
  std::string url;
  std::int64_t ready = 0;
  std::int64_t accounts = 0;
};

std::optional<Running> FindRunning(const Context& context) {
  const auto gateways = FindGateways(context);
  if (!gateways) return std::nullopt;
  for (const Gateway& gateway : *gateways) {
    const auto answer = Ask(context, gateway, {"GET", "/readyz", {}, {}}, kPatience);
    if (!answer) continue;
    Running running{gateway.url, 0, 0};
    const auto json = ParseJson(answer->body);
    if (json && json->is_object() && json->contains("accounts")) {
      running.ready = NumberOf((*json)["accounts"], "ready");
      running.accounts = NumberOf((*json)["accounts"], "total");
    }
    return running;
  }
  return std::nullopt;
}

std::string Plural(std::int64_t n) { return fmt::format("{} account{}", n, n == 1 ? "" : "s"); }

void PrintSteps(Io& io, const std::vector<Step>& steps) {
  for (const Step& step : steps) io.Print("  {:<20} {}\n", step.command, step.why);
}

constexpr Step kAdd = {"agm accounts add", "use your own key (https://aistudio.google.com/apikey)"};
constexpr Step kMock = {"agm serve --mock", "try it now, nothing leaves this machine"};
constexpr Step kHelp = {"agm help", "all commands"};

// The accounts are the running gateway's: it may use another configuration than this command.
void ReportRunning(Io& io, const Running& running) {
  io.Print("agm {} runs: {}/v1", Version(), running.url);
  if (running.accounts > 0) {
    io.Print("   {} of {} ready", running.ready, Plural(running.accounts));
  }
  io.Print("\n");
  if (running.accounts == 0) PrintSteps(io, {kAdd});
  PrintSteps(io, {{"agm clients", "point a client at it"},
                  {"agm logs -f", "see the requests as they come"},
                  {"agm accounts list", "see the accounts and their cooldowns"},
                  kHelp});
}

}  // namespace

Result<void> ReportState(const Context& context) {
  const auto config = context.Config();
  if (!config) return config.error();
  const auto accounts = static_cast<std::int64_t>((*config)->accounts.size());
  Io& io = context.io();
  const auto running = FindRunning(context);
  if (context.json()) {
    io.PrintJson({{"version", Version()},
                  {"accounts", accounts},
                  {"url", running ? Json(running->url) : Json()}});
    return {};
  }
  if (running) {
    ReportRunning(io, *running);
  } else if (accounts == 0) {
    io.Print("agm {}. No account yet.\n", Version());
    PrintSteps(io, {kMock, kAdd, kHelp});
  } else {
    io.Print("agm {}. {}, no gateway runs.\n", Version(), Plural(accounts));
    PrintSteps(io, {{"agm serve", "run the gateway"}, {"agm accounts list", "see them"}, kHelp});
  }
  return {};
}

}  // namespace agm::cli
