#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/base/secret.h"

namespace agm::cli {

/// The file that tells commands the address of the running gateway: `run.json` in the state folder,
/// {"pid": 4711, "url": "http://127.0.0.1:8045", "key": "sk-operator-..."}.
///
///   auto run = RunFile::Write(folder, "http://127.0.0.1:8045", key);  // the destructor removes it
///
/// The file of a process that no longer runs is ignored. The key is valid as long as the process
/// runs: whoever can read the state folder is the gateway's operator, although the configuration
/// stores only digests of client keys.
///
/// Thread safety: one thread at a time.
class RunFile {
 public:
  static Result<RunFile> Write(const std::filesystem::path& state_folder, const std::string& url,
                               const Secret& key = {});
  struct Running {
    std::string url;
    Secret key;
  };
  /// The running gateway, if there is one.
  static std::optional<Running> Find(const std::filesystem::path& state_folder);
  /// The URL of the running gateway, if there is one.
  static std::optional<std::string> FindUrl(const std::filesystem::path& state_folder);

  RunFile(RunFile&& other) noexcept;
  RunFile& operator=(RunFile&& other) noexcept;
  RunFile(const RunFile&) = delete;
  RunFile& operator=(const RunFile&) = delete;
  ~RunFile();

 private:
  explicit RunFile(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace agm::cli
