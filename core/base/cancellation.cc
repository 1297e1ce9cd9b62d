#include "core/base/cancellation.h"

namespace agm {

const Cancellation& NeverCancelled() {
  static const Cancellation& never = *new Cancellation;  // never destroyed, like SystemClock()
  return never;
}

}  // namespace agm
