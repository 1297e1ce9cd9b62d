#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/chat/event.h"
#include "core/chat/request.h"
#include "core/chat/response.h"

/// A front dialect: the wire format that a client speaks. Bytes in, neutral form out, and back.
/// No sockets, no clock, no randomness in here: ids and times come in through `Reply`.
namespace agm::protocol {

/// An HTTP answer's head and body, as a dialect writes it.
struct WireError {
  int status = 500;
  std::vector<std::pair<std::string, std::string>> headers;  ///< Retry-After and such
  std::string body;
};

/// What an answer needs beside its content.
struct Reply {
  std::string id;                          ///< our random id, without the dialect's prefix
  std::string model;                       ///< the name that the client asked for
  std::int64_t created = 0;                ///< unix seconds
  const chat::Request* request = nullptr;  ///< what is answered; outlives the writer
};

/// Writes events as the dialect's stream, one call an event, appending to `out`: what it appends
/// is whole frames, ready to send; it may append nothing.
///
/// The events must obey the grammar of chat/event.h. After Finished or Failed the stream is whole,
/// its end mark included.
///
/// Thread safety: one thread at a time.
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;
  virtual void Write(const chat::Event& event, std::string& out) = 0;
  /// Behind Finished or Failed: the whole answer as the dialect keeps it, where it has such a
  /// thing.
  virtual std::string_view whole() const { return {}; }
};

/// One front dialect. Thread safety: immutable.
class Dialect {
 public:
  virtual ~Dialect() = default;
  /// As it stands in logs: "openai".
  virtual std::string_view name() const = 0;
  virtual Result<chat::Request> ReadRequest(std::string_view body) const = 0;
  /// Fails where the answer lacks what the route is for, such as an image.
  virtual Result<std::string> WriteResponse(const chat::Response& response,
                                            const Reply& reply) const = 0;
  /// Of what WriteResponse gives.
  virtual std::string_view ContentType(const chat::Request&) const { return "application/json"; }
  virtual std::unique_ptr<StreamWriter> NewStreamWriter(Reply reply) const = 0;
  virtual WireError WriteError(const Error& error) const = 0;
};

}  // namespace agm::protocol
