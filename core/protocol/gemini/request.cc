// Writes requests of the Gemini API:
//
//   request := { systemInstruction?, contents[], tools?, toolConfig?, generationConfig?, ... }
//   content := { role: "user" | "model", parts[] }
//
// The body is written into one string from front to back; only the list of turns, which are
// pointers into the request, is built first.

#include "core/protocol/gemini/request.h"

#include <algorithm>
#include <memory>

#include "core/base/ascii.h"
#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/protocol/gemini/config.h"
#include "core/protocol/gemini/tools.h"
#include "core/protocol/gemini/turns.h"
#include "core/protocol/shared/mime.h"

namespace agm::protocol {
namespace {

// Google documents this placeholder for calls whose signature is lost.
constexpr std::string_view kDummySignature = "skip_thought_signature_validator";

bool IsSignature(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return IsLetterOrDigit(c) || c == '+' || c == '/' || c == '-' || c == '_' || c == '=';
  });
}

std::size_t TextSize(const chat::Request& request) {
  std::size_t size = 1024;
  for (const chat::Message& message : request.messages) {
    for (const chat::Block& block : message.blocks) {
      size += 48;
      if (const auto* text = std::get_if<chat::Text>(&block)) size += text->text.size();
      if (const auto* media = std::get_if<chat::Media>(&block)) size += media->data.size();
      if (const auto* call = std::get_if<chat::ToolCall>(&block)) size += call->arguments.size();
      if (const auto* result = std::get_if<chat::ToolResult>(&block)) {
        for (const auto& item : result->content) {
          if (const auto* text = std::get_if<chat::Text>(&item)) size += text->text.size();
          if (const auto* media = std::get_if<chat::Media>(&item)) size += media->data.size();
        }
      }
    }
  }
  for (const chat::Tool& tool : request.tools) {
    size += tool.description.size() + tool.parameters.size() + 96;
  }
  return size + size / 16;
}

/// Writes one request.
class Writer {
 public:
  Writer(const chat::Request& request, const ModelTraits& traits, const GeminiWriteOptions& options)
      : request_(request),
        traits_(Repaired(traits, options.repair)),
        options_(options),
        names_(request.tools),
        json_(out_.body) {}

  Result<GeminiRequest> Run() {
    std::vector<std::unique_ptr<chat::Block>> spare;
    // A repair that replaces signatures cannot reach those inside the upstream's own parts.
    const GeminiWriteOptions none;
    const bool replace = options_.repair == Repair::kReplaceSignatures;
    GeminiTurns turns = ArrangeGeminiTurns(request_, traits_, replace ? none : options_, spare);
    out_.body.reserve(TextSize(request_));
    json_.Object();
    System(turns);
    json_.Key("contents").Array();
    for (std::size_t i = 0; i < turns.turns.size(); ++i) Turn(turns.turns[i], i >= turns.current);
    json_.EndArray();
    if (auto done = WriteGeminiTools(request_, traits_, options_, names_, json_, out_); !done) {
      return std::move(done).error();
    }
    if (auto done = WriteGeminiConfig(request_, traits_, options_, json_, out_); !done) {
      return std::move(done).error();
    }
    Rest();
    json_.EndObject();
    out_.reading.tools = names_.ToRead();
    out_.reading.one_call = !request_.parallel_tool_calls;
    return std::move(out_);
  }

 private:
  void System(GeminiTurns& turns) {
    const std::string format = FormatInstruction(request_, traits_);
    const bool told = !format.empty() && traits_.system;
    if (turns.system.empty() && !told) return;
    json_.Key("systemInstruction").Object().Key("parts").Array();
    for (const chat::Block* block : turns.system) Part(*block, nullptr);
    if (told) json_.Object().Key("text").String(format).EndObject();
    json_.EndArray().EndObject();
  }

  void Turn(const GeminiTurn& turn, bool current) {
    json_.Object().Key("role").String(turn.model ? "model" : "user").Key("parts").Array();
    // In the current turn the first call of each step needs a signature.
    bool unsigned_call = turn.model && current && traits_.signatures;
    // Results come first; media that do not fit inside them follow the last one.
    const auto rest = std::find_if(turn.blocks.begin(), turn.blocks.end(), [](const auto* block) {
      return !std::holds_alternative<chat::ToolResult>(*block);
    });
    for (auto at = turn.blocks.begin(); at != rest; ++at) Part(**at, &unsigned_call);
    for (auto at = turn.blocks.begin(); at != rest; ++at) LateMedia(**at);
    for (auto at = rest; at != turn.blocks.end(); ++at) Part(**at, &unsigned_call);
    json_.EndArray().EndObject();
  }

  void Part(const chat::Block& block, bool* must_sign) {
    if (const auto* text = std::get_if<chat::Text>(&block)) {
      json_.Object().Key("text").String(text->text);
      Sign(text->signature);
      json_.EndObject();
    } else if (const auto* refusal = std::get_if<chat::Refusal>(&block)) {
      json_.Object().Key("text").String(refusal->text).EndObject();
    } else if (const auto* media = std::get_if<chat::Media>(&block)) {
      MediaPart(*media);
    } else if (const auto* thought = std::get_if<chat::Thought>(&block)) {
      json_.Object().Key("text").String(thought->text).Key("thought").Bool(true);
      Sign(thought->signature);
      json_.EndObject();
    } else if (const auto* call = std::get_if<chat::ToolCall>(&block)) {
      Call(*call, must_sign != nullptr && std::exchange(*must_sign, false));
    } else if (const auto* result = std::get_if<chat::ToolResult>(&block)) {
      ResultPart(*result);
    } else if (const auto* opaque = std::get_if<chat::Opaque>(&block)) {
      json_.Raw(opaque->body);
    }
  }

  void Sign(std::string_view signature) {
    if (!IsSignature(signature)) return;
    const bool replace = options_.repair == Repair::kReplaceSignatures;
    json_.Key("thoughtSignature").String(replace ? kDummySignature : signature);
  }

  void MediaPart(const chat::Media& media) {
    json_.Object();
    MediaMembers(media);
    Sign(media.signature);
    json_.EndObject();
  }

  void MediaMembers(const chat::Media& media) {
    std::string mime = media.mime;
    if (!media.data.empty()) {
      if (mime.empty()) mime = MimeOfBase64(media.data);
      json_.Key("inlineData").Object().Key("mimeType").String(mime);
      json_.Key("data").String(media.data).EndObject();
      return;
    }
    if (mime.empty()) mime = MimeOfName(media.uri);
    json_.Key("fileData").Object();
    if (!mime.empty()) json_.Key("mimeType").String(mime);
    json_.Key("fileUri").String(media.uri).EndObject();
  }

  void Call(const chat::ToolCall& call, bool must_sign) {
    json_.Object().Key("functionCall").Object();
    if (!call.id.empty()) json_.Key("id").String(call.id);
    json_.Key("name").String(names_.Upstream(call.name)).Key("args");
    if (call.kind == chat::ToolKind::kCustom) {
      json_.Object().Key("input").String(call.arguments).EndObject();
    } else {
      json_.Raw(call.arguments.empty() ? std::string_view("{}") : call.arguments);
    }
    json_.EndObject();
    std::string signature = call.signature;
    if (signature.empty() && options_.signatures && !call.id.empty()) {
      signature = options_.signatures(call.id, traits_.family);
    }
    if (!IsSignature(signature)) signature = must_sign ? kDummySignature : "";
    Sign(signature);
    json_.EndObject();
  }

  void ResultPart(const chat::ToolResult& result) {
    json_.Object().Key("functionResponse").Object();
    if (!result.id.empty()) json_.Key("id").String(result.id);
    json_.Key("name").String(names_.Upstream(result.name)).Key("response");
    const auto* first =
        result.content.empty() ? nullptr : std::get_if<chat::Text>(&result.content.front());
    if (result.object && first != nullptr) {
      json_.Raw(first->text);
    } else {
      json_.Object().Key(result.is_error ? "error" : "output").String(Joined(result)).EndObject();
    }
    if (traits_.response_parts) ResponseParts(result);
    json_.EndObject().EndObject();
  }

  static std::string Joined(const chat::ToolResult& result) {
    std::string text;
    for (const auto& item : result.content) {
      if (const auto* piece = std::get_if<chat::Text>(&item)) text += piece->text;
    }
    return text;
  }

  static bool Inline(const chat::Media* media) { return media != nullptr && !media->data.empty(); }

  // Writes a result's inline media inside it, if the model accepts that.
  void ResponseParts(const chat::ToolResult& result) {
    bool open = false;
    for (const auto& item : result.content) {
      const auto* media = std::get_if<chat::Media>(&item);
      if (!Inline(media)) continue;
      if (!open) json_.Key("parts").Array();
      open = true;
      json_.Object();
      MediaMembers(*media);
      json_.EndObject();
    }
    if (open) json_.EndArray();
  }

  // Writes a result's other media as parts after all results.
  void LateMedia(const chat::Block& block) {
    const auto* result = std::get_if<chat::ToolResult>(&block);
    if (result == nullptr) return;
    for (const auto& item : result->content) {
      const auto* media = std::get_if<chat::Media>(&item);
      if (media == nullptr || (traits_.response_parts && Inline(media))) continue;
      if (!media->data.empty() || !media->uri.empty()) MediaPart(*media);
    }
  }

  void Rest() {
    const bool tier = options_.repair != Repair::kOmitServiceTier;
    if (tier && !request_.service_tier.empty())
      json_.Key("serviceTier").String(request_.service_tier);
    constexpr std::string_view kPrefix = "gemini.";
    for (const auto& [key, value] : request_.extra) {
      if (!key.starts_with(kPrefix)) {
        // Fields of the client's dialect are dropped, except those that affect only the response.
        const bool for_answer =
            key == "openai.audio" || key.starts_with("responses.") || key.starts_with("answer.");
        if (!for_answer) out_.dropped.push_back(key);
        continue;
      }
      const std::string_view field = std::string_view(key).substr(kPrefix.size());
      if (field == "tools" || field.starts_with("generationConfig.")) continue;
      json_.Key(field).Raw(value);
    }
  }

  const chat::Request& request_;
  const ModelTraits traits_;
  const GeminiWriteOptions& options_;
  GeminiRequest out_;
  GeminiToolNames names_;
  JsonWriter json_;
};

}  // namespace

int GeminiCallsFor(const chat::Request& request, const ModelTraits& traits) {
  return traits.max_candidates >= request.choices ? 1 : static_cast<int>(request.choices);
}

Result<GeminiRequest> WriteGeminiRequest(const chat::Request& request, const ModelTraits& traits,
                                         const GeminiWriteOptions& options) {
  return Writer(request, traits, options).Run();
}

std::string WithContinuation(std::string_view body, std::string_view token) {
  std::string out(body.substr(0, body.rfind('}')));
  if (out.size() > 1) out += ',';
  out += "\"continuationToken\":";
  out += token;
  out += '}';
  return out;
}

}  // namespace agm::protocol
