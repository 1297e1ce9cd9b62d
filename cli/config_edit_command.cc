#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "cli/config_set_command.h"
#include "core/base/file.h"
#include "core/base/os/environment.h"
#include "core/config/edit.h"
#include "core/config/load.h"

namespace agm::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestFile = 4U << 20U;

std::string EditorOf(const Context& context) {
  if (auto editor = context.Env("VISUAL")) return *editor;
  return context.Env("EDITOR").value_or("vi");
}

/// Runs the editor on a file and waits for it. The shell splits an editor that has arguments.
Result<void> RunEditor(const std::string& editor, const fs::path& file) {
  std::string shell = "sh", option = "-c", script = editor + " \"$1\"", name = file.string();
  char* const arguments[] = {shell.data(), option.data(), script.data(),
                             shell.data(), name.data(),   nullptr};
  pid_t child = 0;
  if (const int error = posix_spawnp(&child, "sh", nullptr, nullptr, arguments, environ)) {
    return Fail(ErrorCode::kIo, "the editor {} cannot be started: {}", editor,
                std::strerror(error));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return Fail(ErrorCode::kIo, "the editor {} failed; nothing is changed", editor);
}

/// The errors of a text as lines of the user's copy; empty if it is good.
std::vector<config::Problem> ErrorsOf(const std::string& text, const fs::path& copy,
                                      const Context& context) {
  auto problems = config::Check(config::Source{text, copy}, context.environment(), {}).problems;
  std::erase_if(problems, [](const config::Problem& problem) {
    return problem.severity == config::Severity::kWarning;
  });
  return problems;
}

/// Puts the copy in place unless somebody else changed the file meanwhile.
Result<void> Replace(const fs::path& target, const std::string& before, const std::string& after) {
  const auto untouched = [&] {
    const auto now = ReadFile(target, kLongestFile);
    return now ? *now == before : now.error().code == ErrorCode::kNotFound;
  };
  return WriteFileAtomically(target, after, 0600, untouched);
}

}  // namespace

void AddConfigEdit(Commands at, Run<ConfigEditOptions> run) {
  at.Command("edit", "Edit the file in your editor, and check it before it counts",
             std::make_shared<ConfigEditOptions>(), std::move(run))
      .Footer(Examples({{"Edit with $VISUAL, $EDITOR or vi", "agm config edit"},
                        {"With another editor", "EDITOR=nano agm config edit"}}));
}

Result<void> RunConfigEdit(const Context& context, const ConfigEditOptions&) {
  const auto file = context.ConfigFile();
  if (!file) return file.error();
  const fs::path target = LinkTarget(*file);
  const auto present = ReadFile(target, kLongestFile);
  if (!present && present.error().code != ErrorCode::kNotFound) return present.error();
  const std::string before = present ? *present : std::string();
  const fs::path copy = target.parent_path() / (target.stem().string() + ".edit.toml");
  const std::string start = present ? before : std::string(config::Template());
  if (auto written = WriteFileAtomically(copy, start, 0600); !written) return written;
  std::error_code ignored;
  if (auto edited = RunEditor(EditorOf(context), copy); !edited) {
    fs::remove(copy, ignored);
    return edited;
  }
  const auto after = ReadFile(copy, kLongestFile);
  if (!after) return after.error();
  if (const auto errors = ErrorsOf(*after, copy, context); !errors.empty()) {
    return Fail(
        ErrorCode::kConfig,
        "{}\nThe configuration is not changed. Your text is kept in {}; correct it and move "
        "it to {}, or edit again",
        config::Text(errors), copy.string(), target.string());
  }
  const bool changed = !present || *after != before;
  if (changed) {
    if (auto replaced = Replace(target, before, *after); !replaced) return replaced;
  }
  fs::remove(copy, ignored);
  if (context.json()) {
    context.io().PrintJson({{"path", file->string()}, {"changed", changed}});
  } else {
    context.io().Say("{} is {}.", file->string(), changed ? "changed" : "as it was");
  }
  return {};
}

}  // namespace agm::cli
