#include "cli/probe_cases.h"

#include <fmt/format.h>

#include <array>

#include "cli/probe_checks.h"

namespace agm::cli {
namespace {

constexpr const char* kAsk = "Reply with the single word: ready";

Json ChatRequest(const std::string& model, const std::string& text) {
  Json message = {{"role", "user"}, {"content", text}};
  return {{"model", model}, {"messages", Json::array({message})}};
}

std::string ChatBody(const std::string& model) { return DumpJson(ChatRequest(model, kAsk)); }

std::string StreamBody(const std::string& model) {
  Json request = ChatRequest(model, kAsk);
  request["stream"] = true;
  return DumpJson(request);
}

/// A schema of an object with one required string.
Json OneString(const char* name) {
  return {{"type", "object"},
          {"properties", {{name, {{"type", "string"}}}}},
          {"required", Json::array({name})},
          {"additionalProperties", false}};
}

std::string ToolsBody(const std::string& model) {
  Json request = ChatRequest(model, "What is the weather in Paris? Use the tool.");
  Json function = {{"name", "get_weather"},
                   {"description", "Tells the weather of a city"},
                   {"parameters", OneString("city")}};
  request["tools"] = Json::array({Json{{"type", "function"}, {"function", function}}});
  request["tool_choice"] = "required";
  return DumpJson(request);
}

std::string SchemaBody(const std::string& model) {
  Json request = ChatRequest(model, "What is the capital of France?");
  Json schema = {{"name", "answer"}, {"strict", true}, {"schema", OneString("capital")}};
  request["response_format"] = {{"type", "json_schema"}, {"json_schema", schema}};
  return DumpJson(request);
}

std::string ResponsesBody(const std::string& model) {
  return DumpJson({{"model", model}, {"input", kAsk}, {"store", false}});
}

std::string ResponsesStreamBody(const std::string& model) {
  return DumpJson({{"model", model}, {"input", kAsk}, {"store", false}, {"stream", true}});
}

std::string CompletionsBody(const std::string& model) {
  return DumpJson({{"model", model}, {"prompt", kAsk}, {"max_tokens", 1024}});
}

/// --model names a chat model, so embeddings use a model of their own.
std::string EmbeddingsBody(const std::string&) {
  return DumpJson({{"model", "text-embedding-3-small"}, {"input", "ready"}});
}

std::string AnthropicBody(const std::string& model) {
  Json request = ChatRequest(model, kAsk);
  request["max_tokens"] = 1024;
  return DumpJson(request);
}

std::string GeminiBody(const std::string&) {
  Json parts = Json::array({Json{{"text", kAsk}}});
  Json content = {{"role", "user"}, {"parts", parts}};
  return DumpJson({{"contents", Json::array({content})}});
}

constexpr std::array kCases = {
    ProbeCase{"health", "GET", "/healthz", nullptr, CheckHealth},
    ProbeCase{"models", "GET", "/v1/models", nullptr, CheckModels},
    ProbeCase{"chat", "POST", "/v1/chat/completions", ChatBody, CheckChat},
    ProbeCase{"stream", "POST", "/v1/chat/completions", StreamBody, CheckChatStream},
    ProbeCase{"tools", "POST", "/v1/chat/completions", ToolsBody, CheckTools},
    ProbeCase{"json_schema", "POST", "/v1/chat/completions", SchemaBody, CheckJsonSchema},
    ProbeCase{"responses", "POST", "/v1/responses", ResponsesBody, CheckResponses},
    ProbeCase{"responses-stream", "POST", "/v1/responses", ResponsesStreamBody,
              CheckResponsesStream},
    ProbeCase{"completions", "POST", "/v1/completions", CompletionsBody, CheckCompletions},
    ProbeCase{"embeddings", "POST", "/v1/embeddings", EmbeddingsBody, CheckEmbeddings},
    ProbeCase{"anthropic", "POST", "/v1/messages", AnthropicBody, CheckAnthropic},
    ProbeCase{"gemini", "POST", "/v1beta/models/{model}:generateContent", GeminiBody, CheckGemini},
};

GatewayRequest RequestOf(const ProbeCase& probe, const std::string& model) {
  GatewayRequest request;
  request.method = probe.method;
  request.path = probe.path;
  if (std::size_t at = request.path.find("{model}"); at != std::string::npos) {
    request.path.replace(at, 7, model);
  }
  if (probe.body != nullptr) request.body = probe.body(model);
  if (probe.name == "anthropic") request.headers.emplace_back("anthropic-version", "2023-06-01");
  return request;
}

std::string ErrorWord(const GatewayAnswer& answer, const char* path) {
  auto json = ParseJson(answer.body);
  const Json::json_pointer pointer(path);
  if (!json || !json->contains(pointer) || !json->at(pointer).is_string()) return {};
  return json->at(pointer).get<std::string>();
}

/// True if the gateway has no such route or feature, which is not a failure. If only the model was
/// not found, X-Mapped-Model shows that the route exists.
bool NotThere(const GatewayAnswer& answer) {
  const std::string code = ErrorWord(answer, "/error/code");
  if (answer.status == 405 || answer.status == 501) return true;
  if (answer.status == 404) return answer.mapped_model.empty() && code != "model_not_found";
  return answer.status == 400 && code.starts_with("unsupported");
}

}  // namespace

std::span<const ProbeCase> ProbeCases() { return kCases; }

std::string_view VerdictName(ProbeVerdict verdict) {
  switch (verdict) {
    case ProbeVerdict::kPassed:
      return "ok";
    case ProbeVerdict::kFailed:
      return "failed";
    case ProbeVerdict::kSkipped:
      return "skipped";
  }
  return "";
}

ProbeOutcome RunProbeCase(const Context& context, const Gateway& gateway, const ProbeCase& probe,
                          const std::string& model, Duration timeout) {
  auto answer = Ask(context, gateway, RequestOf(probe, model), timeout);
  if (!answer) return {probe.name, ProbeVerdict::kFailed, std::nullopt, answer.error().message};
  ProbeOutcome outcome{probe.name, ProbeVerdict::kPassed, std::nullopt, {}};
  if (answer->status / 100 == 2) {
    outcome.why = probe.check(*answer);
    if (!outcome.why.empty()) outcome.verdict = ProbeVerdict::kFailed;
  } else {
    outcome.why = ErrorText(*answer);
    outcome.verdict = NotThere(*answer) ? ProbeVerdict::kSkipped : ProbeVerdict::kFailed;
  }
  outcome.answer = std::move(*answer);
  return outcome;
}

}  // namespace agm::cli
