#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/config/paths.h"

namespace agm::cli {

enum class Colour { kRed, kGreen, kYellow, kDim, kBold };

/// The terminal, pipes or files that a command reads and writes. Nothing else in cli/ touches a
/// descriptor. Results go to Out, everything else to Err:
///
///   io.Print("{}\n", name);                // a result, on stdout
///   io.PrintJson(document);                // the one document of --json
///   io.Say("Added account {}.", name);     // a message, on stderr; not with --quiet
///   io.Warn("..."); io.Detail("...");      // yellow, not with --quiet; only with --verbose
///   io.Progress("chat: waiting");          // one line that is overwritten; only on a terminal
///
/// A reader that went away (EPIPE) is no error: what is written to it is dropped, and closed()
/// says so to those who would otherwise go on for ever.
///
/// Thread safety: one thread at a time.
class Io {
 public:
  /// Descriptors 0, 1 and 2; `environment` gives NO_COLOR, TERM and COLUMNS.
  static Io System(const config::Environment& environment);
  /// Buffers for tests: `in` is what stdin holds; nothing is a terminal unless it is said below.
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
  /// Shows `text` in a line that the next output replaces; empty text takes it away.
  void Progress(std::string_view text);

  /// `text` in colour for stdout, or as it is where colour is off. PaintErr: for stderr.
  std::string Paint(std::string_view text, Colour colour) const;
  std::string PaintErr(std::string_view text, Colour colour) const;

  /// All of stdin, at most `limit` bytes.
  Result<std::string> ReadAll(std::size_t limit = 1U << 20U);
  /// Asks on the terminal without echo. Only where in_is_terminal.
  Result<Secret> AskSecret(std::string_view prompt);
  /// Empties a terminal's screen before a repaint.
  void ClearScreen();

  bool closed() const { return out_closed_; }  ///< stdout's reader went away
  bool wrote_json() const { return wrote_json_; }

  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool colour = false;  ///< colour may be used where there is a terminal
  bool quiet = false;
  bool verbose = false;
  int width = 80;  ///< columns of the terminal

  /// What tests look at; empty for System().
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
  std::string in_;
};

}  // namespace agm::cli
