#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace agm {

/// Reads a whole file of at most `limit` bytes. Fails with kNotFound if it does not exist, else
/// with kIo; messages name the path.
Result<std::string> ReadFile(const std::filesystem::path& path, std::size_t limit = 64U << 20U);

/// Replaces the content of `path`. After a crash either the old or the new file exists, complete:
/// the function writes a temporary file beside it, then calls fsync, rename, and fsync on the
/// folder. It creates missing folders (mode 0700). The file gets `mode`, and keeps its owner where
/// the system allows that. A symbolic link is kept: its target is replaced. `still_wanted`, if set,
/// is called right before the rename; if it returns false, the old file stays and the call fails
/// with kIo.
Result<void> WriteFileAtomically(const std::filesystem::path& path, std::string_view text,
                                 unsigned mode = 0600,
                                 const std::function<bool()>& still_wanted = {});

/// Removes the temporary files that killed writers of `path` left beside it. This would also delete
/// the file of a running writer, so the caller must hold the lock that writers hold.
void RemoveTemporaries(const std::filesystem::path& path);

/// The mode for a file with secrets: 0600, or 0640 if the file has it already, or if it is new in a
/// folder that hands its group on (set-group-ID), as a service's folder in /etc does.
unsigned SharedMode(const std::filesystem::path& path);

/// The file that a chain of symbolic links ends at, whether it exists or not; `path` itself if it
/// is not a link.
std::filesystem::path LinkTarget(const std::filesystem::path& path);

/// An exclusive lock on a lock file, held until the object is destroyed. It prevents two processes
/// from editing the same file at once. Take() waits at most `wait_ms`, then fails with kIo.
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
