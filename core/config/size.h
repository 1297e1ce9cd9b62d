#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agm::config {

/// Reads a number of bytes as people write it: "100MB" (a million each), "512KiB" (1024 each),
/// "1.5 GB", "4096", "4096B"; the unit in any case. Nothing for anything else.
std::optional<std::uint64_t> ReadSize(std::string_view text);

/// The shortest exact form: "100MB", "512KiB", "1234".
std::string WriteSize(std::uint64_t bytes);

}  // namespace agm::config
