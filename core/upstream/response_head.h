#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace agm::upstream {

/// The head of an HTTP answer, line by line. Interim answers (1xx) are passed over; what comes
/// behind the head (trailers) is not taken.
///
/// Thread safety: one thread at a time.
class ResponseHead {
 public:
  static constexpr std::size_t kMaxBytes = 64 * 1024;

  /// Takes one line, its end included. False when there is too much of it, interim heads counted.
  bool Add(std::string_view line);
  /// The blank line has come.
  bool complete() const { return complete_; }
  int status() const { return status_; }
  /// A value by its lower-case name; the first if there are several, empty if there is none.
  std::string_view Find(std::string_view name) const;

 private:
  void AddStatusLine(std::string_view line);

  std::string lines_;  ///< headers as they came
  std::size_t bytes_ = 0;
  int status_ = 0;
  bool complete_ = false;
};

}  // namespace agm::upstream
