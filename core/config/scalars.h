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

/// What reading one setting needs to know.
struct Scope {
  Findings& found;
  std::string name;                ///< "proxy.port", for messages; empty where the source names it
  std::filesystem::path folder{};  ///< where relative file names start
  std::filesystem::path home{};    ///< what ~ stands for
};

/// Says what is expected where `text` is not it ("a host name or an address"), else nothing. May
/// tidy the text up.
using TextCheck = std::string (*)(std::string& text);

// Each reads one value or reports what is wrong with it. Durations are seconds or texts such as
// "500ms" and at most a week; sizes are bytes or texts such as "100MB".
std::optional<bool> ReadBool(const Value& value, const Scope& scope);
std::optional<int> ReadInt(const Value& value, const Scope& scope, int least, int most);
std::optional<Duration> ReadSpan(const Value& value, const Scope& scope, Duration least);
std::optional<std::uint64_t> ReadBytes(const Value& value, const Scope& scope);
std::optional<std::string> ReadText(const Value& value, const Scope& scope, TextCheck check);
/// A file's name, made absolute.
std::optional<std::string> ReadPath(const Value& value, const Scope& scope);
/// Never echoes the value.
std::optional<Secret> ReadSecret(const Value& value, const Scope& scope);
std::optional<std::vector<std::string>> ReadTexts(const Value& value, const Scope& scope,
                                                  TextCheck check);
/// The index of the word that the value is.
std::optional<std::size_t> ReadWord(const Value& value, const Scope& scope,
                                    std::span<const std::string_view> words);

/// True for what can travel in a header: printable ASCII without spaces.
bool IsKeyText(std::string_view text);

/// Reports a value that is not what was expected.
void Expected(const Value& value, const Scope& scope, std::string_view what);

}  // namespace agm::config
