#include "core/config/watch.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <optional>
#include <system_error>
#include <tuple>
#include <vector>

namespace agm::config {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

// IN_MODIFY is left out: a growing log file in the same folder would wake the thread for each line.
// A program that writes the file and never closes it is noticed by polling.
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE |
                                  IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;

/// Identifies one version of a file; links are followed.
struct Signature {
  bool exists = false;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_s = 0;
  std::int64_t modified_ns = 0;
  friend bool operator==(const Signature&, const Signature&) = default;
};

Signature Look(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {true,           status.st_dev,         status.st_ino,
          status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

// The paths under which the file can change: its own, and the target of each link.
std::vector<fs::path> Chain(const fs::path& path) {
  std::vector<fs::path> chain = {path};
  std::error_code error;
  for (int hops = 0; hops < 40 && fs::is_symlink(fs::symlink_status(chain.back(), error)); ++hops) {
    const fs::path next = fs::read_symlink(chain.back(), error);
    chain.push_back(next.is_absolute() ? next : chain.back().parent_path() / next);
  }
  return chain;
}

}  // namespace

struct Watch::State {
  State(fs::path watched, WatchTimes how)
      : path(std::move(watched)),
        times(how),
        inotify(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
        wake(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    Subscribe();
    last = Look(path);
  }
  ~State() {
    if (inotify >= 0) ::close(inotify);
    if (wake >= 0) ::close(wake);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Subscribes to the folders of the file and of each link's target. Adding a folder twice has no
  // effect, so this runs again after each event, because links and folders may have changed.
  void Subscribe() {
    names.clear();
    for (const fs::path& link : Chain(path)) {
      names.push_back(link.filename().string());
      const fs::path folder = link.has_parent_path() ? link.parent_path() : fs::path(".");
      if (inotify >= 0) ::inotify_add_watch(inotify, folder.c_str(), kEvents);
    }
  }

  // Reads all pending events; returns true if one concerns the watched names.
  bool DrainEvents() {
    alignas(inotify_event) std::array<char, 16'384> buffer{};
    bool ours = false;
    for (;;) {
      const ssize_t n = ::read(inotify, buffer.data(), buffer.size());
      if (n <= 0) break;
      for (std::size_t at = 0; at < static_cast<std::size_t>(n);) {
        inotify_event event{};
        std::memcpy(&event, buffer.data() + at, sizeof event);
        const std::string_view name(event.len > 0 ? buffer.data() + at + sizeof event : "");
        const bool written = (event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0;
        if (written && std::ranges::find(names, name) != names.end()) ours = true;
        at += sizeof event + event.len;
      }
    }
    return ours;
  }

  enum class Woken { kTimeout, kEvent, kCalled };

  // Waits for a call of Wake() or Stop(), an event, or the end of `wait`.
  Woken Sleep(Duration wait) {
    std::array<pollfd, 2> fds = {{{wake, POLLIN, 0}, {inotify, POLLIN, 0}}};
    const auto ms = std::clamp<Duration::rep>(wait.count(), 0, 1'000'000);
    ::poll(fds.data(), fds.size(), static_cast<int>(ms));
    std::uint64_t calls = 0;
    if (::read(wake, &calls, sizeof calls) > 0) return Woken::kCalled;
    return (fds[1].revents & POLLIN) != 0 ? Woken::kEvent : Woken::kTimeout;
  }

  // Returns true if the file differs from its state at the previous call.
  bool Differs() {
    const bool event = DrainEvents();
    const Signature now = Look(path);
    if (!event && now == last) return false;
    Subscribe();
    last = now;
    return true;
  }

  void Call() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t n = ::write(wake, &one, sizeof one);
  }

  const fs::path path;
  const WatchTimes times;
  const int inotify;
  const int wake;
  std::atomic<bool> stopped{false};
  std::vector<std::string> names;
  Signature last;
};

Watch::Watch(fs::path path, WatchTimes times)
    : state_(std::make_unique<State>(std::move(path), times)) {}

Watch::~Watch() = default;

bool Watch::WaitForChange() {
  while (!state_->stopped) {
    if (ChangedWithin(std::chrono::hours(1))) return true;
  }
  return false;
}

bool Watch::ChangedWithin(Duration wait) {
  const auto deadline = Steady::now() + wait;
  std::optional<Steady::time_point> quiet_at;  // when the latest change counts as settled
  std::optional<Steady::time_point> latest;    // the limit for a file that changes continuously
  while (!state_->stopped) {
    if (state_->Differs()) {
      quiet_at = Steady::now() + state_->times.settle;
      latest = latest.value_or(Steady::now() + 10 * state_->times.settle);
      quiet_at = std::min(*quiet_at, *latest);
    }
    const auto now = Steady::now();
    if (quiet_at && now >= *quiet_at) return true;
    if (!quiet_at && now >= deadline) return false;
    const auto until = quiet_at.value_or(std::min(deadline, now + state_->times.poll));
    const auto left = std::chrono::ceil<Duration>(until - now);
    if (state_->Sleep(left) == State::Woken::kCalled) return !state_->stopped;
  }
  return false;
}

void Watch::Wake() { state_->Call(); }

void Watch::Stop() {
  state_->stopped = true;
  state_->Call();
}

}  // namespace agm::config
