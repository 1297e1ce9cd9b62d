#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/replay/mask.h"

namespace agm::replay {

/// A form (multipart/form-data) without what must not leave the machine, and its own Content-Type.
struct MaskedForm {
  std::string content_type;
  std::string body;
};

/// Masks the fields of a form as Mask does; those that give a request its form (model, size,
/// response_format ...) stay. Of a file the extension of its name, its type and its first bytes
/// stay, which tell the kind of media. Fails as protocol::ReadForm.
Result<MaskedForm> MaskForm(std::string_view content_type, std::string_view body, Texts texts);

}  // namespace agm::replay
