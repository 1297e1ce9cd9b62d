#include "core/protocol/anthropic/messages_content.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "core/protocol/shared/media.h"
#include "core/protocol/shared/mime.h"

namespace agm::protocol {
namespace {

using MaybeMedia = std::optional<chat::Media>;

MaybeMedia Take(Result<chat::Media> media, const FieldPath& at, Fields& fields) {
  if (!media) {
    fields.Refuse(media.error().reason, at, media.error().message);
    return std::nullopt;
  }
  if (!media->uri.empty()) media->place.path = at.Text();
  return *std::move(media);
}

// Clients name a media type by a file's ending, which may be wrong: the bytes know better.
MaybeMedia FromBase64(JsonView source, std::string_view name, chat::MediaKind kind,
                      const FieldPath& at, Fields& fields) {
  const FieldPath inner(at, "data");
  const JsonView data = fields.Get(source, "data", JsonKind::kString, at);
  if (!data) {
    fields.Refuse("missing_required_parameter", inner, "base64 data is required");
    return std::nullopt;
  }
  const auto plain = data.plain();
  const std::string decoded = plain ? std::string() : data.text();
  const std::string_view base64 = plain ? *plain : std::string_view(decoded);
  std::string mime = MimeOfBase64(base64);
  const std::string told = source["media_type"].text();
  if (mime == "application/octet-stream") mime = CanonicalMime(told);
  return Take(MediaFromBase64(base64, mime, name, kind), inner, fields);
}

MaybeMedia FromUrl(JsonView source, chat::MediaKind kind, const FieldPath& at, Fields& fields) {
  const std::string url = fields.NeededText(source, "url", at);
  if (!fields.ok()) return std::nullopt;
  auto media = Take(MediaFromUrl(url, kind), FieldPath(at, "url"), fields);
  if (media && kind == chat::MediaKind::kFile && media->mime.empty()) {
    media->mime = "application/pdf";  // documents at an address are nothing else
  }
  return media;
}

MaybeMedia ReadSource(JsonView block, chat::MediaKind kind, const FieldPath& at, Fields& fields) {
  const FieldPath inner(at, "source");
  const JsonView source = fields.Get(block, "source", JsonKind::kObject, at);
  if (!source) {
    fields.Refuse("missing_required_parameter", inner, "an object is required");
    return std::nullopt;
  }
  const std::string type = fields.NeededText(source, "type", inner);
  if (type == "base64") {
    return FromBase64(source, block["title"].text(), kind, inner, fields);
  }
  if (type == "url") return FromUrl(source, kind, inner, fields);
  if (type == "file") {
    const std::string id = fields.NeededText(source, "file_id", inner);
    if (!fields.ok()) return std::nullopt;
    return Take(MediaFromFileId(id, kind), FieldPath(inner, "file_id"), fields);
  }
  fields.Refuse("invalid_value", FieldPath(inner, "type"),
                fmt::format("expected base64, url, file, text or content, found \"{}\"", type));
  return std::nullopt;
}

void ReadMedia(JsonView block, chat::MediaKind kind, const FieldPath& at, Fields& fields,
               std::vector<chat::Block>& to) {
  auto media = ReadSource(block, kind, at, fields);
  if (media) to.emplace_back(*std::move(media));
}

// The title and the context of a document, as lines before its text.
std::string HeadOf(JsonView document) {
  std::string head;
  for (const std::string_view key : {"title", "context"}) {
    const std::string text = document[key].text();
    if (!text.empty()) head += text + "\n";
  }
  return head;
}

void ReadParts(JsonView content, const FieldPath& at, Fields& fields, chat::Request& request,
               std::vector<chat::Block>& to) {
  if (content.is(JsonKind::kString)) return AddText(content.text(), to);
  std::size_t index = 0;
  for (const JsonView part : content.items()) {
    const FieldPath inner(at, index++);
    const std::string type = part["type"].text();
    if (type == "text" || type == "image") {
      ReadMessagesContent(part, type, inner, fields, request, to);
    } else {
      fields.Refuse("invalid_value", FieldPath(inner, "type"), "expected text or image");
    }
    if (!fields.ok()) return;
  }
}

void ReadDocument(JsonView block, const FieldPath& at, Fields& fields, chat::Request& request,
                  std::vector<chat::Block>& to) {
  const FieldPath inner(at, "source");
  const JsonView source = block["source"];
  if (block["citations"]["enabled"].boolean()) Untold("citations", request);
  if (source["type"].equals("text")) {
    AddText(HeadOf(block) + fields.NeededText(source, "data", inner), to);
  } else if (source["type"].equals("content")) {
    AddText(HeadOf(block), to);
    ReadParts(source["content"], FieldPath(inner, "content"), fields, request, to);
  } else {
    ReadMedia(block, chat::MediaKind::kFile, at, fields, to);
  }
}

void ReadSearchResult(JsonView block, const FieldPath& at, Fields& fields, chat::Request& request,
                      std::vector<chat::Block>& to) {
  if (block["citations"]["enabled"].boolean()) Untold("citations", request);
  std::string text = fields.Text(block, "title", at) + "\n" + fields.Text(block, "source", at);
  for (const JsonView part : block["content"].items()) text += "\n" + part["text"].text();
  AddText(std::move(text), to);
}

void ReadText(JsonView block, const FieldPath& at, Fields& fields, std::vector<chat::Block>& to) {
  AddText(fields.NeededText(block, "text", at), to);
}

}  // namespace

void Untold(std::string_view field, chat::Request& request) {
  request.extra[fmt::format("anthropic.{}", field)] = "true";
}

void AddText(std::string text, std::vector<chat::Block>& to) {
  if (!text.empty()) to.emplace_back(chat::Text{std::move(text), {}});
}

bool ReadMessagesContent(JsonView block, std::string_view type, const FieldPath& at, Fields& fields,
                         chat::Request& request, std::vector<chat::Block>& to) {
  if (type == "text") {
    ReadText(block, at, fields, to);
  } else if (type == "image") {
    ReadMedia(block, chat::MediaKind::kImage, at, fields, to);
  } else if (type == "document") {
    ReadDocument(block, at, fields, request, to);
  } else if (type == "search_result") {
    ReadSearchResult(block, at, fields, request, to);
  } else if (type == "container_upload") {
    fields.Refuse("not_found", FieldPath(at, "file_id"),
                  "not found here: this gateway keeps no files");
  } else {
    return false;
  }
  return true;
}

}  // namespace agm::protocol
