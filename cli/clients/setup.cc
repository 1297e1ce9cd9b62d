#include "cli/clients/setup.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <functional>
#include <system_error>

#include "cli/clients/diff.h"
#include "core/base/file.h"
#include "core/base/json.h"

namespace agm::cli {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kPrivate = 0600;

KeyPath Names(std::string_view path) {
  KeyPath names;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    names.emplace_back(path.substr(at, end - at));
    at = end + 1;
  }
  return names;
}

/// The folder that a place begins with: "~" or "$NAME". Empty if the variable is not set.
fs::path Resolved(const Context& context, std::string_view place) {
  const std::size_t slash = place.find('/');
  const std::string_view first = place.substr(0, slash);
  const auto folder = context.Env(first == "~" ? "HOME" : first.substr(1));
  return folder ? fs::path(*folder) / place.substr(slash + 1) : fs::path();
}

fs::path PlaceOf(const Context& context, const SettingsFile& file) {
  fs::path first;
  for (const std::string_view place : file.places) {
    const fs::path path = Resolved(context, place);
    std::error_code error;
    if (!path.empty() && fs::exists(path, error)) return path;
    if (first.empty()) first = path;
  }
  return first;
}

Result<std::optional<std::string>> ReadNow(const fs::path& path) {
  auto text = ReadFile(path);
  if (text) return std::optional(std::move(*text));
  if (text.error().code == ErrorCode::kNotFound) return std::optional<std::string>();
  return std::move(text).error();
}

unsigned ModeOf(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : kPrivate;
}

/// The topmost folder that must be made for the file; empty if its folder exists.
fs::path FirstMissing(const fs::path& path) {
  fs::path missing;
  std::error_code error;
  for (fs::path at = path.parent_path(); !at.empty() && !fs::exists(at, error);
       at = at.parent_path()) {
    missing = at;
  }
  return missing;
}

Error InFile(Error error, const fs::path& path) {
  error.message = path.string() + ": " + error.message + "; nothing was changed";
  return error;
}

/// True if a value is still as `set` wrote it, but for the time stamp that Cline renews in each run.
bool StillOurs(Format format, std::string_view now, std::string_view after) {
  constexpr const char* kStamp = "updatedAt";
  if (SameRaw(format, now, after)) return true;
  auto is = ParseJson(now);
  auto was = ParseJson(after);
  const bool stamped = format == Format::kJson && is && was && is->is_object() &&
                       was->is_object() && was->contains(kStamp);
  if (!stamped) return false;
  is->erase(kStamp);
  was->erase(kStamp);
  return *is == *was;
}

/// Gives the keys of one record that are still ours their former values.
Result<std::string> UndoKeys(const SetFileRecord& record, std::string text,
                             std::vector<std::string>& kept) {
  for (auto key = record.keys.rbegin(); key != record.keys.rend(); ++key) {
    const auto now = ReadKey(record.format, text, key->path);
    if (!now) return now.error();
    if (!*now) continue;
    if (!StillOurs(record.format, **now, key->after)) {
      kept.push_back(record.path.string() + ": " + PathText(key->path));
      continue;
    }
    auto edited = key->before ? SetKey(record.format, text, key->path, *key->before)
                              : RemoveKey(record.format, text, key->path, key->tables);
    if (!edited) return edited;
    text = *std::move(edited);
  }
  return text;
}

/// The file's text without what `set` put in; nullopt: without the file.
Result<std::optional<std::string>> Undone(const SetFileRecord& record,
                                          const std::optional<std::string>& now,
                                          std::vector<std::string>& kept) {
  if (!now || *now == record.after) return record.before;
  auto text = UndoKeys(record, *now, kept);
  if (!text) return InFile(std::move(text).error(), record.path);
  return std::optional(*std::move(text));
}

bool HoldsKey(const SettingsKey& key) { return key.value.find("{key}") != std::string_view::npos; }

void Append(std::vector<std::string>& secrets, const std::vector<std::string>& more) {
  secrets.insert(secrets.end(), more.begin(), more.end());
}

/// The texts of a file that nothing must show. Journals of earlier versions do not list them; there
/// the names of the keys tell.
std::vector<std::string> SecretsOf(const SetFileRecord& record) {
  std::vector<std::string> secrets = record.secrets;
  for (const SetKeyRecord& key : record.keys) {
    const std::string& name = key.path.back();
    const bool secret = name.ends_with("KEY") || name.ends_with("Key") || name.ends_with("TOKEN") ||
                        name.ends_with("token");
    if (!secret) continue;
    const std::string no_key = WriteRaw(record.format, Json(kNoKey));
    if (!SameRaw(record.format, key.after, no_key)) secrets.push_back(key.after);
    if (key.before) secrets.push_back(*key.before);
  }
  return secrets;
}

/// The keys that `set` gives a file, one after the other.
Result<void> SetKeys(const SettingsFile& file, const Connection& connection,
                     SetFileRecord& record) {
  for (const SettingsKey& key : file.keys) {
    SetKeyRecord set{Names(key.path), std::nullopt, {}, 0};
    set.after = WriteRaw(file.format, FilledJson(key.value, connection));
    auto before = ReadKey(file.format, record.after, set.path);
    if (!before) return InFile(std::move(before).error(), record.path);
    set.before = *std::move(before);
    set.tables = KnownTables(file.format, record.after, set.path);
    auto text = SetKey(file.format, record.after, set.path, set.after);
    if (!text) return InFile(std::move(text).error(), record.path);
    record.after = *std::move(text);
    if (HoldsKey(key) && set.before && set.before->find('\n') == std::string::npos) {
      record.secrets.push_back(*set.before);
    }
    record.keys.push_back(std::move(set));
  }
  return {};
}

const SetFileRecord* RecordOf(const Journal& journal, const fs::path& path) {
  const auto found = std::ranges::find(journal, path, &SetFileRecord::path);
  return found == journal.end() ? nullptr : &*found;
}

// Longer secrets first, because one may hold another. A text of a few characters is no secret, but
// may stand anywhere.
std::string Masked(std::string text, std::vector<std::string> secrets) {
  constexpr std::string_view kMask = "****";
  constexpr std::size_t kShortest = 4;
  std::ranges::sort(secrets, std::greater<>(), &std::string::size);
  for (const std::string& secret : secrets) {
    if (secret.size() < kShortest) continue;
    for (std::size_t at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + kMask.size())) {
      text.replace(at, secret.size(), kMask);
    }
  }
  return text;
}

Result<void> Remove(const FileChange& change) {
  const auto now = ReadNow(change.path);
  if (!now) return now.error();
  if (*now != change.before) {
    return Fail(ErrorCode::kIo, "{}: changed meanwhile", change.path.string());
  }
  std::error_code error;
  fs::remove(LinkTarget(change.path), error);
  // Folders that `set` made go too; fs::remove leaves one that is not empty.
  for (fs::path at = change.path.parent_path(); !change.first_folder.empty();
       at = at.parent_path()) {
    if (!fs::remove(at, error) || at == change.first_folder) break;
  }
  return {};
}

Result<void> Make(const FileChange& change) {
  if (!change.changes()) return {};
  if (!change.after) return Remove(change);
  const auto untouched = [&] {
    const auto now = ReadNow(change.path);
    return now && *now == change.before;
  };
  return WriteFileAtomically(change.path, *change.after, change.mode, untouched);
}

}  // namespace

Result<SetupPlan> PlanSet(const Context& context, const Recipe& recipe,
                          const Connection& connection, const Journal& earlier) {
  SetupPlan plan;
  for (const SettingsFile& file : recipe.settings) {
    const fs::path path = PlaceOf(context, file);
    if (path.empty()) return Fail(ErrorCode::kConfig, "HOME is not set");
    const auto now = ReadNow(path);
    if (!now) return now.error();
    SetFileRecord record{path,         file.format,        *now, now->value_or(""),
                         ModeOf(path), FirstMissing(path), {}};
    if (const SetFileRecord* was = RecordOf(earlier, path)) {
      auto undone = Undone(*was, *now, plan.kept);
      if (!undone) return std::move(undone).error();
      record.before = *std::move(undone);
      record.after = record.before.value_or("");
      record.mode = was->mode;
      record.first_folder = was->first_folder;
      Append(plan.secrets, SecretsOf(*was));
    }
    if (connection.secret) record.secrets.push_back(connection.key);
    if (auto set = SetKeys(file, connection, record); !set) return std::move(set).error();
    Append(plan.secrets, record.secrets);
    const unsigned mode = connection.secret ? record.mode & kPrivate : record.mode;
    plan.files.push_back({path, *now, record.after, mode, {}});
    plan.journal.push_back(std::move(record));
  }
  return plan;
}

Result<SetupPlan> PlanUnset(const Journal& journal) {
  SetupPlan plan;
  for (const SetFileRecord& record : journal) {
    const auto now = ReadNow(record.path);
    if (!now) return now.error();
    auto undone = Undone(record, *now, plan.kept);
    if (!undone) return std::move(undone).error();
    if (!*now) undone = std::optional<std::string>();
    plan.files.push_back({record.path, *now, *std::move(undone), record.mode, record.first_folder});
    Append(plan.secrets, SecretsOf(record));
  }
  return plan;
}

std::string ShowPlan(const SetupPlan& plan) {
  std::string text;
  for (const FileChange& file : plan.files) {
    if (!file.changes()) continue;
    text += fmt::format("{}{}\n", file.path.string(),
                        !file.before ? " (new)" : (!file.after ? " (removed)" : ""));
    text += Masked(UnifiedDiff(file.before.value_or(""), file.after.value_or("")), plan.secrets);
  }
  return text;
}

Result<void> Carry(const SetupPlan& plan, const fs::path& state_folder, std::string_view client) {
  if (!plan.journal.empty()) {
    if (auto saved = SaveJournal(state_folder, client, plan.journal); !saved) return saved;
  }
  for (const FileChange& file : plan.files) {
    if (auto made = Make(file); !made) return made;
  }
  return plan.journal.empty() ? SaveJournal(state_folder, client, {}) : Result<void>();
}

bool PointsHere(const Context& context, const Recipe& recipe, const std::string& base) {
  bool any = false;
  for (const SettingsFile& file : recipe.settings) {
    const auto text = ReadNow(PlaceOf(context, file));
    if (!text || !*text) return false;
    for (const SettingsKey& key : file.keys) {
      if (key.value.find("{base}") == std::string_view::npos) continue;
      const auto value = ReadKey(file.format, **text, Names(key.path));
      if (!value || !*value || (*value)->find(base) == std::string::npos) return false;
      any = true;
    }
  }
  return any;
}

}  // namespace agm::cli
