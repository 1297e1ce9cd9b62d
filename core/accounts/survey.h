#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/accounts/moment.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/upstream/trouble.h"

namespace agm::accounts {

/// The states of all accounts that list a model.
struct Survey {
  /// The number of accounts with this trouble.
  struct Case {
    upstream::Trouble trouble;
    int count = 0;
    std::string said;             ///< the upstream's own sentence, from one of them
    std::string_view key_page{};  ///< where keys of that account's kind are made; empty: no page
  };

  std::string_view model;
  bool configured = true;  ///< there is an account at all
  int listing = 0;         ///< accounts that list the model
  int disabled = 0;
  int being_tried = 0;  ///< after a long cooldown, by one request
  std::vector<Case> cases;
  TimePoint first = TimePoint::max();  ///< the earliest end of what ends by itself
};

/// The client's error, which names no account: the failure, the model, when it ends, what to do
/// and the upstream's own sentence.
///
///   ends by itself      kRateLimited, kQuotaExhausted or kOverloaded, with retry_after_ms and
///                       "try again in Ns" in the message
///   nobody has it       kUnknownModel
///   a person must act   kNoAccount; reason is MustFix's word, or "no_account"
///
/// A failure that ends by itself takes precedence over the cooldown, so that clients wait if
/// waiting helps.
Error Tell(const Survey& survey, Moment moment);

}  // namespace agm::accounts
