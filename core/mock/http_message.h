#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/mock/reply.h"

namespace agm::mock {

struct Request {
  std::string method;
  std::string path;                                          ///< percent-decoded, without the query
  std::string query;                                         ///< as sent, without '?'
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  bool keep_alive = true;

  /// The first header with that (lower-case) name; empty if there is none.
  std::string_view header(std::string_view name) const;
};

/// The decoded names and values of a query or form, in their order.
std::vector<std::pair<std::string, std::string>> ReadQuery(std::string_view text);

/// Reads HTTP/1.1 requests from a growing buffer: heads up to 64 kB; bodies up to `max_body`, with
/// a length or in chunks.
///
///   buffer += bytes;
///   while (reader.Read(buffer) == RequestReader::State::kReady) Serve(reader.Take());
///
/// Thread safety: one thread at a time.
class RequestReader {
 public:
  enum class State {
    kMore,      ///< more bytes are needed
    kContinue,  ///< like kMore, but the client waits for "100 Continue" (returned once)
    kReady,     ///< a request is complete: Take() it
    kBad,       ///< not HTTP: answer 400 and close
    kTooLarge,  ///< answer 413 and close
  };
  explicit RequestReader(std::size_t max_body = 110'000'000) : max_body_(max_body) {}

  /// Consumes as much as it can from the front of `buffer`.
  State Read(std::string& buffer);
  Request Take();

 private:
  enum class Phase { kHead, kLength, kChunkSize, kChunk, kTrailer };
  // Each step returns nullopt if the next phase can continue.
  std::optional<State> ReadHead(std::string& buffer);
  std::optional<State> ReadBody(std::string& buffer);
  std::optional<State> ReadChunkSize(std::string& buffer);
  std::optional<State> ReadTrailer(std::string& buffer);
  bool ParseHead(std::string_view head);

  std::size_t max_body_;
  Phase phase_ = Phase::kHead;
  std::size_t left_ = 0;  ///< missing bytes of the body or chunk
  bool expects_continue_ = false;
  Request request_;
};

/// Writes the head of a reply. A streamed reply is chunked.
std::string WriteHead(const Reply& reply, bool keep_alive);

}  // namespace agm::mock
