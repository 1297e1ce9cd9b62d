#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/config/paths.h"

namespace agm::cli {

/// Error::reason if the user pressed Ctrl-C at a prompt.
inline constexpr std::string_view kInterrupted = "interrupted";
/// The reason of an error that a log line has told already.
inline constexpr std::string_view kLogged = "logged";

enum class Colour { kRed, kGreen, kYellow, kDim, kBold };

/// The terminal, pipes or files that a command reads and writes. No other code in cli/ uses these
/// descriptors. Results go to Out, everything else to Err:
///
///   io.Print("{}\n", name);                // a result, on stdout
///   io.PrintJson(document);                // the one document of --json
///   io.Say("Added account {}.", name);     // a message, on stderr; not with --quiet
///   io.Next("agm serve");                  // what to do next; app.cc says it after a success
///   io.Warn("..."); io.Detail("...");      // yellow, not with --quiet; only with --verbose
///   io.Progress("chat: waiting");          // one line that is overwritten; only on a terminal
///
/// A reader that has closed its end (EPIPE) is not an error: further output is dropped, and
/// closed() tells commands that would otherwise run for ever. Another failure of stdout (a full
/// disk) is kept in failure(), and makes the program fail when the command is done.
///
/// Thread safety: one thread at a time.
class Io {
 public:
  /// Descriptors 0, 1 and 2; reads NO_COLOR, TERM and COLUMNS from `environment`.
  static Io System(const config::Environment& environment);
  /// Buffers for tests: `in` is the content of stdin; nothing is a terminal unless set below.
  static Io Buffers(std::string in = {});

  void Out(std::string_view text);
  void Err(std::string_view text);
  template <class... Args>
  void Print(fmt::format_string<Args...> text, Args&&... args) {
    Out(fmt::format(text, std::forward<Args>(args)...));
  }
  void PrintJson(const Json& document);
  template <class... Args>
  void Say(fmt::format_string<Args...> text, Args&&... args) {
    if (!quiet) Err(fmt::format(text, std::forward<Args>(args)...) + "\n");
  }
  template <class... Args>
  void Warn(fmt::format_string<Args...> text, Args&&... args) {
    if (!quiet)
      Err(PaintErr("warning: ", Colour::kYellow) + fmt::format(text, std::forward<Args>(args)...) +
          "\n");
  }
  template <class... Args>
  void Detail(fmt::format_string<Args...> text, Args&&... args) {
    if (verbose) Err(fmt::format(text, std::forward<Args>(args)...) + "\n");
  }
  void Next(std::string step) { next_ = std::move(step); }
  /// The step that the command named, which it then forgets; nullopt if it named none.
  std::optional<std::string> TakeNext() { return std::exchange(next_, std::nullopt); }
  /// Shows `text` on a line that the next output replaces; an empty text removes the line.
  void Progress(std::string_view text);

  /// `text` in colour for stdout, or unchanged if colour is off. PaintErr: for stderr.
  std::string Paint(std::string_view text, Colour colour) const;
  std::string PaintErr(std::string_view text, Colour colour) const;

  /// Reads all of stdin, at most `limit` bytes.
  Result<std::string> ReadAll(std::size_t limit = 1U << 20U);
  /// Asks on the terminal without echo. Requires in_is_terminal.
  Result<Secret> AskSecret(std::string_view prompt);
  /// Asks on the terminal; true for an answer that begins with y.
  Result<bool> Confirm(std::string_view prompt);
  /// Clears the terminal's screen before a repaint.
  void ClearScreen();

  bool closed() const { return out_closed_; }  ///< the reader of stdout has closed its end
  bool wrote_json() const { return wrote_json_; }
  bool failed() const { return !out_failure_.empty(); }
  const std::string& failure() const { return out_failure_; }  ///< "No space left on device"

  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool colour = false;  ///< allow colour on terminals
  bool quiet = false;
  bool verbose = false;
  int width = 80;  ///< columns of the terminal

  /// The output, for tests; empty for System().
  std::string out;
  std::string err;

 private:
  Io() = default;
  void Write(int fd, std::string_view text);

  bool buffered_ = false;
  bool out_closed_ = false;
  bool err_closed_ = false;
  bool wrote_json_ = false;
  bool progress_shown_ = false;
  std::string out_failure_;
  std::optional<std::string> next_;
  std::string in_;
};

}  // namespace agm::cli
