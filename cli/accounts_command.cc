#include "cli/accounts_command.h"

#include "cli/accounts_add_command.h"
#include "cli/accounts_check_command.h"
#include "cli/accounts_edit_commands.h"
#include "cli/accounts_import_command.h"
#include "cli/accounts_list_command.h"
#include "cli/accounts_show_command.h"

namespace agm::cli {

void AddAccounts(Commands at) {
  Commands accounts = at.Group("accounts", "Manage the accounts that the gateway draws on");
  accounts.Footer(
      Examples({{"Add a Gemini API key; it is asked for without echo", "agm accounts add work"},
                {"See which accounts are ready, and which are in cooldown", "agm accounts list"}}));
  AddAccountsAdd(accounts);
  AddAccountsImport(accounts);
  AddAccountsList(accounts);
  AddAccountsShow(accounts);
  AddAccountsEnable(accounts);
  AddAccountsDisable(accounts);
  AddAccountsRemove(accounts);
  AddAccountsCheck(accounts);
}

}  // namespace agm::cli
