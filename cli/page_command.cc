#include "cli/page_command.h"

#include <string>

#include "cli/gateway_client.h"

namespace agm::cli {
namespace {

constexpr Duration kPatience{3'000};

/// The address of the page of the first gateway that answers, with a token where it asks for a key.
Result<std::string> AddressOfPage(const Context& context) {
  auto gateways = FindGateways(context);
  if (!gateways) return std::move(gateways).error();
  Error last = Fail(ErrorCode::kUpstreamUnavailable, "no gateway is configured");
  for (const Gateway& gateway : *gateways) {
    const auto answer =
        Ask(context, gateway, {"POST", "/agm/session/token", "{}", {{"X-Agm", "1"}}}, kPatience);
    if (!answer) {
      last = answer.error();
      continue;
    }
    if (answer->status != 200) {
      last = Fail(ErrorCode::kUpstreamRejected, "{}", ErrorText(*answer));
      continue;
    }
    const auto body = ParseJson(answer->body);
    if (!body) return body.error();
    const std::string page = gateway.url + "/agm/";
    if (!body->is_object() || !body->contains("token")) {
      return Fail(ErrorCode::kUpstreamRejected, "{} is not the page of a gateway", page);
    }
    const Json& token = (*body)["token"];
    return token.is_string() ? page + "#t=" + token.get<std::string>() : page;
  }
  return last;
}

}  // namespace

Result<void> RunPage(const Context& context, const PageOptions& options) {
  const auto address = AddressOfPage(context);
  if (!address) return address.error();
  if (context.json()) {
    context.io().PrintJson({{"url", *address}});
  } else {
    context.io().Out(*address + "\n");
  }
  if (!options.print && !context.json()) options.browser.open(context, *address);
  return {};
}

void AddPage(Commands at, Run<PageOptions> run) {
  auto options = std::make_shared<PageOptions>();
  CommandHandle command =
      at.Command("page", "Open the gateway's page in the browser", options, std::move(run));
  command.Flag("--print", options->print, "Only print its address");
  command.Footer(Examples({{"Look at requests, accounts and costs", "agm page"},
                           {"Open it on another machine", "agm page --print"}}));
}

}  // namespace agm::cli
