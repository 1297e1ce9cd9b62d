#include "core/protocol/openai/images.h"

#include <utility>

#include "core/protocol/openai/error.h"
#include "core/protocol/openai/images_request.h"
#include "core/protocol/openai/images_response.h"

namespace agm::protocol {
namespace {

// Clients of these routes set no modalities, only a model that cannot generate images.
WireError WriteImageError(Error error) {
  if (error.param == "modalities") error.param = "model";
  return WriteOpenAiError(error);
}

class ImageGenerationsDialect : public Dialect {
 public:
  Result<chat::Request> ReadRequest(std::string_view body) const override {
    return ReadImageGeneration(body);
  }
  Result<std::string> WriteResponse(const chat::Response& response,
                                    const Reply& reply) const override {
    return WriteImages(response, reply);
  }
  std::unique_ptr<StreamWriter> NewStreamWriter(Reply reply) const override {
    return NewImageStream("image_generation", std::move(reply));
  }
  using Dialect::WriteError;
  WireError WriteError(const Error& error, std::string_view) const override {
    return WriteImageError(error);
  }
};

}  // namespace

const Dialect& ImageGenerations() {
  static const ImageGenerationsDialect kDialect;
  return kDialect;
}

Result<chat::Request> ImageEdits::ReadRequest(std::string_view body) const {
  return ReadImageEdit(content_type_, body);
}

Result<std::string> ImageEdits::WriteResponse(const chat::Response& response,
                                              const Reply& reply) const {
  return WriteImages(response, reply);
}

std::unique_ptr<StreamWriter> ImageEdits::NewStreamWriter(Reply reply) const {
  return NewImageStream("image_edit", std::move(reply));
}

WireError ImageEdits::WriteError(const Error& error, std::string_view) const {
  return WriteImageError(error);
}

}  // namespace agm::protocol
