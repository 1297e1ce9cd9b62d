#include "cli/manual_command.h"

#include "cli/completions.h"
#include "cli/manual.h"
#include "cli/monitoring_files.h"
#include "cli/tree.h"

namespace agm::cli {
namespace {

std::string Written(const std::string& what) {
  if (what == "toml") return SettingsManual();
  if (what == "alerts") return AlertRules();
  if (what == "dashboard") return Dashboard();
  const TreeCommand root = WholeTree();
  if (what == "man") return CommandManual(root);
  if (what == "bash") return BashCompletion(root);
  return what == "zsh" ? ZshCompletion(root) : FishCompletion(root);
}

}  // namespace

void AddManual(Commands at, Run<ManualOptions> run) {
  auto options = std::make_shared<ManualOptions>();
  CommandHandle command =
      at.Command("manual", "Write a manual page, a completion script or a file for monitoring",
                 options, std::move(run));
  command.Hide();
  OneOf(command.Option("WHAT", options->what, "What to write").Required(),
        {"man", "toml", "bash", "zsh", "fish", "alerts", "dashboard"});
}

Result<void> RunManual(const Context& context, const ManualOptions& options) {
  context.io().Out(Written(options.what));
  return {};
}

}  // namespace agm::cli
