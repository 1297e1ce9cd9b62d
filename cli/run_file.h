#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/result.h"

namespace agm::cli {

/// What a running gateway leaves in the state folder, so that commands find it on whatever port it
/// listens: `run.json`, {"pid": 4711, "url": "http://127.0.0.1:8045"}.
///
///   auto run = RunFile::Write(state_folder, "http://127.0.0.1:8045");  // when it listens
///   ...                                                                // dropped: the file is
///   gone
///
/// The file of a process that no longer lives is not believed.
///
/// Thread safety: one thread at a time.
class RunFile {
 public:
  static Result<RunFile> Write(const std::filesystem::path& state_folder, const std::string& url);
  /// The url of the gateway that runs now, if there is one.
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
