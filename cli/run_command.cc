#include "cli/run_command.h"

#include "cli/clients/connection.h"
#include "cli/clients/launch.h"

namespace agm::cli {

void AddRun(Commands at, Run<RunOptions> run) {
  auto options = std::make_shared<RunOptions>();
  CommandHandle command =
      at.Command("run", "Start a client that talks to the gateway", options, std::move(run));
  command.Option("CLIENT", options->client, "The client, as `agm clients` names it").Type("CLIENT");
  command.Option("--model", options->model, "The model that it asks for").Type("MODEL");
  command.Option("ARGS", options->arguments, "The client's own arguments, after --").Type("ARGS");
  command.Footer(Examples({{"Claude Code, its settings untouched", "agm run claude-code"},
                           {"One task for Codex", "agm run codex -- exec \"explain this repo\""},
                           {"With another model", "agm run opencode --model gemini-2.5-pro"}}));
}

Result<void> RunRun(const Context& context, const RunOptions& options) {
  if (options.client.empty()) {
    return Fail(
        ErrorCode::kInvalidRequest,
        "no client is given, and `agm clients` lists them; to run the gateway, did you mean "
        "\"agm serve\"?");
  }
  const auto recipe = FindRecipe(options.client);
  if (!recipe) return recipe.error();
  if (!(*recipe)->runs()) {
    return Fail(ErrorCode::kNotFound,
                "{} cannot be started by agm; `agm clients show {}` says how to set it up",
                (*recipe)->title, (*recipe)->name);
  }
  const auto connection = FindConnection(context, {options.model, {}, false, Purpose::kStart});
  if (!connection) return connection.error();
  const auto launch = Prepare(context, **recipe, *connection, options.arguments);
  if (!launch) return launch.error();
  context.io().Detail("{} with {} at {}", launch->program.string(), connection->model,
                      connection->base);
  return Become(*launch);
}

}  // namespace agm::cli
