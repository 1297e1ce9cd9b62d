#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace agm::http {

/// Decodes chunked transfer coding (RFC 9112, 7.1) incrementally and strictly:
///
///   body    := *( size [ ";" extension ] CRLF data CRLF ) "0" [ ";" extension ] CRLF trailer CRLF
///   size    := 1*15 hex digits, without spaces
///   trailer := *( field CRLF )       read and ignored
///
///   ChunkReader chunks;
///   bytes.remove_prefix(chunks.Read(bytes, body, max_size));
///
/// Thread safety: one thread at a time.
class ChunkReader {
 public:
  enum class State { kMore, kDone, kTooLarge, kBroken };

  /// Consumes as much of `bytes` as it can, appends data to `body`, and returns the number of
  /// consumed bytes. It consumes nothing after the body's end. kTooLarge once `body` would exceed
  /// `max_size`.
  std::size_t Read(std::string_view bytes, std::string& body, std::uint64_t max_size);
  State state() const { return state_; }

 private:
  enum class Part { kSize, kData, kDataEnd, kTrailer };

  void TakeLineByte(char c, std::size_t body_size, std::uint64_t max_size);
  std::size_t TakeWholeLine(std::string_view bytes, std::size_t body_size, std::uint64_t max_size);
  void EndLine(std::string_view line, std::size_t body_size, std::uint64_t max_size);
  bool ReadSize(std::string_view line);

  State state_ = State::kMore;
  Part part_ = Part::kSize;
  std::string line_;         ///< the current framing line
  std::size_t trailer_ = 0;  ///< bytes of the trailer so far
  std::uint64_t left_ = 0;   ///< remaining bytes of the chunk's data
};

}  // namespace agm::http
