#pragma once

#include <initializer_list>
#include <span>

#include "core/config/config.h"

namespace agm::keys {

/// A set of scopes. `admin` includes `read`, and `read` includes `metrics`; none of them includes
/// `inference`, so that a key for the page cannot spend.
class Scopes {
 public:
  Scopes() = default;
  explicit Scopes(std::span<const config::KeyScope> scopes) {
    for (const config::KeyScope scope : scopes) Add(scope);
  }
  static Scopes All() {
    using enum config::KeyScope;
    return Scopes(std::initializer_list<config::KeyScope>{kInference, kRead, kMetrics, kAdmin});
  }

  bool Permit(config::KeyScope scope) const { return (bits_ & Bit(scope)) != 0; }

 private:
  static constexpr unsigned Bit(config::KeyScope scope) {
    return 1U << static_cast<unsigned>(scope);
  }
  void Add(config::KeyScope scope) {
    using enum config::KeyScope;
    bits_ |= Bit(scope);
    if (scope == kAdmin) bits_ |= Bit(kRead) | Bit(kMetrics);
    if (scope == kRead) bits_ |= Bit(kMetrics);
  }

  unsigned bits_ = 0;
};

}  // namespace agm::keys
