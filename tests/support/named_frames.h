#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace agm::test {

/// A server-sent event with a name and JSON as its data.
struct NamedFrame {
  std::string name;
  Json data;
};

/// The events `event: NAME\ndata: JSON\n\n` of a stream, without comments. If an event has another
/// form, the result is one frame without a name.
std::vector<NamedFrame> NamedFramesOf(std::string_view stream);

}  // namespace agm::test
