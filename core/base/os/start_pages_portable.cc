#include "core/base/os/start_pages.h"

namespace agm::os {

void ReleaseStartPages() {}

}  // namespace agm::os
