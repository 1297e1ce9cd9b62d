#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/http/wire/chunk_reader.h"
#include "core/http/wire/request_head.h"

namespace agm::http {

/// Parses requests from a client's bytes, however they are split. No sockets, no clock.
///
///   RequestReader reader;
///   std::span<char> room = reader.Room();
///   ... put n bytes there ...
///   if (reader.Filled(n, max_body) == RequestReader::State::kWhole) {
///     Serve(reader.head(), reader.body());
///     reader.Next(max_body);              // further bytes may already hold the next request
///   }
///
/// Content-Length determines the framing but never the memory: buffers grow with the received
/// bytes.
///
/// Thread safety: one thread at a time.
class RequestReader {
 public:
  /// `streams` must outlive the reader; null: every body is held.
  explicit RequestReader(const StreamsBody* streams = nullptr) : streams_(streams) {}

  enum class State {
    kIdle,     ///< no byte of a request yet
    kHead,     ///< inside the request line or headers
    kBody,     ///< inside the body
    kWhole,    ///< head() and body() are complete
    kRefused,  ///< fault() has the reason; the connection's further bytes cannot be parsed
  };

  /// The buffer for the next bytes. Valid until the next call, for the thread that asked.
  std::span<char> Room();
  /// Processes `size` bytes that the caller has put into Room().
  State Filled(std::size_t size, std::uint64_t max_body);
  /// Discards a complete request and starts to parse the bytes after it.
  State Next(std::uint64_t max_body);
  /// Releases the memory of empty buffers.
  void Shrink();

  State state() const { return state_; }
  /// True if bytes came after the complete request.
  bool HasMore() const { return !in_.empty(); }
  /// The memory in use by the buffers, in bytes.
  std::size_t held() const { return in_.capacity() + body_.capacity(); }
  /// True if the body is to be taken in pieces while it arrives.
  bool streamed() const { return streamed_; }
  /// Moves what has arrived of a streamed body behind `out`.
  void TakeBody(std::string& out);
  Head& head() { return head_; }
  std::string& body() { return body_; }
  const Fault& fault() const { return fault_; }

 private:
  void Advance(std::uint64_t max_body);
  void AdvanceHead(std::uint64_t max_body);
  void AdvanceBody(std::uint64_t max_body);
  void BeginBody(std::uint64_t max_body);
  bool BodyGoesStraight() const;
  bool RoomIsSmall() const;
  void Refuse(Fault fault);
  void RefuseSize(std::uint64_t max_body);

  const StreamsBody* const streams_;
  State state_ = State::kIdle;
  bool streamed_ = false;
  std::uint64_t taken_ = 0;  ///< bytes of the body that TakeBody has moved out
  std::string in_;           ///< not parsed yet
  std::size_t room_ = 0;     ///< size of the buffer that Room() gave
  std::size_t scanned_ = 0;  ///< in_ was searched for the head's end up to here
  Head head_;
  std::string body_;
  ChunkReader chunks_;
  Fault fault_;
};

}  // namespace agm::http
