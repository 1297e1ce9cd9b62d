#include "core/base/cancellation.h"

namespace agm {

const Cancellation& NeverCancelled() {
  static const Cancellation never;
  return never;
}

}  // namespace agm
