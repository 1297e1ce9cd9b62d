#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/mock/script.h"

namespace agm::mock {

/// Troubles for trials by hand, asked for by words in the API key, each bounded by other characters
/// than letters and digits: any class of TroubleNames() ("my-quota-day"), `invalid` and `expired`,
/// or hang, close, cut, stall, slow, split, garbage, empty, no-finish, blocked. With -xN only the
/// first N requests of that key have the trouble ("test-overloaded-x2"); -rN makes a quota error
/// ask for N seconds. Those of the credential itself meet every request, others only calls of a
/// method.
///
/// Thread safety: one thread at a time.
class KeyTroubles {
 public:
  std::optional<Fault> Match(const Occasion& occasion);

 private:
  std::map<std::string, int, std::less<>> done_;
};

}  // namespace agm::mock
