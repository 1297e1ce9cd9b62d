#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/http/wire/chunk_reader.h"
#include "core/http/wire/request_head.h"

namespace agm::gateway {

/// Makes requests of a client's bytes, however they are cut. No sockets, no clock.
///
///   RequestReader reader;
///   std::span<char> room = reader.Room();
///   ... put n bytes there ...
///   if (reader.Filled(n, max_body) == RequestReader::State::kWhole) Serve(reader.head(),
///   reader.body()); reader.Next(max_body);              // what came behind it may already be the
///   next one
///
/// A claimed Content-Length is believed for framing, never for memory: buffers grow with what came.
///
/// Thread safety: one thread at a time.
class RequestReader {
 public:
  enum class State {
    kIdle,     ///< nothing of a request yet
    kHead,     ///< inside the line and headers
    kBody,     ///< inside the body
    kWhole,    ///< head() and body() are complete
    kRefused,  ///< fault() says why; the connection's bytes make no sense from here on
  };

  /// Where the next bytes go. Valid until the next call.
  std::span<char> Room();
  /// `size` bytes were put into Room().
  State Filled(std::size_t size, std::uint64_t max_body);
  /// Forgets a whole request and begins the next with what came behind it.
  State Next(std::uint64_t max_body);
  /// Gives the buffers' memory back where nothing is in them.
  void Shrink();

  State state() const { return state_; }
  /// True if bytes came behind a whole request.
  bool HasMore() const { return !in_.empty(); }
  /// Bytes of memory that its buffers take.
  std::size_t held() const { return in_.capacity() + body_.capacity(); }
  HttpHead& head() { return head_; }
  std::string& body() { return body_; }
  const HttpFault& fault() const { return fault_; }

 private:
  void Advance(std::uint64_t max_body);
  void AdvanceHead(std::uint64_t max_body);
  void AdvanceBody(std::uint64_t max_body);
  void BeginBody(std::uint64_t max_body);
  bool BodyGoesStraight() const;
  void Refuse(HttpFault fault);
  void RefuseSize(std::uint64_t max_body);

  State state_ = State::kIdle;
  std::string in_;  ///< not yet understood; its tail of room_ bytes is not filled
  std::size_t room_ = 0;
  std::size_t scanned_ = 0;  ///< how far in_ was searched for the head's end
  HttpHead head_;
  std::string body_;
  http::ChunkReader chunks_;
  HttpFault fault_;
};

}  // namespace agm::gateway
