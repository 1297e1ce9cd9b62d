#pragma once

#include <map>
#include <utility>

#include "core/config/config.h"
#include "core/upstream/provider.h"

namespace agm::upstream {

/// The provider of each kind of account.
///
///   const Provider& provider = BuiltInProviders().For(account.kind);
///
/// Thread safety: immutable. The providers must outlive it.
class Providers {
 public:
  explicit Providers(std::map<config::AccountKind, const Provider*> by_kind)
      : by_kind_(std::move(by_kind)) {}
  /// Returns the provider that serves accounts of `kind`. If `by_kind` lacks the kind, that is the
  /// provider of the first kind in it.
  const Provider& For(config::AccountKind kind) const {
    const auto found = by_kind_.find(kind);
    return *(found == by_kind_.end() ? by_kind_.begin() : found)->second;
  }

 private:
  std::map<config::AccountKind, const Provider*> by_kind_;  ///< never empty
};

/// The kinds of upstream that the program knows.
const Providers& BuiltInProviders();

}  // namespace agm::upstream
