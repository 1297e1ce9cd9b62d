#include "core/protocol/openai/media_part.h"

#include <string>
#include <string_view>

namespace agm::protocol {
namespace {

std::string_view AudioFormat(std::string_view mime) {
  if (mime == "audio/mpeg") return "mp3";
  if (mime.starts_with("audio/l16")) return "pcm16";
  return mime.starts_with("audio/") ? mime.substr(6) : "wav";
}

std::string UrlOf(const chat::Media& media) {
  return media.data.empty() ? media.uri : "data:" + media.mime + ";base64," + media.data;
}

}  // namespace

void WriteOpenAiMedia(JsonWriter& json, const chat::Media& media) {
  json.Object().Key("type");
  switch (media.kind) {
    case chat::MediaKind::kImage:
    case chat::MediaKind::kVideo: {
      const bool video = media.kind == chat::MediaKind::kVideo;
      const std::string_view key = video ? "video_url" : "image_url";
      json.String(key).Key(key).Object().Key("url").String(UrlOf(media));
      if (!media.detail.empty()) json.Key("detail").String(media.detail);
      json.EndObject();
      break;
    }
    case chat::MediaKind::kAudio:
      json.String("input_audio").Key("input_audio").Object().Key("data").String(media.data);
      json.Key("format").String(AudioFormat(media.mime)).EndObject();
      break;
    case chat::MediaKind::kFile:
      json.String("file").Key("file").Object();
      if (!media.name.empty()) json.Key("filename").String(media.name);
      json.Key(media.data.empty() ? "file_url" : "file_data").String(UrlOf(media)).EndObject();
      break;
  }
  json.EndObject();
}

}  // namespace agm::protocol
