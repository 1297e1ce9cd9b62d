// A form is refused with a message, or its parts lie inside the body in their order, and every
// dialect that reads forms returns an error or a request that can be written. The first line is the
// Content-Type.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/base/utf8.h"
#include "core/protocol/gemini/request.h"
#include "core/protocol/openai/images_request.h"
#include "core/protocol/openai/transcriptions_request.h"
#include "core/protocol/shared/form.h"

namespace {

using namespace agm;

void Check(const Result<chat::Request>& request, std::string_view model) {
  if (!request) {
    if (request.error().message.empty()) std::abort();
    return;
  }
  const auto written = protocol::WriteGeminiRequest(*request, protocol::TraitsOf(model));
  if (written ? !JsonDoc::Parse(written->body) : written.error().message.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::string_view type = text.substr(0, text.find('\n'));
  const std::string_view body = text.substr(type.size() + (type.size() < size ? 1 : 0));
  const auto parts = protocol::ReadForm(type, body);
  if (!parts && parts.error().message.empty()) std::abort();
  if (parts) {
    const char* at = body.data();
    for (const protocol::FormPart& part : *parts) {
      if (part.name.empty() || !IsUtf8(part.name) || !IsUtf8(part.filename)) std::abort();
      if (part.data.empty()) continue;
      if (part.data.data() < at || part.data.end() > body.end()) std::abort();
      at = part.data.end();
    }
  }
  Check(protocol::ReadImageEdit(type, body), "gemini-3-pro-image");
  Check(protocol::ReadTranscription(type, body), "gemini-3.8-flash");
  return 0;
}
