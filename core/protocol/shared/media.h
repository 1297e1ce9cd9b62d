#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// Reads media from a client's URL. A `data:` URL becomes inline base64 (also without ";base64",
/// with the URL alphabet, or without a media type, which is then derived from the first bytes);
/// https://, http:// and gs:// stay references. A host that only this machine or its network can
/// reach is refused. Errors have no path; the message says what is wrong.
Result<chat::Media> MediaFromUrl(std::string_view url, chat::MediaKind kind);

/// Reads bare base64 (or a data: URL), with the given type, else that of the name or the bytes.
Result<chat::Media> MediaFromBase64(std::string_view base64, std::string_view mime,
                                    std::string_view name, chat::MediaKind kind);

/// Reads a file's bytes; the type is determined as in MediaFromBase64. Fails if there are no bytes.
Result<chat::Media> MediaFromBytes(std::string_view bytes, std::string_view mime,
                                   std::string_view name, chat::MediaKind kind);

/// True for a reference that only the upstream itself can read: gs://, the URI of a file service, a
/// YouTube video.
bool IsUpstreamsOwn(std::string_view uri);

/// The media type of an audio format ("wav", "mp3", ...); empty if it is unknown.
std::string_view AudioMime(std::string_view format);

/// The kind of media according to the name of its type.
chat::MediaKind KindOfMime(std::string_view mime);

}  // namespace agm::protocol
