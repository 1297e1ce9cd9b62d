#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <utility>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace agm::ledger {

/// Whether bodies are recorded: `agm logs record on` leaves a file `recording.json` in the state
/// folder that says until when, and a running gateway notices it within a second.
///
///   Recording recording(folder, clock);
///   if (recording.On()) ...               // cheap: looks at the file at most once a second
///
/// Thread safety: any thread.
class Recording {
 public:
  /// With an empty folder nothing is ever recorded.
  Recording(std::filesystem::path folder, Clock& clock)
      : folder_(std::move(folder)), clock_(clock) {}

  bool On();

  static Result<void> Start(const std::filesystem::path& folder, WallTime until);
  static Result<void> Stop(const std::filesystem::path& folder);
  /// The end of the recording; nullopt if nothing is recorded.
  static std::optional<WallTime> Until(const std::filesystem::path& folder);

 private:
  const std::filesystem::path folder_;
  Clock& clock_;
  std::atomic<TimePoint::rep> next_look_{0};
  std::atomic<WallTime::rep> until_{0};
};

}  // namespace agm::ledger
