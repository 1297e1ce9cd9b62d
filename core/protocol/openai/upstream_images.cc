#include "core/protocol/openai/upstream_images.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "core/base/json_writer.h"
#include "core/protocol/openai/images_request.h"
#include "core/protocol/shared/media.h"
#include "core/protocol/shared/numbers.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kLargestBody = 256U << 20U;

const chat::Text* PromptOf(const chat::Request& request) {
  if (request.messages.size() != 1 || request.messages.front().blocks.size() != 1) return nullptr;
  return std::get_if<chat::Text>(&request.messages.front().blocks.front());
}

std::int64_t Count(JsonView number) {
  return std::max<std::int64_t>(IntegerOf(number).value_or(0), 0);
}

chat::Usage UsageOf(JsonView usage) {
  chat::Usage read;
  read.known = usage.is(JsonKind::kObject);
  read.input = Count(usage["input_tokens"]);
  read.input_image = Count(usage["input_tokens_details"]["image_tokens"]);
  read.output = read.output_image = Count(usage["output_tokens"]);
  return read;
}

}  // namespace

bool IsImageOrder(const chat::Request& request, Repair repair) {
  const bool only = request.modalities.size() == 1 && request.modalities.front() == "image";
  return only && request.fewer_will_do && repair != Repair::kDrawInChat &&
         PromptOf(request) != nullptr;
}

std::string WriteOpenAiImageOrder(const chat::Request& request, const OpenAiWriteOptions& options) {
  std::string body;
  JsonWriter json(body);
  json.Object().Key("model").String(options.model).Key("prompt").String(PromptOf(request)->text);
  if (request.choices != 1) json.Key("n").Int(request.choices);
  const auto may = [&](std::string_view field) {
    return options.repair != Repair::kOmitField || field != options.refused;
  };
  // Servers that cannot do without it answer with URLs otherwise; OpenAI's newer models refuse it.
  const bool told = options.repair == Repair::kTellFormat || !may("response_format");
  if (!told) json.Key("response_format").String("b64_json");
  for (const auto& [key, value] : request.extra) {
    const bool own = key == kAskedSize || key == kAskedQuality || key.starts_with("openai.");
    const std::string_view field = std::string_view(key).substr(key.find('.') + 1);
    if (own && may(field)) json.Key(field).Raw(value);
  }
  json.EndObject();
  return body;
}

void OpenAiImagesReader::Push(std::string_view bytes) {
  if (ended_) return;
  if (body_.size() + bytes.size() > kLargestBody) {
    return FailAs("upstream_garbage", "the upstream's answer is far too large");
  }
  body_ += bytes;
}

void OpenAiImagesReader::Close() {
  if (ended_) return;
  const auto doc = JsonDoc::Parse(body_);
  if (!doc || !doc->root().is(JsonKind::kObject)) {
    return FailAs("upstream_garbage", "the upstream sent something else than pictures");
  }
  const JsonView root = doc->root();
  if (root["error"]) {
    upstream_error_ = UpstreamError{
        static_cast<int>(std::min<std::int64_t>(Count(root["error"]["code"]), 999)), body_};
    return FailAs("upstream_error", "the upstream answered with an error");
  }
  Pictures(root);
}

void OpenAiImagesReader::Pictures(JsonView root) {
  events_.push(chat::Started{});
  int pictures = 0;
  for (const JsonView entry : root["data"].items()) {
    const auto media = MediaFromBase64(entry["b64_json"].text(), {}, {}, chat::MediaKind::kImage);
    if (!media || media->data.empty()) continue;
    ++pictures;
    chat::BlockStarted started;
    started.kind = chat::BlockKind::kMedia;
    started.mime = media->mime;
    events_.push(std::move(started));
    events_.push(chat::BlockDelta{0, media->data, {}});
    events_.push(chat::BlockStopped{0, {}});
  }
  if (pictures == 0) return FailAs("no_candidates", "the upstream's answer holds no picture");
  chat::Finished finished;
  finished.choices.push_back({0, chat::FinishReason::kStop, {}});
  finished.usage = UsageOf(root["usage"]);
  events_.push(std::move(finished));
  ended_ = true;
}

std::optional<chat::Event> OpenAiImagesReader::Next() { return events_.pop(); }

void OpenAiImagesReader::FailAs(std::string_view reason, std::string_view message) {
  Error error = agm::Fail(ErrorCode::kUpstreamRejected, "{}", message);
  error.reason = reason;
  if (events_.empty()) events_.push(chat::Started{});
  events_.push(chat::Failed{std::move(error)});
  ended_ = true;
}

}  // namespace agm::protocol
