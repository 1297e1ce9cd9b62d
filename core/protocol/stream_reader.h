#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/chat/event.h"

/// The upstream side of a wire format: bytes of a response become events.
namespace agm::protocol {

/// An error object that the upstream sent instead of, or inside, a 200 response.
struct UpstreamError {
  int status = 0;    ///< error.code, 0 if it is missing
  std::string body;  ///< the JSON text, to be classified; never shown to clients
};

/// Reads an upstream's response, streamed or not, into events that obey chat/event.h.
///
///   reader.Push(bytes);                              // split at any byte
///   while (auto event = reader.Next()) ...
///   reader.Close();                                  // the body is complete
///   while (auto event = reader.Next()) ...
///
/// Failed has the reason of a row in upstream/no_answer.cc, or "upstream_error" for an error object
/// of the upstream's (then upstream_error() is set), or kInvalidRequest for a fault of the request.
///
/// Thread safety: one thread at a time.
class StreamReader {
 public:
  virtual ~StreamReader() = default;
  virtual void Push(std::string_view bytes) = 0;
  virtual void Close() = 0;
  virtual std::optional<chat::Event> Next() = 0;
  /// True if Next has an event.
  virtual bool held() const = 0;
  virtual const std::optional<UpstreamError>& upstream_error() const = 0;
};

}  // namespace agm::protocol
