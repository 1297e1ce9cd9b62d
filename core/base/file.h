#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace agm {

/// Reads a whole file, at most `limit` bytes. kNotFound if there is none, kIo otherwise; messages
/// name the path.
Result<std::string> ReadFile(const std::filesystem::path& path, std::size_t limit = 64U << 20U);

/// Puts `text` in the place of `path` so that after a crash either the old or the new file is
/// there, whole: a temporary file beside it, fsync, rename, fsync of the folder. Makes missing
/// folders (mode 0700). The file gets `mode`, and keeps its owner where that is allowed. A symbolic
/// link stays one: its target is replaced. `still_wanted`, where given, is asked when all is
/// written, right before the rename: false leaves the old file as it is and fails with kIo.
Result<void> WriteFileAtomically(const std::filesystem::path& path, std::string_view text,
                                 unsigned mode = 0600,
                                 const std::function<bool()>& still_wanted = {});

/// Removes the temporary files that killed writers of `path` left beside it. A writer that is at
/// work would lose its own, so hold the lock that writers hold.
void RemoveTemporaries(const std::filesystem::path& path);

/// The file that a chain of symbolic links ends at, whether it exists or not; `path` itself where
/// there is no link.
std::filesystem::path LinkTarget(const std::filesystem::path& path);

/// An exclusive lock on a lock file, held until the object dies; it keeps two processes that
/// edit the same thing apart. Waits at most `wait_ms`, then fails with kIo.
///
/// Thread safety: one thread at a time.
class FileLock {
 public:
  static Result<FileLock> Take(const std::filesystem::path& path, int wait_ms);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace agm
