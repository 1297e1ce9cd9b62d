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

/// One answer, head and body, from bytes as they come; what the body was packed with (gzip) is
/// undone on the way.
///
///   ResponseReader answer;
///   const std::size_t taken = answer.Read(bytes, body);   // as often as bytes come
///   answer.Close();                                       // when no more will
///
/// Thread safety: one thread at a time.
class ResponseReader {
 public:
  enum class State {
    kHead,          ///< is not complete
    kBody,          ///< is not complete, head() is
    kWhole,         ///< the answer has ended
    kNoHttp,        ///< the head is none
    kHeadTooLarge,  ///< more than ResponseHead::kMaxBytes
    kCut,           ///< the connection ended before the answer, or the body's framing is broken
    kBadPacking,    ///< the body is not what its Content-Encoding says, or it is none we know
  };

  /// Takes what it can of `bytes`, appends what it gives of the body to `out`, returns how many
  /// bytes it took: all, unless the answer ended or broke. `out` grows by at most 1,032 times what
  /// was taken, which is the most that packing can save.
  std::size_t Read(std::string_view bytes, std::string& out);
  /// The sender has closed: the end of an answer that says no other, else it was cut.
  void Close();

  State state() const { return state_; }
  const ResponseHead& head() const { return head_; }
  /// True once anything has come.
  bool begun() const { return head_.begun(); }

 private:
  void BeginBody();
  std::size_t ReadBody(std::string_view bytes, std::string& out);
  std::size_t Unframe(std::string_view bytes, std::string& out);
  void Unpack(std::string_view packed, std::string& out);

  State state_ = State::kHead;
  ResponseHead head_;
  std::uint64_t left_ = 0;  ///< of a body whose length is known
  ChunkReader chunks_;
  std::optional<Inflater> inflater_;
  bool packed_ = false;   ///< some of the packed body has come
  std::string unframed_;  ///< packed
};

}  // namespace agm::http
