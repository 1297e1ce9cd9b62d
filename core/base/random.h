#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace agm {

/// `length` random letters and digits from the kernel's generator (buffered per thread): for ids
/// that must be unique and hard to guess.
std::string RandomId(std::size_t length);

/// A fast random number in [0, 1), for jitter. Not for secrets.
double RandomFraction();

}  // namespace agm
