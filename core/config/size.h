#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agm::config {

/// Reads a number of bytes as people write it: "100MB" (factor 1000), "512KiB" (factor 1024),
/// "1.5 GB", "4096", "4096B"; units in any case. Returns nullopt for anything else.
std::optional<std::uint64_t> ReadSize(std::string_view text);

/// Writes the shortest exact form: "100MB", "512KiB", "1234".
std::string WriteSize(std::uint64_t bytes);

}  // namespace agm::config
