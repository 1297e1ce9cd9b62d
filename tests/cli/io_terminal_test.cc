#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "tests/cli/command_fixture.h"
#include "tests/support/eventually.h"

namespace agm::cli {
namespace {

using test::Eventually;

/// Puts another file in the place of descriptors, which the destructor restores.
class Replaced {
 public:
  Replaced(int by, std::initializer_list<int> descriptors) {
    for (const int fd : descriptors) {
      kept_.emplace_back(fd, ::dup(fd));
      ::dup2(by, fd);
    }
  }
  ~Replaced() {
    for (const auto& [fd, kept] : kept_) {
      ::dup2(kept, fd);
      ::close(kept);
    }
  }
  Replaced(const Replaced&) = delete;
  Replaced& operator=(const Replaced&) = delete;

 private:
  std::vector<std::pair<int, int>> kept_;
};

/// A terminal: what a program reads and writes at `program`, a test writes and reads at `user`.
struct Terminal {
  Terminal() : user(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    EXPECT_EQ(::grantpt(user), 0);
    EXPECT_EQ(::unlockpt(user), 0);
    std::array<char, 64> name{};
    EXPECT_EQ(::ptsname_r(user, name.data(), name.size()), 0);
    program = ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    EXPECT_GE(program, 0);
  }
  ~Terminal() {
    ::close(program);
    ::close(user);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void SetWidth(unsigned short columns) const {
    winsize size{};
    size.ws_col = columns;
    EXPECT_EQ(::ioctl(program, TIOCSWINSZ, &size), 0);
  }
  bool Echoes() const {
    termios now{};
    return ::tcgetattr(program, &now) == 0 && (now.c_lflag & static_cast<tcflag_t>(ECHO)) != 0;
  }
  void Type(std::string_view text) const {
    EXPECT_EQ(::write(user, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  /// What is on the screen, once it has `bytes`: the kernel passes on what the program wrote later
  /// than the program wrote it.
  std::string Screen(std::size_t bytes) const {
    ::fcntl(user, F_SETFL, O_NONBLOCK);
    std::string screen;
    Eventually([&] {
      std::array<char, 4096> buffer{};
      const ssize_t got = ::read(user, buffer.data(), buffer.size());
      if (got > 0) screen.append(buffer.data(), static_cast<std::size_t>(got));
      return screen.size() >= bytes;
    });
    return screen;
  }

  int user;
  int program = -1;
};

Io SystemWith(int fd, std::initializer_list<int> descriptors,
              const config::Environment& environment = {}) {
  const Replaced replaced(fd, descriptors);
  return Io::System(environment);
}

TEST(IoTerminal, IsRecognizedOnEachDescriptor) {
  const Terminal terminal;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Replaced none(ends[1], {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO});
  for (const int each : {-1, STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    const Io io = each < 0 ? Io::System({}) : SystemWith(terminal.program, {each});
    EXPECT_EQ(io.in_is_terminal, each == STDIN_FILENO);
    EXPECT_EQ(io.out_is_terminal, each == STDOUT_FILENO);
    EXPECT_EQ(io.err_is_terminal, each == STDERR_FILENO);
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(IoTerminal, TellsItsWidth) {
  const Terminal terminal;
  terminal.SetWidth(101);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Replaced none(ends[1], {STDOUT_FILENO, STDERR_FILENO});
  const config::Environment wide = {{"COLUMNS", "132"}};
  EXPECT_EQ(Io::System(wide).width, 80) << "there is no terminal";
  EXPECT_EQ(SystemWith(terminal.program, {STDOUT_FILENO}, wide).width, 101);
  EXPECT_EQ(SystemWith(terminal.program, {STDERR_FILENO}, wide).width, 101);
  EXPECT_EQ(SystemWith(terminal.program, {STDOUT_FILENO, STDERR_FILENO}, wide).width, 101);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(IoTerminal, WithoutAWidthHasThatOfTheEnvironment) {
  const Terminal terminal;
  terminal.SetWidth(0);
  const auto width = [&](const config::Environment& environment) {
    return SystemWith(terminal.program, {STDOUT_FILENO}, environment).width;
  };
  EXPECT_EQ(width({{"COLUMNS", "132"}}), 132);
  EXPECT_EQ(width({{"COLUMNS", "0"}}), 80);
  EXPECT_EQ(width({{"COLUMNS", "-5"}}), 80);
  EXPECT_EQ(width({{"COLUMNS", "many"}}), 80);
  EXPECT_EQ(width({}), 80);
}

TEST(IoTerminal, ShowsNoSecretThatIsTyped) {
  const Terminal terminal;
  std::optional<Result<Secret>> secret;
  bool silent = false;
  {
    const Replaced replaced(terminal.program, {STDIN_FILENO, STDERR_FILENO});
    Io io = Io::System({});
    std::thread asking([&] { secret = io.AskSecret("Key: "); });
    silent = Eventually([&] { return !terminal.Echoes(); });
    terminal.Type("s3cret\n");
    asking.join();
  }
  EXPECT_TRUE(silent);
  EXPECT_TRUE(terminal.Echoes()) << "the terminal was not restored";
  ASSERT_TRUE(secret && *secret);
  EXPECT_EQ((*secret)->Reveal(), "s3cret");
  constexpr std::string_view kShown = "Key: \r\n";
  EXPECT_EQ(terminal.Screen(kShown.size()), kShown);
}

std::atomic<int> signals_caught{0};

/// Does something for a signal while it lives, and restarts system calls if wanted.
class Handler {
 public:
  Handler(int signal, int flags) : signal_(signal) {
    struct sigaction action {};
    action.sa_handler = Count;
    action.sa_flags = flags;
    ::sigaction(signal, &action, &before_);
  }
  ~Handler() { ::sigaction(signal_, &before_, nullptr); }
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  bool InPlace() const {
    struct sigaction now {};
    return ::sigaction(signal_, nullptr, &now) == 0 && now.sa_handler == Count;
  }

 private:
  static void Count(int) { ++signals_caught; }

  int signal_;
  struct sigaction before_ {};
};

/// Runs a question at a terminal and sends its thread a signal until it gives up.
Error Interrupted(const Terminal& terminal, int signal, const std::function<Error(Io&)>& ask) {
  const Replaced replaced(terminal.program, {STDIN_FILENO, STDERR_FILENO});
  Io io = Io::System({});
  Error error;
  std::atomic<bool> done{false};
  std::thread asking([&] {
    error = ask(io);
    done = true;
  });
  const bool ended = Eventually([&] {
    if (!done) ::pthread_kill(asking.native_handle(), signal);
    return done.load();
  });
  if (!ended) terminal.Type("\n\n");
  asking.join();
  return error;
}

TEST(IoTerminal, ASignalEndsAQuestion) {
  const Terminal terminal;
  for (const int signal : {SIGINT, SIGTERM}) {
    const Handler handler(signal, SA_RESTART);
    const Error secret = Interrupted(terminal, signal, [](Io& io) {
      const auto answer = io.AskSecret("Key: ");
      return answer ? Error() : answer.error();
    });
    EXPECT_EQ(secret.code, ErrorCode::kCancelled);
    EXPECT_EQ(secret.reason, kInterrupted);
    EXPECT_TRUE(terminal.Echoes());
    EXPECT_TRUE(handler.InPlace());
    const Error confirmed = Interrupted(terminal, signal, [](Io& io) {
      const auto answer = io.Confirm("Really? ");
      return answer ? Error() : answer.error();
    });
    EXPECT_EQ(confirmed.reason, kInterrupted);
    EXPECT_TRUE(handler.InPlace());
  }
}

TEST(IoInput, IsReadOnAfterASignal) {
  const Handler handler(SIGUSR1, 0);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::optional<Result<std::string>> text;
  {
    const Replaced replaced(ends[0], {STDIN_FILENO});
    std::thread reading([&] { text = Io::System({}).ReadAll(); });
    for (int i = 0; i < 20; ++i) {
      const int before = signals_caught;
      ::pthread_kill(reading.native_handle(), SIGUSR1);
      EXPECT_TRUE(Eventually([&] { return signals_caught > before; }));
    }
    EXPECT_EQ(::write(ends[1], "text", 4), 4);
    ::close(ends[1]);
    reading.join();
  }
  ::close(ends[0]);
  ASSERT_TRUE(text && *text);
  EXPECT_EQ(**text, "text");
}

TEST(IoInput, EndsWhereAnEarlierCallWasInterrupted) {
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const Replaced replaced(nothing, {STDIN_FILENO});
  Io io = Io::System({});
  errno = EINTR;
  EXPECT_EQ(io.ReadAll().value(), "");
  ::close(nothing);
}

TEST(IoInput, ThatCannotBeReadIsAnError) {
  const int folder = ::open("/", O_RDONLY | O_CLOEXEC);
  const Replaced replaced(folder, {STDIN_FILENO});
  Io io = Io::System({});
  EXPECT_EQ(io.ReadAll().error().message, "standard input: Is a directory");
  EXPECT_EQ(io.Confirm("").error().message, "standard input: Is a directory");
  ::close(folder);
}

/// The text that a program has written to a pipe in the place of a descriptor.
std::string Written(int fd, const std::function<void(Io&)>& write) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  {
    const Replaced replaced(ends[1], {fd});
    Io io = Io::System({});
    write(io);
  }
  ::close(ends[1]);
  std::array<char, 4096> buffer{};
  const ssize_t got = ::read(ends[0], buffer.data(), buffer.size());
  ::close(ends[0]);
  return got < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(got));
}

TEST(IoOutput, GoesToItsDescriptor) {
  EXPECT_EQ(Written(STDOUT_FILENO,
                    [](Io& io) {
                      io.Print("one\n");
                      io.Print("two\n");
                    }),
            "one\ntwo\n");
  EXPECT_EQ(Written(STDERR_FILENO, [](Io& io) { io.Say("said"); }), "said\n");
}

TEST(IoOutput, KeepsTheFailureOfStdoutOnly) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  Io out = Io::Buffers();
  Io err = Io::Buffers();
  {
    const Replaced replaced(full, {STDOUT_FILENO, STDERR_FILENO});
    out = Io::System({});
    out.Out("text");
    err = Io::System({});
    err.Err("text");
  }
  ::close(full);
  EXPECT_EQ(out.failure(), "No space left on device");
  EXPECT_TRUE(out.failed());
  EXPECT_TRUE(out.closed());
  EXPECT_FALSE(err.failed());
  EXPECT_FALSE(err.closed());
}

TEST(IoOutput, AFullDiskFailsTheProgram) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  int code = 0;
  const std::string said = Written(STDERR_FILENO, [&](Io& io) {
    const Replaced replaced(full, {STDOUT_FILENO});
    CommandTest t;
    Context context(io, t.clock, t.env, {});
    App app;
    AddCommands(app.root());
    code = app.Run({"version"}, context);
  });
  ::close(full);
  EXPECT_EQ(code, 1);
  EXPECT_TRUE(Has(said, "standard output: No space left on device")) << said;
}

}  // namespace
}  // namespace agm::cli
