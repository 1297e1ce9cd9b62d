#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"

/// Edits one key of another program's settings file and leaves all other bytes as they are:
/// comments, order, indentation, line ends.
///
///   auto changed = SetKey(Format::kJson, text, {"env", "ANTHROPIC_BASE_URL"}, "\"http://...\"");
///
/// A value is given and returned in the file's own notation ("raw"). A file that does not parse, or
/// that is written in a way which these functions cannot edit, is refused with kConfig.
///
/// Thread safety: any thread.
namespace agm::cli {

enum class Format {
  kJson,  ///< also with comments and trailing commas
  kToml,
  kEnv,  ///< lines of NAME=VALUE
};

using KeyPath = std::vector<std::string>;

/// "env.ANTHROPIC_BASE_URL", for messages.
std::string PathText(const KeyPath& path);

/// The value of a key; nullopt if the file does not have it.
Result<std::optional<std::string>> ReadKey(Format format, std::string_view text,
                                           const KeyPath& path);
/// Replaces the value of a key, or adds the key with the tables around it.
Result<std::string> SetKey(Format format, std::string_view text, const KeyPath& path,
                           std::string_view raw);
/// Removes a key; a text without it is returned as it is. Of the tables around the key, those below
/// the first `keep` names of the path are removed too if they are empty then.
Result<std::string> RemoveKey(Format format, std::string_view text, const KeyPath& path,
                              std::size_t keep);
/// The number of names of the path, without the last, that the file has tables for.
std::size_t KnownTables(Format format, std::string_view text, const KeyPath& path);

/// A value in the notation of the format. TOML and NAME=VALUE files take texts and truths only.
std::string WriteRaw(Format format, const Json& value);
/// True if two raw values mean the same.
bool SameRaw(Format format, std::string_view a, std::string_view b);

}  // namespace agm::cli
