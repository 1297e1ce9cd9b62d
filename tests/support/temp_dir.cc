#include "tests/support/temp_dir.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

namespace agm::test {

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "agm-test-XXXXXX").string();
  if (::mkdtemp(name.data()) != nullptr) path_ = name;
}

TempDir::~TempDir() {
  std::error_code error;
  if (!path_.empty()) std::filesystem::remove_all(path_, error);
}

std::filesystem::path TempDir::operator/(std::string_view name) const { return path_ / name; }

std::filesystem::path TempDir::Write(std::string_view name, std::string_view text) const {
  const std::filesystem::path file = path_ / name;
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

std::string TempDir::Read(std::string_view name) const {
  std::ifstream file(path_ / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace agm::test
