#include "cli/run_file.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/base/file.h"
#include "core/base/json.h"

namespace agm::cli {
namespace fs = std::filesystem;
namespace {

constexpr const char* kName = "run.json";

struct Running {
  pid_t pid = 0;
  std::string url;
};

std::optional<Running> Load(const fs::path& path) {
  auto text = ReadFile(path, 4096);
  if (!text) return std::nullopt;
  auto json = ParseJson(*text);
  if (!json || !json->is_object()) return std::nullopt;
  const auto pid = json->find("pid");
  const auto url = json->find("url");
  if (pid == json->end() || !pid->is_number_integer()) return std::nullopt;
  if (url == json->end() || !url->is_string()) return std::nullopt;
  return Running{pid->get<pid_t>(), url->get<std::string>()};
}

bool Lives(pid_t pid) { return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM); }

}  // namespace

Result<RunFile> RunFile::Write(const fs::path& state_folder, const std::string& url) {
  const fs::path path = state_folder / kName;
  const Json json = {{"pid", getpid()}, {"url", url}};
  if (auto written = WriteFileAtomically(path, DumpJson(json) + "\n"); !written) {
    return std::move(written).error();
  }
  return RunFile(path);
}

std::optional<std::string> RunFile::FindUrl(const fs::path& state_folder) {
  auto running = Load(state_folder / kName);
  if (!running || !Lives(running->pid)) return std::nullopt;
  return running->url;
}

RunFile::RunFile(RunFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}

RunFile& RunFile::operator=(RunFile&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

RunFile::~RunFile() {
  if (path_.empty()) return;
  // A second gateway may have written its own file since.
  auto running = Load(path_);
  std::error_code ignored;
  if (running && running->pid == getpid()) fs::remove(path_, ignored);
}

}  // namespace agm::cli
