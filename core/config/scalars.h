#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/config/document.h"
#include "core/config/problem.h"

namespace agm::config {

/// The context for reading one setting.
struct Scope {
  Findings& found;
  std::string name;                ///< "proxy.port", for messages; empty if the source names it
  std::filesystem::path folder{};  ///< base of relative file names
  std::filesystem::path home{};    ///< replaces ~
};

/// Returns what was expected if `text` is invalid ("a host name or an address"), else an empty
/// string. May normalise the text.
using TextCheck = std::string (*)(std::string& text);

inline constexpr Duration kLongestSpan = std::chrono::hours(7 * 24);
inline constexpr Duration kTenYears = std::chrono::hours(10 * 365 * 24);

// Each function reads one value, or reports its problem and returns nullopt. Durations are seconds
// or texts such as "500ms", at most a week unless `most` says otherwise;
// sizes are bytes or texts such as "100MB".
std::optional<bool> ReadBool(const Value& value, const Scope& scope);
std::optional<int> ReadInt(const Value& value, const Scope& scope, int least, int most);
std::optional<Duration> ReadSpan(const Value& value, const Scope& scope, Duration least,
                                 Duration most = kLongestSpan);
std::optional<std::uint64_t> ReadBytes(const Value& value, const Scope& scope);
std::optional<std::string> ReadText(const Value& value, const Scope& scope, TextCheck check);
/// Reads a file name and makes it absolute.
std::optional<std::string> ReadPath(const Value& value, const Scope& scope);
/// Never shows the value in a message.
std::optional<Secret> ReadSecret(const Value& value, const Scope& scope);
/// The name of an environment variable; may be empty. An error does not show the value, because
/// some users write the key itself there.
std::optional<std::string> ReadVariable(const Value& value, const Scope& scope);
std::optional<std::vector<std::string>> ReadTexts(const Value& value, const Scope& scope,
                                                  TextCheck check);
/// Reads one of `words` and returns its index.
std::optional<std::size_t> ReadWord(const Value& value, const Scope& scope,
                                    std::span<const std::string_view> words);

/// True for a text that can be sent in a header: printable ASCII without spaces.
bool IsKeyText(std::string_view text);

/// Reports a value that differs from what was expected.
void Expected(const Value& value, const Scope& scope, std::string_view what);

}  // namespace agm::config
