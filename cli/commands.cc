#include "cli/commands.h"

#include "cli/accounts_command.h"
#include "cli/clients_command.h"
#include "cli/cluster_command.h"
#include "cli/complete_command.h"
#include "cli/completion_command.h"
#include "cli/config_command.h"
#include "cli/help_command.h"
#include "cli/keys_command.h"
#include "cli/logs_command.h"
#include "cli/manual_command.h"
#include "cli/map_command.h"
#include "cli/mock_command.h"
#include "cli/models_command.h"
#include "cli/page_command.h"
#include "cli/probe_command.h"
#include "cli/replay_command.h"
#include "cli/run_command.h"
#include "cli/schema_command.h"
#include "cli/serve_command.h"
#include "cli/stats_command.h"

namespace agm::cli {

void AddCommands(Commands root) {
  AddServe(root);
  AddAccounts(root);
  AddMap(root);
  AddModels(root);
  AddRun(root);
  AddClients(root);
  AddKeys(root);
  AddLogs(root);
  AddStats(root);
  AddPage(root);
  AddCluster(root);
  AddReplay(root);
  AddProbe(root);
  AddMock(root);
  AddSchema(root);
  AddConfig(root);
  AddHelp(root);
  AddVersion(root);
  AddCompletion(root);
  AddManual(root);
  AddComplete(root);
}

}  // namespace agm::cli
