#pragma once

#include "cli/command.h"
#include "cli/oauth_login.h"

namespace agm::cli {

struct PageOptions {
  bool print = false;
  Browser browser;  ///< tests replace it
};

/// `agm page`: opens the running gateway's page in the browser. Where the gateway asks for a key,
/// the address holds a token that signs in once within a minute; it stands in the fragment, which
/// reaches no server and no log.
Result<void> RunPage(const Context& context, const PageOptions& options);
void AddPage(Commands at, Run<PageOptions> run = RunPage);

}  // namespace agm::cli
