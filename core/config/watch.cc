#include "core/config/watch.h"

#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <optional>
#include <system_error>
#include <tuple>
#include <vector>

#include "core/base/os/folder_watch.h"
#include "core/base/os/wake_event.h"

namespace agm::config {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

/// Identifies one version of a file; links are followed.
struct Signature {
  bool exists = false;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  fs::file_time_type modified;
  friend bool operator==(const Signature&, const Signature&) = default;
};

Signature Look(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  std::error_code error;
  return {true, static_cast<std::uint64_t>(status.st_dev), status.st_ino, status.st_size,
          fs::last_write_time(path, error)};
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
  State(fs::path watched, WatchTimes how) : path(std::move(watched)), times(how) {
    Subscribe();
    last = Look(path);
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
      folders.Add(folder);
    }
  }

  // Reads all pending events; returns true if one concerns the watched names.
  bool DrainEvents() {
    bool ours = false;
    folders.Read([&](std::string_view name) {
      if (std::ranges::find(names, name) != names.end()) ours = true;
    });
    return ours;
  }

  enum class Woken { kTimeout, kEvent, kCalled };

  // Waits for a call of Wake() or Stop(), an event, or the end of `wait`.
  Woken Sleep(Duration wait) {
    std::array<pollfd, 2> fds = {{{wake.fd(), POLLIN, 0}, {folders.fd(), POLLIN, 0}}};
    const auto ms = std::clamp<Duration::rep>(wait.count(), 0, 1'000'000);
    ::poll(fds.data(), fds.size(), static_cast<int>(ms));
    if (wake.Take()) return Woken::kCalled;
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

  const fs::path path;
  const WatchTimes times;
  os::FolderWatch folders;
  os::WakeEvent wake;
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

void Watch::Wake() { state_->wake.Signal(); }

void Watch::Stop() {
  state_->stopped = true;
  state_->wake.Signal();
}

}  // namespace agm::config
