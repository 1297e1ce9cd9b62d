#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/accounts/pool.h"
#include "core/base/clock.h"
#include "core/config/account_kind.h"

namespace agm::cli {

/// The page where people create a key of the Gemini API.
inline constexpr std::string_view kKeyPage = config::FactsOf(config::AccountKind::kGemini).key_page;

/// An account's state in words: "ready", "ready, 2 models cooling down", "cooling down",
/// "quarantined", "disabled". A cooldown of single models leaves the account ready.
std::string StateWords(const accounts::AccountStatus& status);

/// A reason of the pool ("bad_key") in words: "the key is refused". The name itself if there are no
/// words for it.
std::string ReasonWords(std::string_view reason);

/// The remedy for a reason; empty if it ends by itself. `name` is the account's, and `kind` the word
/// of its kind, which tells the pages of its upstream.
std::string Remedy(std::string_view reason, std::string_view name, std::string_view kind);

/// A sentence for each thing that keeps the account, or some of its models, from serving:
/// "out of this minute's quota for gemini-3.8-flash until in 20s (12:03:20)". With the remedy.
std::vector<std::string> Notes(const accounts::AccountStatus& status, WallTime now);

}  // namespace agm::cli
