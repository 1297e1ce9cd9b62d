#include "core/protocol/shared/mime.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/base/base64.h"

namespace agm::protocol {
namespace {

struct Pair {
  std::string_view from;
  std::string_view to;
};

constexpr std::array kMagic = {
    Pair{"\x89PNG", "image/png"},    Pair{"\xFF\xD8\xFF", "image/jpeg"},
    Pair{"GIF8", "image/gif"},       Pair{"BM", "image/bmp"},
    Pair{"%PDF", "application/pdf"}, Pair{"OggS", "audio/ogg"},
    Pair{"fLaC", "audio/flac"},      Pair{"ID3", "audio/mpeg"},
    Pair{"\xFF\xFB", "audio/mpeg"},  Pair{"\xFF\xF3", "audio/mpeg"},
    Pair{"\xFF\xF1", "audio/aac"},   Pair{"\x1A\x45\xDF\xA3", "video/webm"},
    Pair{"{", "text/plain"},
};

// The content type of a RIFF container, at byte 8.
constexpr std::array kRiff = {Pair{"WEBP", "image/webp"}, Pair{"WAVE", "audio/wav"},
                              Pair{"AVI ", "video/x-msvideo"}};

// The brand of an ISO media file, after "ftyp" at byte 4.
constexpr std::array kBrands = {Pair{"heic", "image/heic"}, Pair{"mif1", "image/heif"},
                                Pair{"avif", "image/avif"}, Pair{"M4A ", "audio/m4a"},
                                Pair{"qt  ", "video/quicktime"}};

constexpr std::array kEndings = {
    Pair{"png", "image/png"},
    Pair{"jpg", "image/jpeg"},
    Pair{"jpeg", "image/jpeg"},
    Pair{"gif", "image/gif"},
    Pair{"webp", "image/webp"},
    Pair{"bmp", "image/bmp"},
    Pair{"heic", "image/heic"},
    Pair{"heif", "image/heif"},
    Pair{"avif", "image/avif"},
    Pair{"pdf", "application/pdf"},
    Pair{"txt", "text/plain"},
    Pair{"md", "text/markdown"},
    Pair{"csv", "text/csv"},
    Pair{"html", "text/html"},
    Pair{"htm", "text/html"},
    Pair{"xml", "text/xml"},
    Pair{"css", "text/css"},
    Pair{"rtf", "text/rtf"},
    Pair{"json", "text/plain"},
    Pair{"js", "text/javascript"},
    Pair{"py", "text/x-python"},
    Pair{"wav", "audio/wav"},
    Pair{"mp3", "audio/mpeg"},
    Pair{"mpga", "audio/mpeg"},
    Pair{"ogg", "audio/ogg"},
    Pair{"oga", "audio/ogg"},
    Pair{"flac", "audio/flac"},
    Pair{"aac", "audio/aac"},
    Pair{"aiff", "audio/aiff"},
    Pair{"m4a", "audio/m4a"},
    Pair{"opus", "audio/opus"},
    Pair{"mp4", "video/mp4"},
    Pair{"mov", "video/quicktime"},
    Pair{"webm", "video/webm"},
    Pair{"mpeg", "video/mpeg"},
    Pair{"mpg", "video/mpeg"},
    Pair{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    Pair{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    Pair{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
};

constexpr std::array kOtherNames = {
    Pair{"image/jpg", "image/jpeg"},        Pair{"image/pjpeg", "image/jpeg"},
    Pair{"audio/mp3", "audio/mpeg"},        Pair{"audio/x-wav", "audio/wav"},
    Pair{"audio/wave", "audio/wav"},        Pair{"audio/x-m4a", "audio/m4a"},
    Pair{"audio/x-aiff", "audio/aiff"},     Pair{"audio/x-flac", "audio/flac"},
    Pair{"application/json", "text/plain"}, Pair{"application/x-pdf", "application/pdf"},
};

template <class Table>
std::string_view Find(const Table& table, std::string_view key) {
  for (const Pair& pair : table) {
    if (pair.from == key) return pair.to;
  }
  return {};
}

}  // namespace

std::string MimeOfBase64(std::string_view base64) {
  const std::string head = DecodeBase64(base64.substr(0, 24));
  const std::string_view bytes = head;
  if (bytes.starts_with("RIFF") && bytes.size() >= 12) {
    const std::string_view kind = Find(kRiff, bytes.substr(8, 4));
    if (!kind.empty()) return std::string(kind);
  }
  if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp") {
    const std::string_view kind = Find(kBrands, bytes.substr(8, 4));
    return std::string(kind.empty() ? "video/mp4" : kind);
  }
  if (bytes.size() >= 12 && bytes.starts_with("FORM") && bytes.substr(8, 3) == "AIF") {
    return "audio/aiff";
  }
  for (const Pair& pair : kMagic) {
    if (bytes.starts_with(pair.from)) return std::string(pair.to);
  }
  return "application/octet-stream";
}

std::string CertainMimeOfBase64(std::string_view base64) {
  constexpr std::array<std::string_view, 10> kCertain = {
      "image/png",  "image/jpeg",      "image/gif", "image/webp", "image/heic",
      "image/avif", "application/pdf", "audio/wav", "audio/flac", "audio/aiff"};
  std::string mime = MimeOfBase64(base64);
  const bool certain = std::find(kCertain.begin(), kCertain.end(), mime) != kCertain.end();
  return certain ? mime : std::string();
}

std::string MimeOfName(std::string_view name) {
  name = name.substr(0, name.find_first_of("?#"));
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || name.find('/', dot) != std::string_view::npos) return {};
  return std::string(Find(kEndings, AsciiLower(std::string(name.substr(dot + 1)))));
}

std::string CanonicalMime(std::string_view mime) {
  mime = mime.substr(0, mime.find(';'));
  while (!mime.empty() && mime.front() == ' ') mime.remove_prefix(1);
  while (!mime.empty() && mime.back() == ' ') mime.remove_suffix(1);
  std::string lower = AsciiLower(std::string(mime));
  const std::string_view other = Find(kOtherNames, lower);
  return other.empty() ? lower : std::string(other);
}

}  // namespace agm::protocol
