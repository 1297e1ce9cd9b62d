#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/protocol/dialect.h"

namespace agm::protocol {

/// OpenAI's POST /v1/audio/speech as a front dialect: a speech model reads `input` out. The answer
/// is a sound file in one of SoundFormats() (mp3 by default), or with `stream_format: "sse"` a
/// stream of events with it. A format that this build cannot write is refused with those that it
/// can.
///
/// Thread safety: immutable.
class Speech : public Dialect {
 public:
  Result<chat::Request> ReadRequest(std::string_view body) const override;
  Result<std::string> WriteResponse(const chat::Response& response,
                                    const Reply& reply) const override;
  std::string_view ContentType(const chat::Request& request) const override;
  std::unique_ptr<StreamWriter> NewStreamWriter(Reply reply) const override;
  WireError WriteError(const Error& error, std::string_view request_id) const override;
};

}  // namespace agm::protocol
