#pragma once

#include "core/base/json_writer.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// Writes media as a content part of a chat request: `image_url`, `video_url`, `input_audio`,
/// `file`.
///
/// Thread safety: any thread.
void WriteOpenAiMedia(JsonWriter& json, const chat::Media& media);

}  // namespace agm::protocol
