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

/// A front dialect: the wire format of a kind of clients. It converts bytes to the neutral form and
/// back. No sockets, no clock, no randomness: ids and times come in through `Reply`.
namespace agm::protocol {

/// The status, headers and body of an error response, as a dialect writes it.
struct WireError {
  int status = 500;
  std::vector<std::pair<std::string, std::string>> headers;  ///< for example Retry-After
  std::string body;
};

/// The data for a response besides its content.
struct Reply {
  std::string id;                          ///< random id, without the dialect's prefix
  std::string model;                       ///< the model name in the client's request
  std::int64_t created = 0;                ///< unix seconds
  const chat::Request* request = nullptr;  ///< the answered request; must outlive the writer
  std::string request_id{};                ///< as in the x-request-id header
};

/// A comment that keeps a silent event stream open; clients skip it.
inline constexpr std::string_view kKeepAliveComment = ": keep-alive\n\n";

/// Writes events as the dialect's stream. Each call appends zero or more complete frames, ready to
/// be sent, to `out`.
///
/// The events must obey the grammar of chat/event.h. After Finished or Failed the stream is
/// complete, including its end mark.
///
/// Thread safety: one thread at a time.
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;
  virtual void Write(const chat::Event& event, std::string& out) = 0;
  /// After Finished or Failed: the complete response object, if the dialect stores responses.
  virtual std::string_view whole() const { return {}; }
  /// The text that is sent while the upstream is silent, so that clients keep the connection. Empty:
  /// nothing is sent.
  virtual std::string_view KeepAlive() const { return kKeepAliveComment; }
};

/// One front dialect. Thread safety: immutable.
class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual Result<chat::Request> ReadRequest(std::string_view body) const = 0;
  /// Fails if the response lacks what the route must return, such as an image.
  virtual Result<std::string> WriteResponse(const chat::Response& response,
                                            const Reply& reply) const = 0;
  /// The content type of WriteResponse's result. A stream's is always text/event-stream.
  virtual std::string_view ContentType(const chat::Request&) const { return "application/json"; }
  virtual std::unique_ptr<StreamWriter> NewStreamWriter(Reply reply) const = 0;
  /// `request_id` goes into the body if the API's errors name their request.
  virtual WireError WriteError(const Error& error, std::string_view request_id) const = 0;
  WireError WriteError(const Error& error) const { return WriteError(error, {}); }
};

}  // namespace agm::protocol
