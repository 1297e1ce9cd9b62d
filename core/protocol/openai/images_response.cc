#include "core/protocol/openai/images_response.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/json_writer.h"
#include "core/protocol/openai/error.h"
#include "core/protocol/openai/images_request.h"
#include "core/protocol/shared/sse.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kMaxQuoted = 300;

std::vector<const chat::Media*> PicturesOf(const chat::Response& response) {
  std::vector<const chat::Media*> pictures;
  for (const chat::Choice& choice : response.choices) {
    for (const chat::Block& block : choice.blocks) {
      const auto* media = std::get_if<chat::Media>(&block);
      if (media != nullptr && media->mime.starts_with("image/")) pictures.push_back(media);
    }
  }
  return pictures;
}

// The text that the model wrote instead of drawing.
std::string WordsOf(const chat::Response& response) {
  std::string words;
  for (const chat::Choice& choice : response.choices) {
    for (const chat::Block& block : choice.blocks) {
      if (const auto* text = std::get_if<chat::Text>(&block)) words += text->text;
      if (const auto* refusal = std::get_if<chat::Refusal>(&block)) words += refusal->text;
    }
  }
  if (words.size() <= kMaxQuoted) return words;
  std::size_t end = kMaxQuoted;
  while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xC0U) == 0x80U) --end;
  return words.substr(0, end) + "...";
}

Error NoPicture(const chat::Response& response) {
  const std::string words = WordsOf(response);
  const bool held_back =
      std::any_of(response.choices.begin(), response.choices.end(), [](const chat::Choice& choice) {
        return choice.finish == chat::FinishReason::kContentFilter;
      });
  if (!words.empty()) {
    return Invalid("moderation_blocked", "prompt",
                   fmt::format("the model drew nothing and said: {}", words));
  }
  if (held_back) {
    return Invalid("moderation_blocked", "prompt",
                   "the upstream's safety rules held the picture back");
  }
  Error error = Fail(ErrorCode::kUpstreamRejected, "the model ended without a picture");
  error.reason = "no_image";
  return error;
}

// The format in a media type: "png" for "image/png".
std::string_view FormatOf(const chat::Media& picture) {
  return std::string_view(picture.mime).substr(picture.mime.find('/') + 1);
}

// If the upstream does not report image tokens, all tokens except thoughts count.
std::int64_t PictureTokens(const chat::Usage& usage) {
  return usage.output_image > 0 ? usage.output_image : usage.output - usage.thoughts;
}

// Events, unlike unary responses, contain no details of the output tokens.
enum class Shape { kWhole, kEvent };

void WriteUsage(JsonWriter& json, const chat::Usage& usage, Shape shape) {
  json.Object().Key("input_tokens").Int(usage.input).Key("output_tokens").Int(usage.output);
  json.Key("total_tokens").Int(usage.input + usage.output);
  json.Key("input_tokens_details").Object().Key("text_tokens").Int(usage.input - usage.input_image);
  json.Key("image_tokens").Int(usage.input_image).EndObject();
  if (shape == Shape::kWhole) {
    const std::int64_t drawn = PictureTokens(usage);
    json.Key("output_tokens_details").Object().Key("text_tokens").Int(usage.output - drawn);
    json.Key("image_tokens").Int(drawn).EndObject();
  }
  json.EndObject();
}

void WritePicture(JsonWriter& json, const chat::Media& picture, bool as_url) {
  json.Object();
  if (as_url) {
    json.Key("url").String("data:" + picture.mime + ";base64," + picture.data);
  } else {
    json.Key("b64_json").String(picture.data);
  }
  json.EndObject();
}

/// Folds the response, because a picture is sent only when it is complete, and usage comes last.
class ImageStream : public StreamWriter {
 public:
  ImageStream(std::string_view kind, Reply reply)
      : kind_(std::string(kind) + ".completed"), reply_(std::move(reply)) {}

  void Write(const chat::Event& event, std::string& out) override {
    fold_.Add(event);
    const bool last = std::holds_alternative<chat::Finished>(event) ||
                      std::holds_alternative<chat::Failed>(event);
    if (last) End(out);
  }

 private:
  void End(std::string& out) {
    const auto response = std::move(fold_).Finish();
    if (!response) return AppendSseEvent(out, "error", OpenAiErrorBody(response.error()));
    const auto pictures = PicturesOf(*response);
    if (pictures.empty()) {
      return AppendSseEvent(out, "error", OpenAiErrorBody(NoPicture(*response)));
    }
    for (const chat::Media* picture : pictures) {
      const bool last = picture == pictures.back();
      AppendSseEvent(out, kind_, Completed(*picture, last ? response->usage : chat::Usage()));
    }
  }

  std::string Completed(const chat::Media& picture, const chat::Usage& usage) const {
    std::string out;
    JsonWriter json(out);
    json.Object().Key("type").String(kind_).Key("b64_json").String(picture.data);
    json.Key("created_at").Int(reply_.created).Key("size").Raw(Asked(kAskedSize));
    json.Key("quality").Raw(Asked(kAskedQuality)).Key("background").String("opaque");
    json.Key("output_format").String(FormatOf(picture));
    WriteUsage(json.Key("usage"), usage, Shape::kEvent);
    json.EndObject();
    return out;
  }

  // The requested value, as JSON.
  std::string_view Asked(const std::string& field) const {
    constexpr std::string_view kAuto = "\"auto\"";
    if (reply_.request == nullptr) return kAuto;
    const auto found = reply_.request->extra.find(field);
    return found == reply_.request->extra.end() ? kAuto : std::string_view(found->second);
  }

  const std::string kind_;
  const Reply reply_;
  chat::Fold fold_;
};

}  // namespace

Result<std::string> WriteImages(const chat::Response& response, const Reply& reply) {
  const auto pictures = PicturesOf(response);
  if (pictures.empty()) return NoPicture(response);
  const bool as_url = reply.request != nullptr && reply.request->style == "url";
  std::string out;
  JsonWriter json(out);
  json.Object().Key("created").Int(reply.created).Key("data").Array();
  for (const chat::Media* picture : pictures) WritePicture(json, *picture, as_url);
  json.EndArray().Key("output_format").String(FormatOf(*pictures.front()));
  if (response.usage.known) WriteUsage(json.Key("usage"), response.usage, Shape::kWhole);
  json.EndObject();
  return out;
}

std::unique_ptr<StreamWriter> NewImageStream(std::string_view kind, Reply reply) {
  return std::make_unique<ImageStream>(kind, std::move(reply));
}

}  // namespace agm::protocol
