#include "core/protocol/openai/images_request.h"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

#include "core/base/utf8.h"
#include "core/protocol/openai/picture_size.h"
#include "core/protocol/shared/fields.h"
#include "core/protocol/shared/form.h"
#include "core/protocol/shared/form_fields.h"
#include "core/protocol/shared/media.h"
#include "core/protocol/shared/mime.h"

namespace agm::protocol {
namespace {

constexpr std::int64_t kMaxImages = 10;
constexpr std::size_t kMaxPictures = 16;
constexpr std::size_t kMaxPrompt = 32'000;  // code points
// OpenAI's former default model; the mapping determines its target.
constexpr std::string_view kDefaultModel = "gpt-image-1";
constexpr std::string_view kMaskNote =
    "The next picture is a mask for the first one: change the first picture only where the mask is "
    "transparent.";

constexpr std::array kFormFields = {
    FormField{"model", FormKind::kText},
    FormField{"prompt", FormKind::kText},
    FormField{"n", FormKind::kNumber},
    FormField{"size", FormKind::kText},
    FormField{"quality", FormKind::kText},
    FormField{"response_format", FormKind::kText},
    FormField{"output_format", FormKind::kText},
    FormField{"output_compression", FormKind::kNumber},
    FormField{"background", FormKind::kText},
    FormField{"moderation", FormKind::kText},
    FormField{"input_fidelity", FormKind::kText},
    FormField{"stream", FormKind::kBool},
    FormField{"partial_images", FormKind::kNumber},
    FormField{"user", FormKind::kText},
};

std::string ReadPrompt(JsonView body, Fields& fields) {
  const FieldPath at("prompt");
  std::string prompt = fields.NeededText(body, "prompt", {});
  const std::size_t length = CountCodePoints(prompt);
  if (fields.ok() && prompt.empty()) {
    fields.Refuse("invalid_value", at, "expected some text, found none");
  }
  if (length > kMaxPrompt) {
    fields.Refuse("string_above_max_length", at,
                  fmt::format("expected at most {} characters, found {}", kMaxPrompt, length));
  }
  return prompt;
}

// Reads the size; if it is left open, a high quality selects a large picture.
void ReadPicture(JsonView body, Fields& fields, chat::Request& request) {
  const std::string quality = fields.Word(
      body, "quality", {}, {"auto", "low", "medium", "high", "xhigh", "max", "standard", "hd"});
  const std::string size = fields.Text(body, "size", {});
  if (!quality.empty()) request.extra[kAskedQuality] = body["quality"].raw();
  if (!size.empty()) request.extra[kAskedSize] = body["size"].raw();
  const auto picture = PictureOfSize(size.empty() ? "auto" : size);
  if (!picture) {
    fields.Refuse(
        "invalid_value", FieldPath("size"),
        fmt::format("expected auto or WIDTHxHEIGHT such as 1536x1024, found \"{}\"", size));
    return;
  }
  request.picture = *picture;
  const bool high = quality == "high" || quality == "xhigh" || quality == "max" || quality == "hd";
  if (high && picture->ratio.empty()) request.picture.size = "2K";
}

// Reads the output options. The output is what the model draws: usually PNG with a background. An
// option that this cannot satisfy is refused.
void ReadOutput(JsonView body, Fields& fields, chat::Request& request) {
  const std::string format =
      fields.Word(body, "output_format", {}, {"png", "jpeg", "webp", "gif", "svg"});
  if (format == "gif" || format == "svg") {
    fields.Refuse("unsupported_value", FieldPath("output_format"),
                  fmt::format("expected png, jpeg or webp, found \"{}\"", format));
  }
  const std::string background =
      fields.Word(body, "background", {}, {"auto", "opaque", "transparent"});
  if (background == "transparent") {
    fields.Refuse("unsupported_value", FieldPath("background"),
                  "the models draw no transparent background; expected auto or opaque");
  }
  if (fields.Word(body, "response_format", {}, {"b64_json", "url"}) == "url") request.style = "url";
  fields.Integer(body, "output_compression", {}, {0, 100});
  fields.Integer(body, "partial_images", {}, {0, 3});
  for (const std::string_view field :
       {"output_format", "output_compression", "style", "moderation", "input_fidelity"}) {
    if (const JsonView value = body[field]) {
      request.extra["openai." + std::string(field)] = value.raw();
    }
  }
}

// Reads all fields except the pictures; the only message ends with the prompt.
void ReadCommon(JsonView body, Fields& fields, chat::Request& request) {
  request.model = fields.Text(body, "model", {});
  if (request.model.empty()) request.model = kDefaultModel;
  request.messages.resize(1);
  request.messages.front().blocks.emplace_back(chat::Text{ReadPrompt(body, fields), {}});
  request.choices = fields.Integer(body, "n", {}, {1, kMaxImages}).value_or(1);
  request.fewer_will_do = true;
  request.modalities = {"image"};
  request.stream = fields.Bool(body, "stream", {}).value_or(false);
  request.user = fields.Text(body, "user", {});
  ReadPicture(body, fields, request);
  ReadOutput(body, fields, request);
}

/// The pictures of an edit, collected before the prompt.
class Pictures {
 public:
  explicit Pictures(Fields& fields) : fields_(fields) {}

  bool Add(Result<chat::Media> media, const FieldPath& at) {
    if (!media) return fields_.Refuse(media.error().reason, at, media.error().message);
    if (media->uri.empty() && media->kind != chat::MediaKind::kImage) {
      return fields_.Refuse("invalid_value", at,
                            fmt::format("expected an image, found {}", media->mime));
    }
    if (!media->uri.empty()) media->place.path = at.Text();
    blocks_.emplace_back(*std::move(media));
    return true;
  }

  void AddMaskNote() { blocks_.emplace_back(chat::Text{std::string(kMaskNote), {}}); }

  /// Checks the number of pictures.
  void Count(std::size_t count, const FieldPath& at) {
    if (count == 0) {
      fields_.Refuse("missing_required_parameter", at, "at least one image is required");
    } else if (count > kMaxPictures) {
      fields_.Refuse("array_above_max_length", at,
                     fmt::format("expected at most {} images, found {}", kMaxPictures, count));
    }
  }

  void PutBefore(std::vector<chat::Block>& prompt) && {
    prompt.insert(prompt.begin(), std::make_move_iterator(blocks_.begin()),
                  std::make_move_iterator(blocks_.end()));
  }

 private:
  Fields& fields_;
  std::vector<chat::Block> blocks_;
};

void RefuseMarkup(Fields& fields) {
  fields.Refuse("unsupported_parameter", FieldPath("markup"),
                "the models accept no drawings on a picture; send a mask");
}

Result<chat::Media> FromPart(const FormPart& part) {
  return MediaFromBytes(part.data, part.type, part.filename, chat::MediaKind::kImage);
}

Result<chat::Request> ReadEditForm(std::string_view content_type, std::string_view text) {
  const auto parts = ReadForm(content_type, text);
  if (!parts) return parts.error();
  const auto plain = FormAsJson(*parts, kFormFields);
  if (!plain) return plain.error();
  const auto doc = JsonDoc::Parse(*plain);
  if (!doc) return doc.error();
  Fields fields;
  chat::Request request;
  ReadCommon(doc->root(), fields, request);
  Pictures pictures(fields);
  const FieldPath at("image");
  const auto images = FormFiles(*parts, "image");
  pictures.Count(images.size(), at);
  for (std::size_t i = 0; fields.ok() && i < images.size(); ++i) {
    const FieldPath inner(at, i);
    pictures.Add(FromPart(*images[i]), images.size() == 1 ? at : inner);
  }
  if (!FormFiles(*parts, "markup").empty()) RefuseMarkup(fields);
  const auto mask = FormFiles(*parts, "mask");
  const FieldPath mask_at("mask");
  if (mask.size() > 1) {
    fields.Refuse("invalid_value", mask_at, fmt::format("expected one, found {}", mask.size()));
  }
  if (fields.ok() && !mask.empty()) {
    pictures.AddMaskNote();
    pictures.Add(FromPart(*mask.front()), mask_at);
  }
  if (!fields.ok()) return *fields.error();
  std::move(pictures).PutBefore(request.messages.front().blocks);
  return request;
}

// Reads {image_url} or, from some clients, a bare URL.
bool AddReference(JsonView reference, const FieldPath& at, Fields& fields, Pictures& pictures) {
  if (reference.is(JsonKind::kString)) {
    return pictures.Add(MediaFromUrl(reference.text(), chat::MediaKind::kImage), at);
  }
  if (!reference.is(JsonKind::kObject)) return fields.WrongType(at, "an object", reference);
  if (reference["file_id"]) {
    return fields.Refuse("unsupported_value", FieldPath(at, "file_id"),
                         "uploaded files are not kept here; send the image as image_url");
  }
  const std::string url = fields.NeededText(reference, "image_url", at);
  if (!fields.ok()) return false;
  return pictures.Add(MediaFromUrl(url, chat::MediaKind::kImage), FieldPath(at, "image_url"));
}

Result<chat::Request> ReadEditJson(std::string_view text) {
  const auto doc = ParseBody(text);
  if (!doc) return doc.error();
  const JsonView body = doc->root();
  Fields fields;
  chat::Request request;
  ReadCommon(body, fields, request);
  Pictures pictures(fields);
  const FieldPath at("images");
  const JsonView images = fields.Get(body, "images", JsonKind::kArray, {});
  pictures.Count(images.size(), at);
  std::size_t index = 0;
  for (const JsonView image : images.items()) {
    const FieldPath inner(at, index++);
    if (!fields.ok() || !AddReference(image, inner, fields, pictures)) break;
  }
  if (body["markup"]) RefuseMarkup(fields);
  if (const JsonView mask = body["mask"]; fields.ok() && mask) {
    pictures.AddMaskNote();
    AddReference(mask, FieldPath("mask"), fields, pictures);
  }
  if (!fields.ok()) return *fields.error();
  std::move(pictures).PutBefore(request.messages.front().blocks);
  return request;
}

}  // namespace

Result<chat::Request> ReadImageGeneration(std::string_view text) {
  const auto doc = ParseBody(text);
  if (!doc) return doc.error();
  Fields fields;
  chat::Request request;
  ReadCommon(doc->root(), fields, request);
  if (!fields.ok()) return *fields.error();
  return request;
}

Result<chat::Request> ReadImageEdit(std::string_view content_type, std::string_view body) {
  if (IsForm(content_type)) return ReadEditForm(content_type, body);
  const std::string type = CanonicalMime(content_type);
  if (type.starts_with("multipart/") || type == "application/x-www-form-urlencoded") {
    return UnreadableType(content_type, "multipart/form-data or application/json");
  }
  return ReadEditJson(body);
}

}  // namespace agm::protocol
