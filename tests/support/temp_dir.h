#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace agm::test {

/// A folder for one test; the destructor removes it with its content.
///
/// Thread safety: one thread at a time.
class TempDir {
 public:
  TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const;

  /// Writes a file in place, like a simple editor.
  std::filesystem::path Write(std::string_view name, std::string_view text) const;
  /// The content of a file; empty if it does not exist.
  std::string Read(std::string_view name) const;

 private:
  std::filesystem::path path_;
};

}  // namespace agm::test
