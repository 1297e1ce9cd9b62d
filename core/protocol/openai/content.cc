#include "core/protocol/openai/content.h"

#include <optional>

#include "core/protocol/shared/media.h"
#include "core/protocol/shared/mime.h"

namespace agm::protocol {
namespace {

using MaybeBlock = std::optional<chat::Block>;

// Unwraps media, or reports its error at the field.
MaybeBlock Take(Result<chat::Media> media, const FieldPath& at, Fields& fields) {
  if (!media) {
    fields.Refuse(media.error().reason, at, media.error().message);
    return std::nullopt;
  }
  if (!media->uri.empty()) media->place.path = at.Text();
  return *std::move(media);
}

// Reads a URL as the object {url} or, from some clients, as a bare string.
MaybeBlock ReadUrl(JsonView part, std::string_view key, const FieldPath& at, chat::MediaKind kind,
                   Fields& fields) {
  const FieldPath outer(at, key);
  const FieldPath inner(outer, "url");
  const JsonView value = part[key];
  const bool bare = value.is(JsonKind::kString);
  if (!bare && !fields.Get(part, key, JsonKind::kObject, at)) {
    fields.Refuse("missing_required_parameter", outer, "an object with a url is required");
    return std::nullopt;
  }
  const JsonView url = bare ? value : fields.Get(value, "url", JsonKind::kString, outer);
  if (!url) {
    fields.Refuse("missing_required_parameter", inner, "a string is required");
    return std::nullopt;
  }
  const auto plain = url.plain();
  auto block = plain ? Take(MediaFromUrl(*plain, kind), bare ? outer : inner, fields)
                     : Take(MediaFromUrl(url.text(), kind), bare ? outer : inner, fields);
  if (block && !bare) std::get<chat::Media>(*block).detail = value["detail"].text();
  return block;
}

MaybeBlock ReadAudio(JsonView part, const FieldPath& at, Fields& fields) {
  const FieldPath outer(at, "input_audio");
  const JsonView audio = fields.Get(part, "input_audio", JsonKind::kObject, at);
  if (!audio) {
    fields.Refuse("missing_required_parameter", outer, "an object is required");
    return std::nullopt;
  }
  const std::string format = fields.NeededText(audio, "format", outer);
  const std::string data = fields.NeededText(audio, "data", outer);
  if (!fields.ok()) return std::nullopt;
  const std::string_view mime = AudioMime(format);
  if (mime.empty()) {
    fields.Refuse("invalid_value", FieldPath(outer, "format"),
                  "expected one of wav, mp3, aac, ogg, flac, aiff, m4a, opus, webm, pcm16");
    return std::nullopt;
  }
  return Take(MediaFromBase64(data, mime, {}, chat::MediaKind::kAudio), FieldPath(outer, "data"),
              fields);
}

MaybeBlock ReadFileId(JsonView part, chat::MediaKind kind, const FieldPath& at, Fields& fields) {
  const std::string id = fields.NeededText(part, "file_id", at);
  if (!fields.ok()) return std::nullopt;
  return Take(MediaFromFileId(id, kind), FieldPath(at, "file_id"), fields);
}

// Reads a part of a Responses message, whose members are in the part itself.
MaybeBlock ReadInputImage(JsonView part, const FieldPath& at, Fields& fields) {
  if (part["file_id"] && !part["image_url"]) {
    return ReadFileId(part, chat::MediaKind::kImage, at, fields);
  }
  auto block = ReadUrl(part, "image_url", at, chat::MediaKind::kImage, fields);
  if (block && part["detail"]) std::get<chat::Media>(*block).detail = part["detail"].text();
  return block;
}

// Reads a file; the members are in `file`, or in the part itself (Responses style).
MaybeBlock ReadFile(JsonView file, const FieldPath& at, Fields& fields) {
  const std::string name = fields.Text(file, "filename", at);
  const JsonView data = fields.Get(file, "file_data", JsonKind::kString, at);
  if (data) {
    const auto plain = data.plain();
    return Take(MediaFromBase64(plain ? *plain : std::string_view(data.text()), {}, name,
                                chat::MediaKind::kFile),
                FieldPath(at, "file_data"), fields);
  }
  if (const JsonView url = fields.Get(file, "file_url", JsonKind::kString, at)) {
    return Take(MediaFromUrl(url.text(), chat::MediaKind::kFile), FieldPath(at, "file_url"),
                fields);
  }
  if (file["file_id"]) return ReadFileId(file, chat::MediaKind::kFile, at, fields);
  fields.Refuse("missing_required_parameter", FieldPath(at, "file_data"),
                "the file's data is required");
  return std::nullopt;
}

MaybeBlock NeedObject(JsonView part, std::string_view key, const FieldPath& at, Fields& fields) {
  const FieldPath inner(at, key);
  const JsonView file = fields.Get(part, key, JsonKind::kObject, at);
  if (file) return ReadFile(file, inner, fields);
  fields.Refuse("missing_required_parameter", inner, "an object is required");
  return std::nullopt;
}

MaybeBlock ReadMedia(JsonView part, std::string_view type, const FieldPath& at, Fields& fields) {
  if (type == "image_url") {
    return ReadUrl(part, "image_url", at, chat::MediaKind::kImage, fields);
  }
  if (type == "input_image") return ReadInputImage(part, at, fields);
  if (type == "video_url") {
    return ReadUrl(part, "video_url", at, chat::MediaKind::kVideo, fields);
  }
  if (type == "input_audio") return ReadAudio(part, at, fields);
  if (type == "output_audio") {
    const std::string data = fields.NeededText(part, "data", at);
    if (!fields.ok()) return std::nullopt;
    return Take(MediaFromBase64(data, {}, {}, chat::MediaKind::kAudio), FieldPath(at, "data"),
                fields);
  }
  if (type == "file") return NeedObject(part, "file", at, fields);
  if (type == "input_file") return ReadFile(part, at, fields);
  fields.Refuse(
      "invalid_value", FieldPath(at, "type"),
      fmt::format("expected one of text, input_text, output_text, image_url, input_image, "
                  "input_audio, file, input_file, refusal, video_url, found \"{}\"",
                  type));
  return std::nullopt;
}

// Thoughts of an earlier answer, in the words of several servers. No model takes them back.
bool IsThought(JsonView part) {
  const JsonView type = part["type"];
  return type.equals("think") || type.equals("thinking") || type.equals("reasoning") ||
         type.equals("redacted_thinking");
}

MaybeBlock ReadPart(JsonView part, const FieldPath& at, Speaker speaker, Fields& fields) {
  if (part.is(JsonKind::kString)) return chat::Text{part.text(), {}};
  if (!part.is(JsonKind::kObject)) {
    fields.WrongType(at, "an object", part);
    return std::nullopt;
  }
  const std::string type = fields.NeededText(part, "type", at);
  if (!fields.ok()) return std::nullopt;
  if (type == "text" || type == "input_text" || type == "output_text") {
    const JsonView text = fields.Get(part, "text", JsonKind::kString, at);
    if (!text) {
      fields.Refuse("missing_required_parameter", FieldPath(at, "text"), "a string is required");
    }
    return chat::Text{text.text(), {}};
  }
  if (speaker == Speaker::kSystem) {
    fields.Refuse("invalid_value", at, "system and developer messages take only text");
    return std::nullopt;
  }
  if (type == "refusal" && speaker == Speaker::kAssistant) {
    return chat::Refusal{fields.Text(part, "refusal", at)};
  }
  return ReadMedia(part, type, at, fields);
}

}  // namespace

void ReadOpenAiContent(JsonView content, const FieldPath& at, Speaker speaker, Fields& fields,
                       std::vector<chat::Block>& blocks) {
  if (!content || content.is(JsonKind::kNull)) return;
  if (content.is(JsonKind::kString)) {
    blocks.emplace_back(chat::Text{content.text(), {}});
    return;
  }
  if (!content.is(JsonKind::kArray)) {
    fields.WrongType(at, "a string or an array", content);
    return;
  }
  std::size_t index = 0;
  for (const JsonView part : content.items()) {
    const FieldPath inner(at, index++);
    if (speaker == Speaker::kAssistant && IsThought(part)) continue;
    auto block = ReadPart(part, inner, speaker, fields);
    if (!block) return;
    blocks.push_back(*std::move(block));
  }
}

std::vector<std::variant<chat::Text, chat::Media>> ReadOpenAiResult(JsonView content,
                                                                    const FieldPath& at,
                                                                    Fields& fields) {
  std::vector<chat::Block> blocks;
  if (content.is(JsonKind::kObject)) {
    // The API does not allow an object here; clients mean its text.
    blocks.emplace_back(chat::Text{std::string(content.raw()), {}});
  } else {
    ReadOpenAiContent(content, at, Speaker::kTool, fields, blocks);
  }
  std::vector<std::variant<chat::Text, chat::Media>> out;
  for (chat::Block& block : blocks) {
    auto* text = std::get_if<chat::Text>(&block);
    if (text != nullptr && !text->text.empty()) out.emplace_back(std::move(*text));
    if (auto* media = std::get_if<chat::Media>(&block)) out.emplace_back(std::move(*media));
  }
  return out;
}

}  // namespace agm::protocol
