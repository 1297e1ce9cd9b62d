#include "tests/support/golden.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/support/source_dir.h"

namespace agm::test {
namespace {

bool Updating() {
  const char* update = std::getenv("AGM_UPDATE_GOLDEN");
  return update != nullptr && std::string_view(update) == "1";
}

std::string_view WithoutLastNewline(std::string_view text) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  return text;
}

}  // namespace

std::vector<std::filesystem::path> GoldenCases(std::string_view dialect) {
  std::vector<std::filesystem::path> cases;
  const auto folder = SourceDir() / "tests" / "golden" / dialect;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_directory()) cases.push_back(entry.path());
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

std::string ReadText(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

void ExpectGolden(const std::filesystem::path& path, std::string_view actual) {
  actual = WithoutLastNewline(actual);
  if (Updating()) {
    if (actual.empty()) {
      std::filesystem::remove(path);
    } else {
      std::ofstream(path, std::ios::binary) << actual << '\n';
    }
    return;
  }
  const std::string expected = ReadText(path);
  EXPECT_EQ(WithoutLastNewline(expected), actual)
      << path << "\nAGM_UPDATE_GOLDEN=1 rewrites the file; review the change like code";
}

std::string PrettyJson(std::string_view json) {
  std::string out;
  int depth = 0;
  const auto line = [&] { out.append("\n").append(static_cast<std::size_t>(depth) * 2, ' '); };
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (c == '"') {
      const std::size_t begin = at;
      for (++at; at < json.size() && json[at] != '"'; ++at) at += json[at] == '\\' ? 1U : 0U;
      out += json.substr(begin, at + 1 - begin);
    } else if (c == '{' || c == '[') {
      out += c;
      const std::size_t next = json.find_first_not_of(" \n\r\t", at + 1);
      if (next != std::string_view::npos && json[next] == (c == '{' ? '}' : ']')) {
        out += json[at = next];
        continue;
      }
      ++depth;
      line();
    } else if (c == '}' || c == ']') {
      --depth;
      line();
      out += c;
    } else if (c == ',') {
      out += c;
      line();
    } else if (c == ':') {
      out += ": ";
    } else if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
      out += c;
    }
  }
  return out;
}

}  // namespace agm::test
