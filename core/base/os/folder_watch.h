#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "core/base/unique_fd.h"

namespace agm::os {

/// Reports changes of the files in some folders. Linux: inotify; elsewhere nothing is ever
/// reported, and the caller polls.
///
/// Thread safety: one thread at a time.
class FolderWatch {
 public:
  FolderWatch();

  /// Becomes readable when something changed; -1 if the system reports nothing.
  int fd() const { return fd_.get(); }
  /// Watches a folder; a second time has no effect.
  void Add(const std::filesystem::path& folder);
  /// Reads all that was reported, without waiting; `written` gets the name of each file that was
  /// written or put into place.
  void Read(const std::function<void(std::string_view name)>& written);

 private:
  UniqueFd fd_;
};

}  // namespace agm::os
