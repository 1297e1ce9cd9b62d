#include <sys/inotify.h>

#include <array>
#include <cstdint>
#include <cstring>

#include "core/base/os/folder_watch.h"

namespace agm::os {
namespace {

// IN_MODIFY is left out: a growing log file in the same folder would wake the thread for each line.
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE |
                                  IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;

}  // namespace

FolderWatch::FolderWatch() : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

void FolderWatch::Add(const std::filesystem::path& folder) {
  if (fd() >= 0) ::inotify_add_watch(fd(), folder.c_str(), kEvents);
}

void FolderWatch::Read(const std::function<void(std::string_view)>& written) {
  alignas(inotify_event) std::array<char, 16'384> buffer{};
  for (;;) {
    const ssize_t n = ::read(fd(), buffer.data(), buffer.size());
    if (n <= 0) return;
    for (std::size_t at = 0; at < static_cast<std::size_t>(n);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const bool put = (event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0;
      if (put && event.len > 0) written(buffer.data() + at + sizeof event);
      at += sizeof event + event.len;
    }
  }
}

}  // namespace agm::os
