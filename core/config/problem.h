#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/document.h"

namespace agm::config {

enum class Severity { kError, kWarning };

/// One problem in the settings. `file` is the file as the user named it, or the variable
/// ("AGM_PORT") or option ("--port"); `at` is line 0 if there is no position. `message` is safe to
/// show: it says what was expected and what was found, and never contains a secret.
struct Problem {
  Severity severity = Severity::kError;
  std::string file;
  Place at;
  std::string message;
  /// It depends on where the program runs: a key's variable or file is not there.
  bool local = false;

  /// `config.toml:12:5: account kind "gemni" is not known; did you mean "gemini"?`. A warning has
  /// "warning: " before its message.
  std::string Text() const;
};

/// All problems, one per line.
std::string Text(const std::vector<Problem>& problems);

/// Collects problems while settings are read.
///
/// Thread safety: one thread at a time.
class Findings {
 public:
  explicit Findings(std::string file) : file_(std::move(file)) {}

  template <class... Args>
  void Error(Place at, fmt::format_string<Args...> text, Args&&... args) {
    Add(Severity::kError, at, fmt::format(text, std::forward<Args>(args)...));
  }
  /// A warning that depends on where the program runs (Problem::local).
  template <class... Args>
  void WarnHere(Place at, fmt::format_string<Args...> text, Args&&... args) {
    Add(Severity::kWarning, at, fmt::format(text, std::forward<Args>(args)...));
    problems_.back().local = true;
  }
  template <class... Args>
  void Warn(Place at, fmt::format_string<Args...> text, Args&&... args) {
    Add(Severity::kWarning, at, fmt::format(text, std::forward<Args>(args)...));
  }

  /// Attributes the following problems to another source.
  void Source(std::string file) { file_ = std::move(file); }
  bool errors() const { return errors_; }
  /// Returns the problems in the order of the text.
  std::vector<Problem> Take();

 private:
  void Add(Severity severity, Place at, std::string message);

  std::string file_;
  std::vector<Problem> problems_;
  bool errors_ = false;
};

}  // namespace agm::config
