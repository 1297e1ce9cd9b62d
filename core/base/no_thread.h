#pragma once

#include <system_error>

#include "core/base/result.h"

namespace agm {

/// The error (kIo) if the system gives this process no further thread. It names the limit that the
/// user may raise.
inline Error NoThread() {
  return Fail(ErrorCode::kIo,
              "the system gives this process no thread: raise the limit of processes (`ulimit -u`, "
              "or TasksMax of its service)");
}

/// Returns what `work` returns; if a thread cannot be started (std::system_error), kIo.
template <class Work>
Result<void> WithThreads(const Work& work) {
  try {
    return work();
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::resource_unavailable_try_again) return NoThread();
    return Fail(ErrorCode::kIo, "{}", error.what());
  }
}

}  // namespace agm
