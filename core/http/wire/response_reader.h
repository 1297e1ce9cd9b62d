#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/http/wire/chunk_reader.h"
#include "core/http/wire/inflater.h"
#include "core/http/wire/response_head.h"

namespace agm::http {

/// Parses one response, head and body, incrementally; decompresses a gzip body.
///
///   ResponseReader answer;
///   const std::size_t taken = answer.Read(bytes, body);   // each time that bytes arrive
///   answer.Close();                                       // when the connection has closed
///
/// Thread safety: one thread at a time.
class ResponseReader {
 public:
  enum class State {
    kHead,          ///< the head is incomplete
    kBody,          ///< head() is complete, the body is not
    kWhole,         ///< the response is complete
    kNoHttp,        ///< the head is not valid HTTP
    kHeadTooLarge,  ///< the head has more than ResponseHead::kMaxBytes
    kCut,           ///< the connection closed too early, or the body's framing is broken
    kBadPacking,    ///< the body is not in its Content-Encoding, or that is not supported
  };

  /// Consumes as much of `bytes` as it can, appends decoded bytes of the body to `out`, and returns
  /// the number of consumed bytes: all, unless the response ended or is broken. `out` grows by at
  /// most 1,032 times the consumed bytes, the maximum ratio of deflate.
  std::size_t Read(std::string_view bytes, std::string& out);
  /// Call this when the server has closed: that ends a response without length, else it is kCut.
  void Close();

  State state() const { return state_; }
  const ResponseHead& head() const { return head_; }
  /// True once a byte has been received.
  bool begun() const { return head_.begun(); }

 private:
  void BeginBody();
  std::size_t ReadBody(std::string_view bytes, std::string& out);
  std::size_t Unframe(std::string_view bytes, std::string& out);
  void Unpack(std::string_view packed, std::string& out);

  State state_ = State::kHead;
  ResponseHead head_;
  std::uint64_t left_ = 0;  ///< remaining bytes of a body with Content-Length
  ChunkReader chunks_;
  std::optional<Inflater> inflater_;
  bool packed_ = false;   ///< some compressed bytes were received
  std::string unframed_;  ///< compressed bytes without framing
};

}  // namespace agm::http
