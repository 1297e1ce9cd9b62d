#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "cli/oauth_login.h"
#include "tests/cli/command_fixture.h"
#include "tests/support/eventually.h"

namespace agm::cli {
namespace {

/// A program xdg-open that writes what it was started with to a file with the page's name.
class BrowserTest : public testing::Test {
 protected:
  BrowserTest() : path_(std::getenv("PATH")) {
    const std::filesystem::path program = t_.folder.Write(
        "bin/xdg-open",
        "#!/bin/sh\n"
        "exec 3> \"${0%/*}/new-$1\"\n"
        "for fd in 0 1 2; do name=$(readlink /proc/$$/fd/$fd); echo $name >&3; done\n"
        "cat <&0 && echo reads >&3\n"
        "echo text && echo writes >&3\n"
        "mv \"${0%/*}/new-$1\" \"${0%/*}/$1\"\n");
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    ::setenv("PATH", ((t_.folder / "bin").string() + ":" + path_).c_str(), 1);
  }
  ~BrowserTest() override { ::setenv("PATH", path_.c_str(), 1); }

  void Open(const std::string& page, const std::string& variable, bool terminal) {
    CommandTest t;
    t.io.err_is_terminal = terminal;
    if (!variable.empty()) t.env[variable] = ":0";
    OpenBrowser(t.context(), page);
  }
  bool Opened(const std::string& page) const {
    return test::Eventually([&] { return std::filesystem::exists(t_.folder / ("bin/" + page)); });
  }

  CommandTest t_;
  const std::string path_;
};

TEST_F(BrowserTest, OpensThePageOnADesktopOnly) {
  Open("without-terminal", "DISPLAY", false);
  Open("without-desktop", "", true);
  Open("with-x11", "DISPLAY", true);
  Open("with-wayland", "WAYLAND_DISPLAY", true);
  EXPECT_TRUE(Opened("with-x11"));
  EXPECT_TRUE(Opened("with-wayland"));
  for (const char* page : {"without-terminal", "without-desktop"}) {
    EXPECT_FALSE(std::filesystem::exists(t_.folder / (std::string("bin/") + page))) << page;
    EXPECT_FALSE(std::filesystem::exists(t_.folder / (std::string("bin/new-") + page))) << page;
  }
}

TEST_F(BrowserTest, KeepsTheBrowserAwayFromTheTerminal) {
  const int terminal = ::open((t_.folder / "terminal").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  std::array<int, 3> kept{};
  for (const int fd : {0, 1, 2}) {
    kept[static_cast<std::size_t>(fd)] = ::dup(fd);
    ::dup2(terminal, fd);
  }
  Open("page", "DISPLAY", true);
  for (const int fd : {0, 1, 2}) {
    ::dup2(kept[static_cast<std::size_t>(fd)], fd);
    ::close(kept[static_cast<std::size_t>(fd)]);
  }
  ::close(terminal);
  ASSERT_TRUE(Opened("page"));
  EXPECT_EQ(t_.folder.Read("bin/page"), "/dev/null\n/dev/null\n/dev/null\nreads\nwrites\n");
}

}  // namespace
}  // namespace agm::cli
