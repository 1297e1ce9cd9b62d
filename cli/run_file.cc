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

struct Left {
  pid_t pid = 0;
  RunFile::Running running;
};

std::optional<Left> Load(const fs::path& path) {
  auto text = ReadFile(path, 4096);
  if (!text) return std::nullopt;
  auto json = ParseJson(*text);
  if (!json || !json->is_object()) return std::nullopt;
  const auto pid = json->find("pid");
  const auto url = json->find("url");
  if (pid == json->end() || !pid->is_number_integer()) return std::nullopt;
  if (url == json->end() || !url->is_string()) return std::nullopt;
  const auto key = json->find("key");
  const bool keyed = key != json->end() && key->is_string();
  return Left{pid->get<pid_t>(),
              {url->get<std::string>(), Secret(keyed ? key->get<std::string>() : "")}};
}

bool Lives(pid_t pid) { return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM); }

}  // namespace

Result<RunFile> RunFile::Write(const fs::path& state_folder, const std::string& url,
                               const Secret& key) {
  const fs::path path = state_folder / kName;
  Json json = {{"pid", getpid()}, {"url", url}};
  if (!key.empty()) json["key"] = key.Reveal();
  if (auto written = WriteFileAtomically(path, DumpJson(json) + "\n"); !written) {
    return std::move(written).error();
  }
  return RunFile(path);
}

std::optional<RunFile::Running> RunFile::Find(const fs::path& state_folder) {
  auto left = Load(state_folder / kName);
  if (!left || !Lives(left->pid)) return std::nullopt;
  return std::move(left->running);
}

std::optional<std::string> RunFile::FindUrl(const fs::path& state_folder) {
  auto running = Find(state_folder);
  return running ? std::optional(std::move(running->url)) : std::nullopt;
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
