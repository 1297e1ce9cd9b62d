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

using FieldValue = std::variant<std::string, Secret, bool, int, std::vector<std::string>>;

/// What a field of an account becomes; nothing takes it out of the file.
struct Field {
  std::string key;
  std::optional<FieldValue> value;
};

/// Maps a name or pattern to one or more targets, in place of a rule that it may have.
struct SetMapping {
  std::string from;
  std::vector<std::string> to;
};
/// kNotFound if there is no such rule.
struct UnsetMapping {
  std::string from;
};
/// Adds an account, or changes the given fields of the one with that name.
struct PutAccount {
  std::string name;
  std::vector<Field> fields;
};
/// Changes the given fields; kNotFound if there is no such account.
struct UpdateAccount {
  std::string name;
  std::vector<Field> fields;
};
/// kNotFound if there is no such account.
struct RemoveAccount {
  std::string name;
};
using Change = std::variant<SetMapping, UnsetMapping, PutAccount, UpdateAccount, RemoveAccount>;

/// Makes one change in a configuration's text and nothing else: comments, order, quoting, line ends
/// and all other lines stay as they are, however the text is written (tables with headers, inline,
/// by dotted keys). The result says what the text said, but for the change, or this fails; a text
/// with problems of its own is refused with them (kConfig), `file` naming it.
///
/// Thread safety: any thread.
Result<std::string> EditText(std::string_view text, const Change& change,
                             const std::filesystem::path& file = {});

struct Edited {
  bool changed = false;           ///< false: the file said so already
  bool created = false;           ///< there was no file
  std::vector<Problem> warnings;  ///< of the file as it is now
};

/// Makes one change in a file, which need not exist yet. The file is replaced at once and gets mode
/// 0600; a link stays one. A second agm waits for its turn (a lock file beside the file, which may
/// be left lying), and what an editor saves in between is not lost: the change is then made anew.
///
///   auto edited = EditFile(location.path, SetMapping{"gpt-4o", {"gemini-3.8-flash"}},
///   environment);
///
/// Tests look in through `before_replace`: it is called each time that a new text is written and
/// about to take the place of the old one.
Result<Edited> EditFile(const std::filesystem::path& path, const Change& change,
                        const Environment& environment,
                        const std::function<void()>& before_replace = {});

/// Writes a commented file with every setting at its default; fails with kConfig where there is a
/// file already.
Result<void> InitFile(const std::filesystem::path& path);

/// What InitFile writes.
std::string_view Template();

}  // namespace agm::config
