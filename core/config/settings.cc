#include "core/config/settings.h"

#include "core/config/nearest.h"

namespace agm::config {

void WarnUnknown(const Member& member, std::string_view prefix,
                 std::span<const std::string_view> known, Findings& found) {
  found.Warn(member.key_at, "{}: no such setting; it has no effect{}",
             std::string(prefix) + WriteKey(member.key), DidYouMean(member.key, known));
}

}  // namespace agm::config
