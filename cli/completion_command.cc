#include "cli/completion_command.h"

#include "cli/manual_command.h"

namespace agm::cli {

void AddCompletion(Commands at, Run<CompletionOptions> run) {
  auto options = std::make_shared<CompletionOptions>();
  CommandHandle command = at.Command("completion", "Write a shell's completion script to stdout",
                                     options, std::move(run));
  OneOf(command.Option("SHELL", options->shell, "The shell").Required(), {"bash", "zsh", "fish"});
  command.Footer(Examples(
      {{"Complete in this bash", "source <(agm completion bash)"},
       {"Complete in every zsh", "agm completion zsh > ~/.zfunc/_agm"},
       {"Complete in every fish", "agm completion fish > ~/.config/fish/completions/agm.fish"}}));
}

Result<void> RunCompletion(const Context& context, const CompletionOptions& options) {
  return RunManual(context, {options.shell});
}

}  // namespace agm::cli
