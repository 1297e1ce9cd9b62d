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

/// The command line's options for the user's own OAuth client.
struct OauthOptions {
  bool wanted = false;
  std::optional<std::string> client_id;
  KeySource client_secret{"--client-secret", false, std::nullopt, std::nullopt};
};

/// The fields with which an account obtains tokens by itself.
struct OauthGrant {
  std::string client_id;
  Secret client_secret;
  Secret refresh_token;
};

/// Opens a page in the user's browser on a desktop; does nothing elsewhere.
void OpenBrowser(const Context& context, const std::string& url);

/// The browser of a login; tests replace it.
struct Browser {
  std::function<void(const Context&, const std::string& url)> open = OpenBrowser;
  Duration patience{300'000};
};

/// Sends the user to Google's consent page, waits until the browser is redirected to a port of this
/// machine, and exchanges the code from the redirect for tokens. `present` is the existing account;
/// its client is used if the options name none.
///
/// kInvalidRequest if no client is named, kUpstreamRejected if the user or the token endpoint
/// refuses, kTimeout if the browser does not come back.
Result<OauthGrant> LogIn(const Context& context, const OauthOptions& options,
                         config::AccountKind kind, const config::Account* present,
                         const Browser& browser);

}  // namespace agm::cli
