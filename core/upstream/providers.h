#pragma once

#include <array>

#include "core/config/account_kind.h"
#include "core/upstream/provider.h"

namespace agm::upstream {

/// The provider of each kind of account.
///
///   const Provider& provider = BuiltInProviders().For(account.kind);
///
/// Thread safety: immutable. The providers must outlive it.
class Providers {
 public:
  /// Calls `provider_of` once for each row of config::kAccountKinds.
  explicit Providers(const Provider& (*provider_of)(config::AccountKind kind));
  /// `provider` serves all kinds.
  explicit Providers(const Provider& provider) { providers_.fill(&provider); }

  /// Throws std::out_of_range for a kind without a row, which is a bug.
  const Provider& For(config::AccountKind kind) const;

 private:
  std::array<const Provider*, config::kAccountKinds.size()> providers_{};  ///< by kind; never null
};

/// The providers of the program.
const Providers& BuiltInProviders();

}  // namespace agm::upstream
