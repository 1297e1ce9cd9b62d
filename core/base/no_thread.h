#pragma once

#include "core/base/result.h"

namespace agm {

/// The error (kIo) if the system gives this process no further thread. It names the limit that the
/// user may raise.
inline Error NoThread() {
  return Fail(ErrorCode::kIo,
              "the system gives this process no thread: raise the limit of processes (`ulimit -u`, "
              "or TasksMax of its service)");
}

}  // namespace agm
