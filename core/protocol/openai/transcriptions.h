#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/protocol/dialect.h"

namespace agm::protocol {

/// OpenAI's POST /v1/audio/transcriptions as a front dialect, for one request: a form with that
/// Content-Type. A model with audio input is asked to write down what is said; if the client wants
/// times, with a schema for them.
///
/// Thread safety: immutable.
class Transcriptions : public Dialect {
 public:
  explicit Transcriptions(std::string_view content_type) : content_type_(content_type) {}

  Result<chat::Request> ReadRequest(std::string_view body) const override;
  Result<std::string> WriteResponse(const chat::Response& response,
                                    const Reply& reply) const override;
  std::string_view ContentType(const chat::Request& request) const override;
  std::unique_ptr<StreamWriter> NewStreamWriter(Reply reply) const override;
  using Dialect::WriteError;
  WireError WriteError(const Error& error, std::string_view) const override;

 private:
  std::string content_type_;
};

}  // namespace agm::protocol
