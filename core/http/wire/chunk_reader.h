#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace agm::http {

/// Undoes chunked transfer coding (RFC 9112, 7.1), piece by piece and strictly:
///
///   body    := *( size [ ";" extension ] CRLF data CRLF ) "0" [ ";" extension ] CRLF trailer CRLF
///   size    := 1*15 hex digits, nothing around them
///   trailer := *( field CRLF )       read and forgotten
///
///   ChunkReader chunks;
///   bytes.remove_prefix(chunks.Read(bytes, body, max_size));
///
/// Thread safety: one thread at a time.
class ChunkReader {
 public:
  enum class State { kMore, kDone, kTooLarge, kBroken };

  /// Takes what it can of `bytes`, appends data to `body`, returns how many bytes it took. It takes
  /// nothing behind the body's end. kTooLarge as soon as `body` would grow beyond `max_size`.
  std::size_t Read(std::string_view bytes, std::string& body, std::uint64_t max_size);
  State state() const { return state_; }

 private:
  enum class Part { kSize, kData, kDataEnd, kTrailer };

  void TakeLineByte(char c, std::size_t body_size, std::uint64_t max_size);
  void EndLine(std::size_t body_size, std::uint64_t max_size);
  bool ReadSize();

  State state_ = State::kMore;
  Part part_ = Part::kSize;
  std::string line_;         ///< the framing line that is being read
  std::size_t trailer_ = 0;  ///< bytes of trailer so far
  std::uint64_t left_ = 0;   ///< of the chunk's data
};

}  // namespace agm::http
