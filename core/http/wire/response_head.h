#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace agm::http {

/// Parses the head of a response incrementally. Interim responses (1xx) are skipped.
///
///   head := [ interim ... ] "HTTP/1." digit SP 3 digits [ SP reason ] EOL *( field EOL ) EOL
///
/// Lines may end without CR (RFC 9112, 2.2 allows that); a line without a colon is skipped. A head
/// that leaves the response's end ambiguous is kNoHttp: different lengths, an invalid header name,
/// a folded line, a transfer coding other than chunked.
///
/// Thread safety: one thread at a time.
class ResponseHead {
 public:
  static constexpr std::size_t kMaxBytes = 64 * 1024;  ///< including interim heads

  enum class State { kMore, kWhole, kNoHttp, kTooLarge };
  enum class Framing { kNone, kLength, kChunked, kUntilClose };

  /// Consumes as much of `bytes` as it can, nothing after the head's end; returns the number
  /// consumed.
  std::size_t Read(std::string_view bytes);
  State state() const { return state_; }
  /// True once a byte has been received.
  bool begun() const { return bytes_ > 0; }

  int status() const { return status_; }
  /// The first header with that name (in any case); empty if there is none.
  std::string_view Find(std::string_view name) const;
  /// The rule for the body's end (RFC 9112, 6.3); for responses to any method except HEAD.
  Framing framing() const { return framing_; }
  std::uint64_t content_length() const { return content_length_; }
  /// True if the server keeps the connection open.
  bool keep_alive() const { return keep_alive_; }

 private:
  void TakeLine(std::string_view line);
  bool ReadStatusLine(std::string_view line);
  void End();
  bool ReadFraming();

  State state_ = State::kMore;
  std::string line_;   ///< the current incomplete line
  std::string lines_;  ///< header lines as received
  std::size_t bytes_ = 0;
  int status_ = 0;  ///< 0: the status line is not complete
  int minor_version_ = 1;
  Framing framing_ = Framing::kUntilClose;
  std::uint64_t content_length_ = 0;
  bool keep_alive_ = false;
};

}  // namespace agm::http
