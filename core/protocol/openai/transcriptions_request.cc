#include "core/protocol/openai/transcriptions_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/base64.h"
#include "core/protocol/openai/sampling.h"
#include "core/protocol/shared/fields.h"
#include "core/protocol/shared/form.h"
#include "core/protocol/shared/form_fields.h"
#include "core/protocol/shared/media.h"
#include "core/protocol/shared/mime.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kMaxLanguage = 40;
constexpr std::string_view kFormats = "flac, mp3, mp4, mpeg, m4a, ogg, wav or webm";

constexpr std::array kFields = {
    FormField{"model", FormKind::kText},
    FormField{"language", FormKind::kText},
    FormField{"prompt", FormKind::kText},
    FormField{"response_format", FormKind::kText},
    FormField{"temperature", FormKind::kNumber},
    FormField{"stream", FormKind::kBool},
    FormField{"timestamp_granularities", FormKind::kTexts},
    FormField{"include", FormKind::kTexts},
    FormField{"languages", FormKind::kTexts},
    FormField{"keywords", FormKind::kTexts},
};

constexpr std::string_view kTask =
    "Transcribe the speech in this recording word for word, in the language that is spoken. Answer "
    "with the transcript and nothing else; where nothing is said, it is empty.";
constexpr std::string_view kSegmentsTask =
    " Divide it into segments of about a sentence, each with the seconds from the beginning of the "
    "recording at which it starts and ends.";
constexpr std::string_view kWordsTask = " List every word with its start and end as well.";

constexpr std::string_view kTimes = R"("start":{"type":"number"},"end":{"type":"number"})";

// The media type from the client's type, else the file name, else the first bytes; empty for other
// types. A container that may hold video is treated as audio: common tools label every .mp4 and
// .webm as video, and the model ignores the audio of a video.
std::string AudioTypeOf(const FormPart& file) {
  for (const std::string& type : {CanonicalMime(file.type), MimeOfName(file.filename),
                                  MimeOfBase64(EncodeBase64(file.data.substr(0, 24)))}) {
    for (const std::string_view container :
         {"video/mp4", "video/webm", "video/mpeg", "video/ogg"}) {
      if (type == container) return "audio/" + type.substr(type.find('/') + 1);
    }
    if (type.starts_with("audio/") || type.starts_with("video/")) return type;
  }
  return {};
}

std::string FoundInstead(const FormPart& file) {
  if (!file.filename.empty()) return "\"" + file.filename + "\"";
  return file.type.empty() ? "bytes that tell no format" : file.type;
}

void ReadFile(const std::vector<FormPart>& parts, Fields& fields, chat::Message& message) {
  const FieldPath at("file");
  const auto files = FormFiles(parts, "file");
  if (files.empty()) {
    fields.Refuse("missing_required_parameter", at, "an audio file is required");
    return;
  }
  if (files.size() > 1) {
    fields.Refuse("invalid_value", at, fmt::format("expected one file, found {}", files.size()));
    return;
  }
  const FormPart& file = *files.front();
  const std::string type = AudioTypeOf(file);
  if (type.empty() && !file.data.empty()) {
    fields.Refuse("invalid_value", at,
                  fmt::format("expected audio as {}, found {}", kFormats, FoundInstead(file)));
    return;
  }
  auto media = MediaFromBytes(file.data, type, file.filename, chat::MediaKind::kAudio);
  if (media) {
    message.blocks.emplace_back(*std::move(media));
  } else {
    fields.Refuse(media.error().reason, at, media.error().message);
  }
}

struct Times {
  bool segments = false;
  bool words = false;
};

// Times stand in verbose_json alone; SDKs send the wish for them with every format.
Times ReadTimes(JsonView body, Fields& fields, std::string_view format) {
  const FieldPath at("timestamp_granularities");
  const JsonView wanted = body["timestamp_granularities"];
  const bool verbose = format == "verbose_json";
  Times times{verbose && wanted.size() == 0, false};
  std::size_t index = 0;
  for (const JsonView item : wanted.items()) {
    const FieldPath inner(at, index++);
    if (item.equals("segment")) {
      times.segments = verbose;
    } else if (item.equals("word")) {
      times.words = verbose;
    } else {
      fields.Refuse("invalid_value", inner,
                    fmt::format("expected segment or word, found \"{}\"", item.text()));
    }
  }
  return times;
}

bool IsLanguage(std::string_view text) {
  return text.size() <= kMaxLanguage && std::all_of(text.begin(), text.end(), [](char c) {
           return IsLetter(c) || c == '-' || c == '_';
         });
}

// Reads the codes of `language` or of all `languages`, for the prompt.
std::string ReadLanguages(JsonView body, Fields& fields) {
  std::string languages = fields.Text(body, "language", {});
  if (!IsLanguage(languages)) {
    fields.Refuse("invalid_value", FieldPath("language"),
                  "expected a language's code such as \"en\"");
  }
  const FieldPath at("languages");
  std::size_t index = 0;
  for (const JsonView item : body["languages"].items()) {
    const std::string language = item.text();
    const FieldPath inner(at, index++);
    if (!IsLanguage(language)) {
      fields.Refuse("invalid_value", inner, "expected a language's code such as \"en\"");
    }
    languages += (languages.empty() ? "" : ", ") + language;
  }
  return languages;
}

std::string ReadKeywords(JsonView body) {
  std::string words;
  for (const JsonView item : body["keywords"].items()) {
    words += (words.empty() ? "" : ", ") + item.text();
  }
  return words;
}

// The instructions for the model.
std::string TaskOf(JsonView body, Fields& fields, bool timed, bool words) {
  std::string task(kTask);
  if (timed) task += kSegmentsTask;
  if (words) task += kWordsTask;
  const std::string languages = ReadLanguages(body, fields);
  if (!languages.empty()) task += " Spoken is: " + languages + ".";
  const std::string keywords = ReadKeywords(body);
  if (!keywords.empty()) task += "\nThese words may occur: " + keywords;
  const std::string prompt = fields.Text(body, "prompt", {});
  if (prompt.empty()) return task;
  return task +
         "\nThis text, which is no part of the recording, shows its context and spelling:\n" +
         prompt;
}

std::string SchemaOf(bool words) {
  const auto list = [](std::string_view text) {
    return fmt::format(R"({{"type":"array","items":{{"type":"object","properties":{{{0},)"
                       R"("{1}":{{"type":"string"}}}},"required":["start","end","{1}"]}}}})",
                       kTimes, text);
  };
  std::string schema =
      R"({"type":"object","properties":{"language":{"type":"string",)"
      R"("description":"The spoken language's English name in lower case"},"segments":)" +
      list("text");
  if (words) schema += R"(,"words":)" + list("word");
  schema += words ? R"(},"required":["language","segments","words"]})"
                  : R"(},"required":["language","segments"]})";
  return schema;
}

void ReadShape(JsonView body, Fields& fields, chat::Request& request) {
  const std::string format =
      fields.Word(body, "response_format", {}, {"json", "text", "srt", "verbose_json", "vtt"});
  request.style = format.empty() ? "json" : format;
  const Times times = ReadTimes(body, fields, request.style);
  if (times.segments) request.extra[kAskedSegments] = "true";
  if (times.words) request.extra[kAskedWords] = "true";
  const bool timed = request.style != "json" && request.style != "text";
  if (timed) {
    request.format = {chat::OutputFormat::kJsonSchema, "transcript", SchemaOf(times.words), false,
                      false};
  }
  request.stream = fields.Bool(body, "stream", {}).value_or(false);
  if (timed && request.stream) {
    fields.Refuse("invalid_value", FieldPath("stream"),
                  "allowed only where response_format is json or text");
  }
  request.messages.front().blocks.emplace_back(
      chat::Text{TaskOf(body, fields, timed, times.words), {}});
}

}  // namespace

Result<chat::Request> ReadTranscription(std::string_view content_type, std::string_view text) {
  if (!IsForm(content_type)) return UnreadableType(content_type, "multipart/form-data");
  const auto parts = ReadForm(content_type, text);
  if (!parts) return parts.error();
  const auto plain = FormAsJson(*parts, kFields);
  if (!plain) return plain.error();
  const auto doc = JsonDoc::Parse(*plain);
  if (!doc) return doc.error();
  const JsonView body = doc->root();
  Fields fields;
  chat::Request request;
  request.messages.resize(1);
  ReadOpenAiModel(body, fields, request);
  ReadFile(*parts, fields, request.messages.front());
  ReadShape(body, fields, request);
  request.sampling.temperature = fields.Number(body, "temperature", {}, {0, 1});
  request.reasoning.effort = chat::Effort::kNone;
  if (const JsonView include = body["include"]; include.size() > 0) {
    request.extra["openai.include"] = include.raw();
  }
  if (!fields.ok()) return *fields.error();
  return request;
}

}  // namespace agm::protocol
