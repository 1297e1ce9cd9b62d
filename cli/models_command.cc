#include "cli/models_command.h"

namespace agm::cli {

void AddModels(Commands at, Run<ModelsOptions> run) {
  auto options = std::make_shared<ModelsOptions>();
  CLI::App& command =
      at.Command("models", "List the models that clients may ask for", options, std::move(run));
  command.add_flag("--upstream", options->upstream, "Ask the accounts what they offer");
  command.footer(Examples({{"List what the running gateway serves", "agm models"},
                           {"List what each account offers", "agm models --upstream"}}));
}

Result<void> RunModels(const Context& context, const ModelsOptions& options) {
  (void)options;
  if (context.json()) context.io().PrintJson(Json{{"models", Json::array()}});
  return {};
}

}  // namespace agm::cli
