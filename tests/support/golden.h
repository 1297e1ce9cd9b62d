#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace agm::test {

/// The folders below tests/golden/DIALECT, one per case, sorted by name.
std::vector<std::filesystem::path> GoldenCases(std::string_view dialect);

/// The text of a file; empty if it does not exist.
std::string ReadText(const std::filesystem::path& path);

/// Expects `actual` to equal the file's content (except for a last newline). With
/// AGM_UPDATE_GOLDEN=1 in the environment it writes the file instead; an empty text removes it.
void ExpectGolden(const std::filesystem::path& path, std::string_view actual);

/// JSON on several lines for reviews; numbers, strings and the order of keys stay.
std::string PrettyJson(std::string_view json);

}  // namespace agm::test
