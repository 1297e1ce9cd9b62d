#include "core/base/os/folder_watch.h"

namespace agm::os {

FolderWatch::FolderWatch() = default;
void FolderWatch::Add(const std::filesystem::path&) {}
void FolderWatch::Read(const std::function<void(std::string_view)>&) {}

}  // namespace agm::os
