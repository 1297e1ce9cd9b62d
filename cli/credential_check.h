#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/context.h"
#include "core/base/result.h"
#include "core/config/config.h"
#include "core/upstream/models.h"
#include "core/upstream/trouble.h"

namespace agm::cli {

enum class Credential {
  kGood,
  kLimited,      ///< accepted, but out of quota or credit just now
  kRefused,      ///< the upstream does not take it, or it is not there
  kUnreachable,  ///< nobody could tell
};

/// "good", "limited", "refused", "unreachable".
std::string_view CredentialName(Credential credential);

/// What trying an account's credential upstream has found.
struct CredentialVerdict {
  Credential credential = Credential::kUnreachable;
  Duration took{0};
  std::string reason;  ///< the trouble's name: "bad_key"
  std::string why;     ///< a sentence; safe to show
  std::string quota;   ///< names of the quotas that were hit, joined with ","

  bool usable() const {
    return credential == Credential::kGood || credential == Credential::kLimited;
  }
};

/// Asks the upstream for next to nothing with the account's credential. Takes at most 20 seconds.
CredentialVerdict TryCredential(const Context& context, const config::Account& account);

/// What the account's upstream offers, all of it. Takes at most 20 seconds.
std::variant<std::vector<upstream::ModelEntry>, upstream::Failure> AskForModels(
    const Context& context, const config::Account& account);

/// What a trouble says about the credential that met it.
Credential Judge(upstream::Trouble trouble);

}  // namespace agm::cli
