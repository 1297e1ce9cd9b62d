#include "core/protocol/shared/media.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/base64.h"
#include "core/base/ip_address.h"
#include "core/base/origin.h"
#include "core/base/percent.h"
#include "core/base/utf8.h"
#include "core/protocol/shared/mime.h"

namespace agm::protocol {
namespace {

constexpr std::string_view kUnknown = "application/octet-stream";

bool StartsWithWord(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = text[i];
    if (ToLower(c) != word[i]) return false;
  }
  return true;
}

bool EndsWithWord(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && StartsWithWord(text.substr(text.size() - word.size()), word);
}

/// A URL of the form data:[mime][;parameter]*[;base64],payload
struct DataUrl {
  std::string mime;
  std::string base64;
};

Result<DataUrl> ReadDataUrl(std::string_view url) {
  constexpr std::string_view kScheme = "data:";
  url.remove_prefix(kScheme.size());
  const std::size_t comma = url.find(',');
  if (comma == std::string_view::npos) {
    return Invalid("invalid_value", "", "expected a comma before the data of a data: URL");
  }
  const std::string_view head = url.substr(0, comma);
  const std::string_view payload = url.substr(comma + 1);
  DataUrl out;
  out.mime = CanonicalMime(head);
  const bool marked = EndsWithWord(head, ";base64");
  const bool escaped = payload.find('%') != std::string_view::npos;
  const std::string plain = escaped ? PercentDecode(payload) : std::string();
  const std::string_view data = escaped ? std::string_view(plain) : payload;
  auto base64 = NormalBase64(data);
  // Some clients omit ";base64", so a picture is decoded as base64 in any case.
  const bool text = !marked && (!base64 || out.mime.starts_with("text/"));
  if (text) base64 = NormalBase64(EncodeBase64(data));
  if (!base64) return Invalid("invalid_value", "", "expected base64 data in the data: URL");
  out.base64 = *std::move(base64);
  return out;
}

bool IsDataUrl(std::string_view url) { return StartsWithWord(url, "data:"); }

bool IsText(std::string_view mime) {
  return mime.starts_with("text/") || mime == "image/svg+xml" || mime == "application/rtf";
}

// True if the first bytes are UTF-8 text without control characters except white space.
bool LooksLikeText(const std::string& base64) {
  constexpr std::size_t kHead = 4096;  // whole groups of four
  std::string head = DecodeBase64(std::string_view(base64).substr(0, kHead));
  for (std::size_t cut = 0; base64.size() > kHead && cut < 3 && !IsUtf8(head); ++cut) {
    head.pop_back();  // of a character that the end of the head cuts in two
  }
  return IsUtf8(head) && std::none_of(head.begin(), head.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t' &&
                  c != '\f' && c != '\x1b';
         });
}

std::string TextMime(std::string_view name) {
  std::string mime = MimeOfName(name);
  return IsText(mime) ? mime : "text/plain";
}

// Corrects a file's label that its bytes or its name contradict: browsers label TypeScript's .ts as
// MPEG video.
std::string CorrectLabel(std::string told, std::string_view name, const std::string& base64) {
  const bool text = LooksLikeText(base64);
  if (text) return IsText(told) ? told : TextMime(name);
  if (!told.starts_with("text/")) return told;
  std::string mime = MimeOfName(name);
  if (mime.empty() || IsText(mime)) mime = MimeOfBase64(base64);
  return mime == kUnknown ? told : mime;
}

// The media type: that of bytes which leave no doubt, else the label or what the name says in its
// place, else that of the bytes.
std::string ChooseMime(std::string told, std::string_view name, const std::string& base64,
                       chat::MediaKind kind) {
  std::string certain = CertainMimeOfBase64(base64);
  const bool sound = told.starts_with("audio/") && certain.starts_with("audio/");
  if (!certain.empty() && !sound) return certain;
  if (told.empty() || told == kUnknown) told = MimeOfName(name);
  if (told.empty()) {
    std::string mime = MimeOfBase64(base64);
    return mime == kUnknown && LooksLikeText(base64) ? "text/plain" : mime;
  }
  // Media that come as a picture but are labelled as none are a file.
  const bool file = kind != chat::MediaKind::kAudio && KindOfMime(told) == chat::MediaKind::kFile;
  return file || kind == chat::MediaKind::kFile ? CorrectLabel(std::move(told), name, base64)
                                                : told;
}

Result<chat::Media> Inline(DataUrl data, std::string_view name, chat::MediaKind kind) {
  chat::Media media;
  media.mime = ChooseMime(std::move(data.mime), name, data.base64, kind);
  media.kind = kind;
  media.data = std::move(data.base64);
  media.name = name;
  const bool picture = kind == chat::MediaKind::kImage || kind == chat::MediaKind::kVideo;
  if (picture && (media.mime == kUnknown || media.mime == "text/plain")) {
    return Invalid(
        "invalid_value", "",
        "expected the data of an image, found neither a media type nor bytes that tell one");
  }
  if (picture) media.kind = KindOfMime(media.mime);
  return media;
}

Error BadUrl(std::string message) { return Invalid("invalid_image_url", "", std::move(message)); }

// Checks that a reference could be fetched, before it is fetched or sent upstream.
Result<void> CheckReference(std::string_view url) {
  if (StartsWithWord(url, "gs://")) return {};
  if (!StartsWithWord(url, "https://") && !StartsWithWord(url, "http://")) {
    return BadUrl("expected a data:, https:// or gs:// URL; other schemes are not read");
  }
  const auto origin = ReadOrigin(url);
  if (!origin) return BadUrl("expected https://host/..., without a user name");
  if (!IsPublicHost(origin->host)) {
    return BadUrl("expected a host that is public, found \"" + origin->host + "\"");
  }
  return {};
}

bool IsOneOf(std::string_view host, std::initializer_list<std::string_view> hosts) {
  return std::find(hosts.begin(), hosts.end(), host) != hosts.end();
}

}  // namespace

Result<chat::Media> MediaFromUrl(std::string_view url, chat::MediaKind kind) {
  if (IsDataUrl(url)) {
    auto data = ReadDataUrl(url);
    if (!data) return std::move(data).error();
    return Inline(*std::move(data), {}, kind);
  }
  if (auto checked = CheckReference(url); !checked) return std::move(checked).error();
  chat::Media media;
  media.kind = kind;
  media.uri = url;
  media.mime = MimeOfName(url);
  return media;
}

std::string FileName(std::string_view id) {
  for (const std::string_view prefix : {"file-", "file_", "files/"}) {
    if (id.starts_with(prefix)) {
      id.remove_prefix(prefix.size());
      break;
    }
  }
  const bool good = !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  return good ? "files/" + std::string(id) : std::string();
}

Result<chat::Media> MediaFromFileId(std::string_view id, chat::MediaKind kind) {
  chat::Media media;
  media.kind = kind;
  media.uri = FileName(id);
  if (media.uri.empty()) return Invalid("invalid_value", "", "no file has such an id");
  return media;
}

Result<chat::Media> MediaFromBase64(std::string_view base64, std::string_view mime,
                                    std::string_view name, chat::MediaKind kind) {
  DataUrl data;
  if (IsDataUrl(base64)) {
    auto url = ReadDataUrl(base64);
    if (!url) return std::move(url).error();
    data = *std::move(url);
  } else {
    auto normal = NormalBase64(base64);
    if (!normal) return Invalid("invalid_value", "", "expected base64 data");
    data.base64 = *std::move(normal);
  }
  if (!mime.empty()) data.mime = mime;
  return Inline(std::move(data), name, kind);
}

Result<chat::Media> MediaFromBytes(std::string_view bytes, std::string_view mime,
                                   std::string_view name, chat::MediaKind kind) {
  if (bytes.empty()) return Invalid("invalid_value", "", "expected a file, found no bytes");
  return Inline(DataUrl{CanonicalMime(mime), EncodeBase64(bytes)}, name, kind);
}

bool IsUpstreamsOwn(std::string_view uri) {
  const auto origin = ReadOrigin(uri);
  if (!origin) return true;
  if (origin->host == "generativelanguage.googleapis.com") return true;
  return IsOneOf(origin->host, {"youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be"});
}

std::string_view AudioMime(std::string_view format) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kFormats = {{
      {"wav", "audio/wav"},
      {"mp3", "audio/mpeg"},
      {"mpeg", "audio/mpeg"},
      {"aac", "audio/aac"},
      {"ogg", "audio/ogg"},
      {"flac", "audio/flac"},
      {"aiff", "audio/aiff"},
      {"m4a", "audio/m4a"},
      {"opus", "audio/opus"},
      {"webm", "audio/webm"},
      {"pcm16", "audio/l16;rate=24000"},
  }};
  for (const auto& [name, mime] : kFormats) {
    if (name == format) return mime;
  }
  return {};
}

chat::MediaKind KindOfMime(std::string_view mime) {
  if (mime.starts_with("image/")) return chat::MediaKind::kImage;
  if (mime.starts_with("audio/")) return chat::MediaKind::kAudio;
  if (mime.starts_with("video/")) return chat::MediaKind::kVideo;
  return chat::MediaKind::kFile;
}

}  // namespace agm::protocol
