#include "cli/io.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <system_error>

#include "cli/table.h"

namespace agm::cli {
namespace {

std::string_view Code(Colour colour) {
  switch (colour) {
    case Colour::kRed:
      return "\033[31m";
    case Colour::kGreen:
      return "\033[32m";
    case Colour::kYellow:
      return "\033[33m";
    case Colour::kDim:
      return "\033[2m";
    case Colour::kBold:
      return "\033[1m";
  }
  return "";
}

std::string Painted(std::string_view text, Colour colour) {
  return fmt::format("{}{}\033[0m", Code(colour), text);
}

int TerminalWidth(int fd, const config::Environment& environment) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const std::string_view columns = config::Get(environment, "COLUMNS");
  int value = 0;
  std::from_chars(columns.data(), columns.data() + columns.size(), value);
  return value > 0 ? value : 80;
}

std::string Why() { return std::generic_category().message(errno); }

/// Turns a terminal's echo off during its lifetime.
class NoEcho {
 public:
  explicit NoEcho(int fd) : fd_(fd), good_(tcgetattr(fd, &before_) == 0) {
    if (!good_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= static_cast<tcflag_t>(ICANON | ISIG);
    good_ = tcsetattr(fd, TCSAFLUSH, &silent) == 0;
  }
  ~NoEcho() {
    if (good_) tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  bool good() const { return good_; }

 private:
  int fd_;
  termios before_{};
  bool good_;
};

/// Lets SIGINT and SIGTERM interrupt a read instead of ending the program, so that the caller can
/// restore the terminal.
class Interruptible {
 public:
  Interruptible() {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigaction(SIGINT, &action, &before_int_);
    sigaction(SIGTERM, &action, &before_term_);
  }
  ~Interruptible() {
    sigaction(SIGINT, &before_int_, nullptr);
    sigaction(SIGTERM, &before_term_, nullptr);
  }
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

 private:
  struct sigaction before_int_ {};
  struct sigaction before_term_ {};
};

Error Interrupted() {
  Error error = Fail(ErrorCode::kCancelled, "interrupted");
  error.reason = kInterrupted;
  return error;
}

/// Reads one line from a terminal.
Result<std::string> ReadLine(int fd) {
  std::string text;
  char next = 0;
  while (true) {
    const ssize_t got = read(fd, &next, 1);
    if (got < 0 && errno == EINTR) return Interrupted();
    if (got < 0) return Fail(ErrorCode::kIo, "standard input: {}", Why());
    if (got == 0 || next == '\n') return text;
    text += next;
  }
}

/// Reads until the end of the file; kTooLarge above `limit` bytes.
Result<std::string> ReadDescriptor(int fd, std::size_t limit) {
  std::string text;
  char buffer[4096];
  while (text.size() <= limit) {
    ssize_t got = read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail(ErrorCode::kIo, "standard input: {}", Why());
    if (got == 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return Fail(ErrorCode::kTooLarge, "standard input: more than {} bytes", limit);
}

}  // namespace

Io Io::System(const config::Environment& environment) {
  Io io;
  io.in_is_terminal = isatty(STDIN_FILENO) == 1;
  io.out_is_terminal = isatty(STDOUT_FILENO) == 1;
  io.err_is_terminal = isatty(STDERR_FILENO) == 1;
  const std::string_view term = config::Get(environment, "TERM");
  io.colour = config::Get(environment, "NO_COLOR").empty() && !term.empty() && term != "dumb";
  if (io.out_is_terminal || io.err_is_terminal) {
    io.width = TerminalWidth(io.out_is_terminal ? STDOUT_FILENO : STDERR_FILENO, environment);
  }
  return io;
}

Io Io::Buffers(std::string in) {
  Io io;
  io.buffered_ = true;
  io.in_ = std::move(in);
  return io;
}

void Io::Write(int fd, std::string_view text) {
  if (buffered_) {
    (fd == STDOUT_FILENO ? out : err).append(text);
    return;
  }
  bool& closed = fd == STDOUT_FILENO ? out_closed_ : err_closed_;
  while (!text.empty() && !closed) {
    ssize_t sent = write(fd, text.data(), text.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) {
      if (fd == STDOUT_FILENO && errno != EPIPE) out_failure_ = Why();
      closed = true;
    } else {
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
}

void Io::Out(std::string_view text) {
  Progress("");
  Write(STDOUT_FILENO, text);
}

void Io::Err(std::string_view text) {
  Progress("");
  Write(STDERR_FILENO, text);
}

void Io::PrintJson(const Json& document) {
  wrote_json_ = true;
  Out(DumpJson(document, 2) + "\n");
}

void Io::Progress(std::string_view text) {
  if (!err_is_terminal || quiet) return;
  if (text.empty() && !progress_shown_) return;
  std::string line = "\r\033[K";
  line += Shorten(text, static_cast<std::size_t>(std::max(width - 1, 10)));
  Write(STDERR_FILENO, line);
  progress_shown_ = !text.empty();
}

std::string Io::Paint(std::string_view text, Colour colour_of) const {
  return colour && out_is_terminal ? Painted(text, colour_of) : std::string(text);
}

std::string Io::PaintErr(std::string_view text, Colour colour_of) const {
  return colour && err_is_terminal ? Painted(text, colour_of) : std::string(text);
}

Result<std::string> Io::ReadAll(std::size_t limit) {
  if (!buffered_) return ReadDescriptor(STDIN_FILENO, limit);
  if (in_.size() > limit) {
    return Fail(ErrorCode::kTooLarge, "standard input: more than {} bytes", limit);
  }
  return std::exchange(in_, {});
}

Result<Secret> Io::AskSecret(std::string_view prompt) {
  Err(prompt);
  if (buffered_) {
    std::size_t end = std::min(in_.find('\n'), in_.size());
    Secret answer(in_.substr(0, end));
    in_.erase(0, end + 1);
    Err("\n");
    return answer;
  }
  NoEcho silence(STDIN_FILENO);
  if (!silence.good()) {
    return Fail(ErrorCode::kIo, "cannot turn off the terminal's echo: {}", Why());
  }
  Interruptible interruptible;
  auto line = ReadLine(STDIN_FILENO);
  Err("\n");
  if (!line) return std::move(line).error();
  return Secret(std::move(*line));
}

Result<bool> Io::Confirm(std::string_view prompt) {
  Err(prompt);
  const auto yes = [](std::string_view answer) {
    return answer.starts_with('y') || answer.starts_with('Y');
  };
  if (buffered_) {
    const std::size_t end = std::min(in_.find('\n'), in_.size());
    const std::string answer = in_.substr(0, end);
    in_.erase(0, end + 1);
    return yes(answer);
  }
  Interruptible interruptible;
  auto line = ReadLine(STDIN_FILENO);
  if (!line) return std::move(line).error();
  return yes(*line);
}

void Io::ClearScreen() {
  if (out_is_terminal) Out("\033[H\033[2J");
}

}  // namespace agm::cli
