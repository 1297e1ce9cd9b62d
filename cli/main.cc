#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "cli/app.h"

namespace {

// A key on the command line is visible in every process list, so it is overwritten there right
// after it was copied.
void BlotOut(int argc, char** argv) {
  constexpr std::string_view kOption = "--api-key";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == kOption && i + 1 < argc) {
      std::memset(argv[i + 1], '*', std::strlen(argv[i + 1]));
    } else if (argument.starts_with("--api-key=")) {
      std::memset(argv[i] + kOption.size() + 1, '*', argument.size() - kOption.size() - 1);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  BlotOut(argc, argv);
  return agm::cli::Main(std::move(arguments));
}
