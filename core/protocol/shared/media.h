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

/// The upstream's name of a file that a client names by `id` ("file-abc", "file_abc", "files/abc"):
/// "files/abc". Empty if no file has such an id.
std::string FileName(std::string_view id);

/// A file that was uploaded before. Its uri is only its name, which the gateway resolves.
Result<chat::Media> MediaFromFileId(std::string_view id, chat::MediaKind kind);

/// True for a reference that only the upstream itself can read: gs://, the URI of a file service, a
/// YouTube video.
bool IsUpstreamsOwn(std::string_view uri);

/// The media type of an audio format ("wav", "mp3", ...); empty if it is unknown.
std::string_view AudioMime(std::string_view format);

/// The kind of media according to the name of its type.
chat::MediaKind KindOfMime(std::string_view mime);

}  // namespace agm::protocol
