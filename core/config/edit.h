#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/config/paths.h"
#include "core/config/problem.h"

namespace agm::config {

/// A value as TOML writes it: `{ day = 2 }`.
struct Verbatim {
  std::string text;
};
using FieldValue = std::variant<std::string, Secret, bool, int, std::vector<std::string>, Verbatim>;

/// The new value of a field; nullopt removes the field from the file.
struct Field {
  std::string key;
  std::optional<FieldValue> value;
};

/// Maps a name or pattern to one or more targets; replaces an existing rule for it.
struct SetMapping {
  std::string from;
  std::vector<std::string> to;
};
/// Removes a rule; kNotFound if there is no such rule.
struct UnsetMapping {
  std::string from;
};
/// The lists of named tables: [[accounts]] and [[keys]].
inline constexpr std::string_view kAccountList = "accounts";
inline constexpr std::string_view kKeyList = "keys";
/// Adds an entry to a list, or changes the given fields of the entry with that name.
struct PutEntry {
  std::string name;
  std::vector<Field> fields;
  std::string_view list = kAccountList;
};
/// Changes the given fields of an entry; kNotFound if the list has no entry of that name.
struct UpdateEntry {
  std::string name;
  std::vector<Field> fields;
  std::string_view list = kAccountList;
};
/// Removes an entry; kNotFound if the list has no entry of that name.
struct RemoveEntry {
  std::string name;
  std::string_view list = kAccountList;
};
/// Gives a setting of a table of the file a value: {"proxy"} and "port", {"proxy", "tls"} and
/// "key". The table need not exist yet. Without a value the setting is removed.
struct SetSetting {
  std::vector<std::string> table;  ///< one or two names
  Field field;
};
using Change =
    std::variant<SetMapping, UnsetMapping, PutEntry, UpdateEntry, RemoveEntry, SetSetting>;

/// Makes one change in a configuration's text and nothing else: comments, order, quoting, line ends
/// and all other lines stay as they are, in every notation (tables with headers, inline tables,
/// dotted keys). The function checks that the new text differs from the old one by exactly that
/// change, and fails otherwise. A text that already has errors is refused with kConfig; `file`
/// names it there.
///
/// Thread safety: any thread.
Result<std::string> EditText(std::string_view text, const Change& change,
                             const std::filesystem::path& file = {});

struct Edited {
  bool changed = false;           ///< false: the file already had this content
  bool created = false;           ///< the file did not exist
  std::vector<Problem> warnings;  ///< about the file's new content
};

/// Makes one change in a file, which need not exist yet. The file is replaced atomically and keeps
/// its owner and at most mode 0640 (see SharedMode); a symbolic link is kept. A lock file beside it
/// (which stays there) makes a second agm wait. If an editor saves the file meanwhile, its text is
/// not lost: the change is made again on it.
///
///   const SetMapping change{"gpt-4o", {"gemini-3.8-flash"}};
///   Result<Edited> edited = EditFile(location.path, change, environment);
///
/// `before_replace` is for tests: it is called each time that a new text is written and about to
/// replace the old one.
Result<Edited> EditFile(const std::filesystem::path& path, const Change& change,
                        const Environment& environment,
                        const std::function<void()>& before_replace = {});
/// The same for several changes, one after the other: the file gets all of them at once, or none.
Result<Edited> EditFile(const std::filesystem::path& path, const std::vector<Change>& changes,
                        const Environment& environment,
                        const std::function<void()>& before_replace = {});

/// Writes a commented file with every setting at its default; fails with kConfig if the file
/// exists.
Result<void> InitFile(const std::filesystem::path& path);

/// The text that InitFile writes.
std::string_view Template();

}  // namespace agm::config
