#pragma once

#include <cstddef>
#include <string>

namespace agm {

/// The most bytes that an empty buffer keeps: more than a piece of a stream usually has.
inline constexpr std::size_t kKeptRoom = 1024;

/// Empties a buffer that will be filled again. It keeps its memory unless it is larger than
/// kKeptRoom: then a burst went through it, and a stream that waits would hold the burst's memory.
inline void Clear(std::string& buffer) {
  if (buffer.capacity() > kKeptRoom) {
    std::string().swap(buffer);
  } else {
    buffer.clear();
  }
}

}  // namespace agm
