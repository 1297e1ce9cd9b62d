#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/base/queue.h"
#include "core/chat/event.h"
#include "core/chat/request.h"
#include "core/protocol/openai/upstream_request.h"
#include "core/protocol/stream_reader.h"

/// Pictures from servers that have POST /images/generations of OpenAI's API.
namespace agm::protocol {

/// True for a request of the images API that has a prompt alone. Others, and all after the server
/// turned out not to have the route (Repair::kDrawInChat), are written as chat requests.
bool IsImageOrder(const chat::Request& request, Repair repair);

/// Writes the body. Which fields a server takes differs by model, so a refused one is left out.
std::string WriteOpenAiImageOrder(const chat::Request& request, const OpenAiWriteOptions& options);

/// Reads {"data":[{"b64_json"}],"usage"}: each picture is a block of the only choice.
///
/// Thread safety: one thread at a time.
class OpenAiImagesReader : public StreamReader {
 public:
  void Push(std::string_view bytes) override;
  void Close() override;
  std::optional<chat::Event> Next() override;
  bool held() const override { return !events_.empty(); }
  const std::optional<UpstreamError>& upstream_error() const override { return upstream_error_; }

 private:
  void Pictures(JsonView root);
  void FailAs(std::string_view reason, std::string_view message);

  std::string body_;
  Queue<chat::Event> events_;
  std::optional<UpstreamError> upstream_error_;
  bool ended_ = false;
};

}  // namespace agm::protocol
