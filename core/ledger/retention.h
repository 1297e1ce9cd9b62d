#pragma once

#include <cstdint>
#include <optional>

#include "core/base/clock.h"
#include "core/ledger/settings.h"
#include "core/store/database.h"

namespace agm::ledger {

/// Keeps requests.db within its bounds of age and size, in chunks of a few hundred rows, so that a
/// reader or a writer never waits for long.
///
/// A clock that is set wrong must not empty the log. If the calendar has moved further than the
/// monotonic clock since the last run, or further than `keep` since the newest row at the first
/// run, the rows' ages are in doubt: nothing is deleted for its age until the new time has held for
/// ten minutes. The bound of size goes by the order of the rows and needs no clock.
///
/// Thread safety: one thread at a time.
class Retention {
 public:
  struct Done {
    std::int64_t rows = 0;    ///< deleted requests
    std::int64_t bytes = 0;   ///< in use now
    bool more_to_do = false;  ///< the budget of one run was used up
  };

  /// One run. `wall` and `now` are the same moment on both clocks.
  Result<Done> Run(store::Database& database, const Settings& settings, WallTime wall,
                   TimePoint now);

 private:
  bool MayJudgeAge(store::Database& database, const Settings& settings, WallTime wall,
                   TimePoint now);

  std::optional<WallTime> last_wall_;
  TimePoint last_now_{};
  TimePoint doubtful_until_{};
};

}  // namespace agm::ledger
