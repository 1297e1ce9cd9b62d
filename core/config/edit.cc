#include "core/config/edit.h"

#include <algorithm>

#include "core/base/file.h"
#include "core/config/edit_plan.h"
#include "core/config/load.h"

namespace agm::config {
namespace {

namespace fs = std::filesystem;

constexpr int kLockMs = 10'000;
constexpr int kTries = 8;
constexpr std::size_t kLongestFile = 4U << 20U;

bool HasErrors(const std::vector<Problem>& problems) {
  return std::ranges::any_of(
      problems, [](const Problem& problem) { return problem.severity == Severity::kError; });
}

std::vector<Problem> Errors(std::vector<Problem> problems) {
  std::erase_if(problems,
                [](const Problem& problem) { return problem.severity == Severity::kWarning; });
  return problems;
}

// The errors in a text that is not a file's, without file names and positions.
std::string Reasons(std::vector<Problem> problems) {
  problems = Errors(std::move(problems));
  for (Problem& problem : problems) {
    problem.file.clear();
    problem.at = {};
  }
  return Text(problems);
}

fs::path LockPath(const fs::path& target) {
  return target.parent_path() / ("." + target.filename().string() + ".lock");
}

Result<FileLock> LockFile(const fs::path& target) {
  if (target.empty()) {
    return Fail(ErrorCode::kConfig,
                "the configuration's location is unknown: neither AGM_CONFIG, XDG_CONFIG_HOME nor "
                "HOME is set; give --config FILE");
  }
  auto lock = FileLock::Take(LockPath(target), kLockMs);
  if (lock) return lock;
  return Fail(ErrorCode::kIo, "{} cannot be edited: {}", target.string(), lock.error().message);
}

/// The file's current content; nullopt if there is no file.
Result<std::optional<std::string>> ReadNow(const fs::path& path) {
  auto text = ReadFile(path, kLongestFile);
  if (text) return std::optional(std::move(*text));
  if (text.error().code == ErrorCode::kNotFound) return std::optional<std::string>();
  return std::move(text).error();
}

/// The arguments that all attempts to make one change share.
struct Job {
  const fs::path& target;
  const std::vector<Change>& changes;
  const Environment& environment;
  const std::function<void()>& before_replace;
};

// Makes one attempt. Sets `raced` if the file changed during the attempt.
Result<Edited> TryEdit(const Job& job, bool& raced) {
  const fs::path& target = job.target;
  const auto before = ReadNow(target);
  if (!before) return before.error();
  Result<std::string> after = before->value_or("");
  for (const Change& change : job.changes) {
    after = EditText(*after, change, target);
    if (!after) return std::move(after).error();
  }
  Edited edited;
  edited.warnings = Check({*after, target}, job.environment, {}).problems;
  if (*before && **before == *after) return edited;
  const auto untouched = [&] {
    if (job.before_replace) job.before_replace();
    const auto now = ReadNow(target);
    raced = !now || *now != *before;
    return !raced;
  };
  const auto written = WriteFileAtomically(target, *after, SharedMode(target), untouched);
  if (!written) return written.error();
  edited.changed = true;
  edited.created = !before->has_value();
  return edited;
}

}  // namespace

Result<std::string> EditText(std::string_view text, const Change& change, const fs::path& file) {
  const Source source{std::string(text), file};
  if (const auto checked = Check(source, {}, {}); HasErrors(checked.problems)) {
    return Fail(ErrorCode::kConfig, "the file was not changed, because it already has errors:\n{}",
                Text(Errors(checked.problems)));
  }
  Value before = std::get<Value>(ParseDocument(text));
  Patches patches(text);
  if (auto planned = Plan(before, text, change, patches); !planned) {
    return std::move(planned).error();
  }
  std::string edited = patches.Apply();
  if (edited == text) return edited;

  const auto checked = Check({edited, {}}, {}, {});
  const auto parsed = ParseDocument(edited);
  const auto* after = std::get_if<Value>(&parsed);
  if (after != nullptr && HasErrors(checked.problems)) {
    return Fail(ErrorCode::kConfig, "{}", Reasons(checked.problems));
  }
  Apply(change, before);
  if (after == nullptr || !Same(before, *after)) {
    return Fail(ErrorCode::kConfig,
                "{}: written in a way that agm cannot edit without touching other lines; it is "
                "not changed, edit it by hand",
                file.string());
  }
  return edited;
}

Result<Edited> EditFile(const fs::path& path, const Change& change, const Environment& environment,
                        const std::function<void()>& before_replace) {
  return EditFile(path, std::vector<Change>{change}, environment, before_replace);
}

Result<Edited> EditFile(const fs::path& path, const std::vector<Change>& changes,
                        const Environment& environment,
                        const std::function<void()>& before_replace) {
  const fs::path target = LinkTarget(path);
  const Job job{target, changes, environment, before_replace};
  const auto lock = LockFile(target);
  if (!lock) return lock.error();
  RemoveTemporaries(target);
  for (int tries = 1;; ++tries) {
    bool raced = false;
    auto edited = TryEdit(job, raced);
    if (edited || !raced) return edited;
    if (tries == kTries) {
      return Fail(ErrorCode::kIo, "{}: another program keeps changing it; try again",
                  path.string());
    }
  }
}

Result<void> InitFile(const fs::path& path) {
  const fs::path target = LinkTarget(path);
  const auto lock = LockFile(target);
  if (!lock) return lock.error();
  RemoveTemporaries(target);
  const auto exists = [&] { return fs::exists(fs::symlink_status(target)); };
  if (exists()) {
    return Fail(ErrorCode::kConfig,
                "{} exists already and is left as it is; `agm config check` says what is in it",
                path.string());
  }
  return WriteFileAtomically(target, Template(), SharedMode(target), [&] { return !exists(); });
}

}  // namespace agm::config
