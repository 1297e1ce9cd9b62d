#include "core/base/cancellation.h"

namespace agm {

const Cancellation& NeverCancelled() {
  static const Cancellation& never = *new Cancellation;  // as SystemClock
  return never;
}

}  // namespace agm
