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

  /// The first header of that (lower-case) name, or nothing.
  std::string_view header(std::string_view name) const;
};

/// `name` -> `value` of a query or form, decoded, in the order they stand.
std::vector<std::pair<std::string, std::string>> ReadQuery(std::string_view text);

/// Reads HTTP/1.1 requests off a growing buffer: heads up to 64 kB, bodies with a length or in
/// chunks up to `max_body`.
///
///   buffer += bytes;
///   while (reader.Read(buffer) == RequestReader::State::kReady) Serve(reader.Take());
///
/// Thread safety: one thread at a time.
class RequestReader {
 public:
  enum class State {
    kMore,      ///< more bytes are needed
    kContinue,  ///< as kMore, and the client waits for "100 Continue" (said once)
    kReady,     ///< a request is complete: Take() it
    kBad,       ///< no HTTP: answer 400 and close
    kTooLarge,  ///< answer 413 and close
  };
  explicit RequestReader(std::size_t max_body = 110'000'000) : max_body_(max_body) {}

  /// Consumes what it can from the front of `buffer`.
  State Read(std::string& buffer);
  Request Take();

 private:
  enum class Phase { kHead, kLength, kChunkSize, kChunk, kTrailer };
  // The steps say nothing when the next phase can go on.
  std::optional<State> ReadHead(std::string& buffer);
  std::optional<State> ReadBody(std::string& buffer);
  std::optional<State> ReadChunkSize(std::string& buffer);
  std::optional<State> ReadTrailer(std::string& buffer);
  bool ParseHead(std::string_view head);

  std::size_t max_body_;
  Phase phase_ = Phase::kHead;
  std::size_t left_ = 0;  ///< bytes of the body or chunk still to come
  bool expects_continue_ = false;
  Request request_;
};

/// The head of an answer. A streamed one is chunked.
std::string WriteHead(const Reply& reply, bool keep_alive);

}  // namespace agm::mock
