#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/context.h"
#include "core/base/result.h"
#include "core/config/config.h"
#include "core/upstream/model_entry.h"
#include "core/upstream/trouble.h"

namespace agm::cli {

enum class Credential {
  kGood,
  kLimited,      ///< accepted, but the quota or credit is used up at present
  kRefused,      ///< missing, or the upstream refuses it
  kUnreachable,  ///< not known, because no upstream answered
};

/// "good", "limited", "refused", "unreachable".
std::string_view CredentialName(Credential credential);

/// The result of trying an account's credential upstream.
struct CredentialVerdict {
  Credential credential = Credential::kUnreachable;
  Duration took{0};
  std::string reason;                   ///< the name of the failure: "bad_key"
  std::string why;                      ///< a sentence; safe to show
  std::vector<std::string> quotas{};    ///< names of the exceeded quotas
  std::optional<std::size_t> models{};  ///< how many models the upstream lists for it

  bool usable() const {
    return credential == Credential::kGood || credential == Credential::kLimited;
  }
};

/// Sends a minimal request with the account's credential. Takes at most 20 seconds.
CredentialVerdict TryCredential(const Context& context, const config::Account& account);

/// The complete list of models of the account's upstream. Takes at most 20 seconds.
std::variant<std::vector<upstream::ModelEntry>, upstream::Failure> AskForModels(
    const Context& context, const config::Account& account);

/// Why an account with that verdict is not added, for people: the upstream's own sentence and what
/// to do. kUpstreamUnavailable if the upstream could not be asked, else kUpstreamRejected.
Error RefusalOf(const config::Account& account, const CredentialVerdict& verdict);

/// The state of the credential that an upstream failure shows.
Credential Judge(upstream::Trouble trouble);

}  // namespace agm::cli
