#pragma once

#include <optional>
#include <string>

#include "cli/command.h"

namespace agm::cli {

struct ClientsOptions {};
struct ClientsShowOptions {
  std::string client;
  std::optional<std::string> model;
  bool lan = false;
};
struct ClientsSetOptions {
  std::string client;
  std::optional<std::string> model;
  std::optional<std::string> key;
  bool dry_run = false;
  bool yes = false;
};
struct ClientsUnsetOptions {
  std::string client;
  bool dry_run = false;
  bool yes = false;
};
struct ClientsCheckOptions {
  std::string client;
  std::optional<std::string> model;
};

/// `agm clients`: the known clients, whether each is installed, points here and was seen in the
/// request log.
Result<void> RunClients(const Context& context, const ClientsOptions& options);
/// Prints what to set for a client, ready to paste.
Result<void> RunClientsShow(const Context& context, const ClientsShowOptions& options);
/// Changes a client's settings after it has shown the difference and the user agreed (--yes).
Result<void> RunClientsSet(const Context& context, const ClientsSetOptions& options);
/// Takes out what `set` put in, in the same way.
Result<void> RunClientsUnset(const Context& context, const ClientsUnsetOptions& options);
/// Lets the client answer one prompt, as `agm run` starts it.
Result<void> RunClientsCheck(const Context& context, const ClientsCheckOptions& options);

void AddClientsShow(Commands at, Run<ClientsShowOptions> run = RunClientsShow);
void AddClientsSet(Commands at, Run<ClientsSetOptions> run = RunClientsSet);
void AddClientsUnset(Commands at, Run<ClientsUnsetOptions> run = RunClientsUnset);
void AddClientsCheck(Commands at, Run<ClientsCheckOptions> run = RunClientsCheck);

/// `agm clients` with these subcommands.
void AddClients(Commands at, Run<ClientsOptions> run = RunClients);

}  // namespace agm::cli
