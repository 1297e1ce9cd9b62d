#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/key_source.h"
#include "cli/oauth_login.h"

namespace agm::cli {

struct AccountsAddOptions {
  std::string name;  ///< empty: a name is generated
  std::optional<std::string> kind;
  std::optional<std::string> email;
  KeySource key;
  OauthOptions oauth;
  std::optional<std::string> service_account;
  std::optional<std::string> project;
  std::optional<std::string> location;
  std::optional<std::string> base_url;
  std::vector<std::string> models;
  std::optional<int> priority;
  bool no_check = false;
};

/// `agm accounts add`: adds an account, or updates and enables the account of that name; fields
/// that are not given stay. The command first tries the credential upstream; a refused one is not
/// added.
Result<void> RunAccountsAdd(const Context& context, const AccountsAddOptions& options);
/// The same with another browser than the user's own.
Result<void> RunAccountsAddWith(const Context& context, const AccountsAddOptions& options,
                                const Browser& browser);
void AddAccountsAdd(Commands at, Run<AccountsAddOptions> run = RunAccountsAdd);

}  // namespace agm::cli
