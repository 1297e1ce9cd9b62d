#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace agm::http {

/// The head of an answer, from bytes as they come. Interim answers (1xx) are passed over.
///
///   head := [ interim ... ] "HTTP/1." digit SP 3 digits [ SP reason ] EOL *( field EOL ) EOL
///
/// Lines may end without CR, as RFC 9112, 2.2 lets a reader take them; a line without a colon is
/// passed over. What leaves open where the answer ends is kNoHttp: differing lengths, a name that
/// is no token, a folded line, a transfer coding other than chunked.
///
/// Thread safety: one thread at a time.
class ResponseHead {
 public:
  static constexpr std::size_t kMaxBytes = 64 * 1024;  ///< interim heads counted

  enum class State { kMore, kWhole, kNoHttp, kTooLarge };
  enum class Framing { kNone, kLength, kChunked, kUntilClose };

  /// Takes what it can of `bytes` and returns how many bytes; nothing behind the head's end.
  std::size_t Read(std::string_view bytes);
  State state() const { return state_; }
  /// True once anything has come.
  bool begun() const { return bytes_ > 0; }

  int status() const { return status_; }
  /// A value by its name in any case; the first if there are several, empty if there is none.
  std::string_view Find(std::string_view name) const;
  /// How to tell where the body ends (RFC 9112, 6.3), for an answer to anything but HEAD.
  Framing framing() const { return framing_; }
  std::uint64_t content_length() const { return content_length_; }
  /// Whether the sender keeps the connection.
  bool keep_alive() const { return keep_alive_; }

 private:
  void TakeLine(std::string_view line);
  bool ReadStatusLine(std::string_view line);
  void End();
  bool ReadFraming();

  State state_ = State::kMore;
  std::string line_;   ///< that has not ended yet
  std::string lines_;  ///< headers as they came
  std::size_t bytes_ = 0;
  int status_ = 0;  ///< 0: its line is still to come
  int minor_version_ = 1;
  Framing framing_ = Framing::kUntilClose;
  std::uint64_t content_length_ = 0;
  bool keep_alive_ = false;
};

}  // namespace agm::http
