// A Responses request is refused with a message, or it is written as valid JSON for every family of
// models, and the parts of it that responses echo and lists show are valid JSON again. Input and
// history are the same text, so that calls find their outputs in either.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/protocol/gemini/request.h"
#include "core/protocol/responses/listing.h"
#include "core/protocol/responses/request.h"
#include "core/protocol/responses/responses.h"

namespace {

using namespace agm;

constexpr JsonLimits kDeep{512, 16'000'000};

void CheckJson(std::string_view text) {
  if (!JsonDoc::Parse(text, kDeep)) std::abort();
}

void CheckListing(const chat::Request& request) {
  const auto input = JsonDoc::Parse(request.extra.at("responses.input"));
  if (!input) std::abort();
  for (const JsonView item : input->root().items()) {
    std::string out;
    JsonWriter json(out);
    protocol::WriteListedItem(json, item, "item_1");
    CheckJson(out);
  }
}

void CheckAnswer(const chat::Request& request) {
  chat::Response response;
  response.choices.emplace_back();
  auto& blocks = response.choices.back().blocks;
  blocks.emplace_back(chat::Text{"text", "c2ln"});
  for (const chat::Tool& tool : request.tools) {
    blocks.emplace_back(chat::ToolCall{"call", tool.name, "{}", tool.kind, {}});
  }
  const auto written = protocol::Responses().WriteResponse(response, {"id", "m", 1, &request});
  if (!written) std::abort();
  CheckJson(*written);
}

void Check(std::string_view body, std::string_view history) {
  const auto request = protocol::ReadResponsesRequest(body, {std::string(history), {}});
  if (!request) {
    if (request.error().message.empty()) std::abort();
    return;
  }
  for (const char* model : {"gemini-1.5-pro", "gemini-3-flash", "gemini-4-neon"}) {
    const auto written = protocol::WriteGeminiRequest(*request, protocol::TraitsOf(model));
    if (written) CheckJson(written->body);
  }
  CheckListing(*request);
  CheckAnswer(*request);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(bytes), size);
  (void)protocol::ReadResponsesLinks(body);
  Check(body, {});
  const auto doc = JsonDoc::Parse(body);
  const bool items = doc && doc->root()["input"].is(JsonKind::kArray);
  if (items) Check(body, doc->root()["input"].raw());
  return 0;
}
