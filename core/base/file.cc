#include "core/base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "core/base/unique_fd.h"

namespace agm {
namespace {

namespace fs = std::filesystem;

std::string Why() { return std::generic_category().message(errno); }

Error IoError(const fs::path& path, std::string_view doing) {
  return Fail(ErrorCode::kIo, "{}: cannot {}: {}", path.string(), doing, Why());
}

// The temporary file's name without its six random letters. No other program uses this pattern:
// RemoveTemporaries deletes every file that matches it.
std::string TemporaryPrefix(const fs::path& target) {
  return "." + target.filename().string() + ".agm-";
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

Result<void> MakeFolder(const fs::path& folder) {
  if (folder.empty()) return {};
  std::error_code error;
  if (fs::is_directory(folder, error)) return {};
  if (auto made = MakeFolder(folder.parent_path()); !made) return made;
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return IoError(folder, "make folder");
  return {};
}

// Keeps the file's owner, so that the service can still read a file that root has edited.
void KeepOwner(int fd, const fs::path& target) {
  struct stat status {};
  struct stat own {};
  if (::stat(target.c_str(), &status) != 0 || ::fstat(fd, &own) != 0) return;
  if (status.st_uid == own.st_uid && status.st_gid == own.st_gid) return;
  [[maybe_unused]] const int kept = ::fchown(fd, status.st_uid, status.st_gid);
}

Error Discard(const std::string& temporary, Error error) {
  ::unlink(temporary.c_str());
  return error;
}

void SyncFolder(const fs::path& folder) {
  const UniqueFd fd(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0) ::fsync(fd.get());
}

}  // namespace

Result<std::string> ReadFile(const fs::path& path, std::size_t limit) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) {
    if (errno == ENOENT) return Fail(ErrorCode::kNotFound, "{}: no such file", path.string());
    return IoError(path, "open");
  }
  std::string text;
  struct stat status {};
  if (::fstat(fd.get(), &status) == 0 && status.st_size > 0) {
    text.reserve(std::min(static_cast<std::size_t>(status.st_size), limit) + 1);
  }
  char buffer[65536];
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return IoError(path, "read");
    if (n == 0) return text;
    text.append(buffer, static_cast<std::size_t>(n));
    if (text.size() > limit) {
      return Fail(ErrorCode::kTooLarge, "{}: larger than {} bytes", path.string(), limit);
    }
  }
}

Result<void> WriteFileAtomically(const fs::path& path, std::string_view text, unsigned mode,
                                 const std::function<bool()>& still_wanted) {
  const fs::path target = LinkTarget(path);
  const fs::path folder = target.parent_path();
  if (auto made = MakeFolder(folder); !made) return made;
  std::string temporary = (folder / (TemporaryPrefix(target) + "XXXXXX")).string();
  const UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (fd.get() < 0) return IoError(target, "write beside");
  KeepOwner(fd.get(), target);
  if (::fchmod(fd.get(), mode) != 0 || !WriteAll(fd.get(), text) || ::fsync(fd.get()) != 0) {
    return Discard(temporary, IoError(target, "write"));
  }
  if (still_wanted && !still_wanted()) {
    return Discard(temporary, Fail(ErrorCode::kIo, "{}: changed meanwhile", target.string()));
  }
  if (::rename(temporary.c_str(), target.c_str()) != 0) {
    return Discard(temporary, IoError(target, "replace"));
  }
  SyncFolder(folder);
  return {};
}

void RemoveTemporaries(const fs::path& path) {
  const fs::path target = LinkTarget(path);
  const std::string prefix = TemporaryPrefix(target);
  const fs::path folder = target.parent_path();
  std::error_code error;
  for (fs::directory_iterator at(folder.empty() ? "." : folder, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with(prefix) && name.size() == prefix.size() + 6) {
      ::unlink(at->path().c_str());
    }
  }
}

unsigned SharedMode(const fs::path& path) {
  constexpr unsigned kPrivate = 0600;
  constexpr unsigned kShared = 0640;
  struct stat status {};
  const fs::path target = LinkTarget(path);
  if (::stat(target.c_str(), &status) == 0) return (status.st_mode & kShared) | kPrivate;
  const bool has_folder = ::stat(target.parent_path().c_str(), &status) == 0;
  return has_folder && (status.st_mode & S_ISGID) != 0 ? kShared : kPrivate;
}

fs::path LinkTarget(const fs::path& path) {
  std::error_code error;
  fs::path at = path;
  for (int hops = 0; hops < 40 && fs::is_symlink(fs::symlink_status(at, error)); ++hops) {
    const fs::path next = fs::read_symlink(at, error);
    at = next.is_absolute() ? next : at.parent_path() / next;
  }
  return at;
}

Result<FileLock> FileLock::Take(const fs::path& path, int wait_ms) {
  if (auto made = MakeFolder(path.parent_path()); !made) return std::move(made).error();
  FileLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.fd_ < 0) return IoError(path, "open");
  using Steady = std::chrono::steady_clock;
  const auto deadline = Steady::now() + std::chrono::milliseconds(wait_ms);
  while (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return IoError(path, "lock");
    if (Steady::now() >= deadline) {
      return Fail(ErrorCode::kIo, "{}: another agm holds the lock; try again when it is done",
                  path.string());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace agm
