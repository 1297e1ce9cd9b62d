#pragma once

#include <cstddef>
#include <string_view>

namespace agm {

/// The least number of edits that turn `a` into `b`: a byte inserted, deleted or replaced, or two
/// neighbours swapped (optimal string alignment). Takes a.size() * b.size() steps.
///
/// Thread safety: any thread.
std::size_t EditDistance(std::string_view a, std::string_view b);

}  // namespace agm
