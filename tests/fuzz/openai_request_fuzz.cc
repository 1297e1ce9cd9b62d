// A client's request is refused with a message, or it is written as valid JSON for every family of
// models, and survives the conversion to both dialects.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/protocol/gemini/request.h"
#include "core/protocol/openai/chat_request.h"
#include "tests/support/gemini_request.h"
#include "tests/support/openai_request.h"

namespace {

using namespace agm;

constexpr JsonLimits kDeep{512, 16'000'000};

void CheckModel(const chat::Request& request, std::string_view model) {
  using enum protocol::Repair;
  for (const auto repair : {kNone, kReplaceSignatures, kLowerSchemas, kTellFormat}) {
    protocol::GeminiWriteOptions options;
    options.repair = repair;
    const auto written = protocol::WriteGeminiRequest(request, protocol::TraitsOf(model), options);
    if (!written) {
      if (written.error().message.empty()) std::abort();
      continue;
    }
    if (!JsonDoc::Parse(written->body, kDeep)) std::abort();
    const auto read = test::ReadGeminiRequest(written->body, model);
    if (!read && JsonDoc::Parse(written->body)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(bytes), size);
  const auto request = protocol::ReadOpenAiChatRequest(body);
  if (!request) {
    if (request.error().message.empty()) std::abort();
    return 0;
  }
  for (const char* model : {"gemini-1.5-pro", "gemini-2.5-pro", "gemini-3-flash", "gemini-4-neon",
                            "gemma-3-27b-it", "gemini-3-pro-image", "gemini-3.8-flash-tts"}) {
    CheckModel(*request, model);
  }
  const std::string again = test::WriteOpenAiChatRequest(*request);
  if (!JsonDoc::Parse(again, kDeep)) std::abort();
  if (const auto read = protocol::ReadOpenAiChatRequest(again)) {
    if (test::WriteOpenAiChatRequest(*read) != again) std::abort();
  }
  return 0;
}
