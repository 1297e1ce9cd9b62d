#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cli/context.h"
#include "cli/key_source.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/config/config.h"

namespace agm::cli {

/// What the command line says of the user's own OAuth client.
struct OauthOptions {
  bool wanted = false;
  std::optional<std::string> client_id;
  KeySource client_secret{"--client-secret", false, std::nullopt, std::nullopt};
};

/// What an account needs to get tokens on its own from then on.
struct OauthGrant {
  std::string client_id;
  Secret client_secret;
  Secret refresh_token;
};

/// Opens a page in the user's browser, on a desktop; does nothing elsewhere.
void OpenBrowser(const Context& context, const std::string& url);

/// The user's side of a login; tests bring their own.
struct Browser {
  std::function<void(const Context&, const std::string& url)> open = OpenBrowser;
  Duration patience{300'000};
};

/// Sends the user to Google's consent page, waits until the browser comes back to a port of this
/// machine, and exchanges the code that it brings. `present` is the account as it is, whose client
/// is taken where none is named.
///
/// kInvalidRequest where no client is named, kUpstreamRejected where the user or the token endpoint
/// says no, kTimeout where nobody comes back.
Result<OauthGrant> LogIn(const Context& context, const OauthOptions& options,
                         config::AccountKind kind, const config::Account* present,
                         const Browser& browser);

}  // namespace agm::cli
