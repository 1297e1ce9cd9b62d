#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace agm::test {

/// The folders below tests/golden/DIALECT, one a case, by name.
std::vector<std::filesystem::path> GoldenCases(std::string_view dialect);

/// The text of a file; empty if there is none.
std::string ReadText(const std::filesystem::path& path);

/// Expects `actual` to be what the file holds (a last newline does not count). With
/// AGM_UPDATE_GOLDEN=1 in the environment the file is written instead; empty text removes it.
void ExpectGolden(const std::filesystem::path& path, std::string_view actual);

/// JSON over several lines for reviewing; numbers, strings and the order of keys stay.
std::string PrettyJson(std::string_view json);

}  // namespace agm::test
