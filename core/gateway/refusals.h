#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/guarded.h"

namespace agm::gateway {

/// Remembers for ten minutes which accounts the upstream has refused a model for a method (a 404
/// that is about the two together), so that other accounts are preferred. This is no cooldown: the
/// gateway still uses such an account if no other can serve.
///
/// Thread safety: any thread.
class Refusals {
 public:
  explicit Refusals(Clock& clock) : clock_(clock) {}

  /// False if this refusal is remembered already.
  bool Note(const std::string& account, const std::string& model, std::string_view method);
  /// Names of the accounts that were refused.
  std::vector<std::string> Of(const std::string& model, std::string_view method) const;
  /// Drops everything, after a reload.
  void Forget();

 private:
  /// The end of each refusal by account, by model and method.
  using Known = std::map<std::string, std::map<std::string, TimePoint>>;

  Clock& clock_;
  mutable Guarded<Known> known_;
};

}  // namespace agm::gateway
