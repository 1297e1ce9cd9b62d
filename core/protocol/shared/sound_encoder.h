#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/protocol/shared/sound.h"

namespace agm::protocol {

/// True for "mp3", "opus" or "flac" if this build can write it.
bool CanEncodeSound(std::string_view format);

/// The file's bytes; kInternal if the encoder fails, or if there is none for the format.
Result<std::string> EncodeCompressed(const Sound& sound, std::string_view format);

}  // namespace agm::protocol
