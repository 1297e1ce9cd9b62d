#pragma once

#include <string>
#include <string_view>

#include "core/protocol/dialect.h"

/// OpenAI's images API, served by chat models that can generate images.
namespace agm::protocol {

/// POST /v1/images/generations. Thread safety: any thread.
const Dialect& ImageGenerations();

/// POST /v1/images/edits for one request: a form or JSON, according to its Content-Type.
///
/// Thread safety: immutable.
class ImageEdits : public Dialect {
 public:
  explicit ImageEdits(std::string_view content_type) : content_type_(content_type) {}

  Result<chat::Request> ReadRequest(std::string_view body) const override;
  Result<std::string> WriteResponse(const chat::Response& response,
                                    const Reply& reply) const override;
  std::unique_ptr<StreamWriter> NewStreamWriter(Reply reply) const override;
  using Dialect::WriteError;
  WireError WriteError(const Error& error, std::string_view) const override;

 private:
  std::string content_type_;
};

}  // namespace agm::protocol
