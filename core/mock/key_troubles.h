#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/mock/script.h"

namespace agm::mock {

/// Faults for manual tests, requested by keywords in the API key. A keyword must be delimited by
/// characters other than letters and digits. Keywords: any class of TroubleNames()
/// ("my-quota-day"), `invalid` and `expired`, or hang, close, cut, stall, slow, split, garbage,
/// empty, no-finish, blocked. With -xN only the first N requests of the key have the fault
/// ("test-overloaded-x2"); -rN makes a quota error ask for N seconds. Faults of the credential
/// itself apply to every request, others only to calls of a model's method.
///
/// Thread safety: one thread at a time.
class KeyTroubles {
 public:
  std::optional<Fault> Match(const Occasion& occasion);

 private:
  std::map<std::string, int, std::less<>> done_;
};

}  // namespace agm::mock
