#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// Media from a URL as clients give it. A `data:` URL becomes inline base64 (taken without
/// ";base64", with the URL alphabet, with or without a media type, which the first bytes then
/// tell); https://, http:// and gs:// stay references. A host that only this machine or its network
/// can reach is refused. Fails with a sentence about what is wrong: an Error without a path.
Result<chat::Media> MediaFromUrl(std::string_view url, chat::MediaKind kind);

/// Media from bare base64 (or a data: URL) and a type that is told, or the name, or the bytes.
Result<chat::Media> MediaFromBase64(std::string_view base64, std::string_view mime,
                                    std::string_view name, chat::MediaKind kind);

/// Media from a file's bytes, with the type as MediaFromBase64 finds it. Fails where there are
/// none.
Result<chat::Media> MediaFromBytes(std::string_view bytes, std::string_view mime,
                                   std::string_view name, chat::MediaKind kind);

/// True for a reference that only the upstream itself can read: gs://, a file service's URI, a
/// video on YouTube.
bool IsUpstreamsOwn(std::string_view uri);

/// The media type of an audio format's name ("wav", "mp3", ...); empty if it is not known.
std::string_view AudioMime(std::string_view format);

/// What a media type is, as far as its name tells.
chat::MediaKind KindOfMime(std::string_view mime);

}  // namespace agm::protocol
