#include "core/mock/openai_methods.h"

#include <fmt/format.h>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/mock/answerer.h"
#include "core/mock/embedding.h"
#include "core/mock/models.h"
#include "core/mock/openai_answer.h"
#include "core/mock/openai_request.h"

namespace agm::mock {
namespace {

constexpr std::string_view kModel = "llama3.3";

Reply Json(std::string text) {
  Reply reply;
  reply.content_type = "application/json";
  reply.text = std::move(text);
  return reply;
}

Reply ListModels() {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("object").String("list").Key("data").Array();
  for (const std::string_view id : {kModel, std::string_view("qwen3:8b")}) {
    json.Object().Key("id").String(id).Key("object").String("model");
    json.Key("owned_by").String("mock").EndObject();
  }
  json.EndArray().EndObject();
  return Json(std::move(out));
}

Reply Embeddings(JsonView request) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("object").String("list").Key("data").Array();
  const JsonView input = request["input"];
  std::int64_t index = 0;
  const auto write = [&](const std::string& text) {
    json.Object().Key("object").String("embedding").Key("index").Int(index++);
    json.Key("embedding").Array();
    for (const float value : Embed(text, 64, true)) json.Raw(fmt::format("{:.8g}", value));
    json.EndArray().EndObject();
  };
  if (input.is(JsonKind::kString)) write(input.text());
  for (const JsonView text : input.items()) write(text.text());
  json.EndArray().Key("usage").Object().Key("prompt_tokens").Int(index).EndObject().EndObject();
  return Json(std::move(out));
}

Reply Chat(const OpenAiRoute& route, JsonView request, const Fault& fault, Duration pace,
           const std::string& id) {
  const std::string translated = GeminiRequestOf(request);
  const auto doc = JsonDoc::Parse(translated);
  const auto model = FindModel("gemini-2.5-flash", true);
  if (!doc || !model) return OpenAiRefusal(InvalidArgument("the request cannot be read"));
  Answer answer = MakeAnswer(*model, doc->root(), id);
  answer.model_version = route.model;
  answer.pace = pace;
  ShapeAnswer(fault, answer);
  if (!request["stream"].boolean()) return Json(WriteOpenAiAnswer(answer, fault));
  Reply reply;
  reply.content_type = "text/event-stream";
  reply.stream = StreamOpenAiAnswer(answer, fault);
  return reply;
}

}  // namespace

std::optional<OpenAiRoute> ReadOpenAiRoute(const Request& request) {
  std::string_view path = request.path;
  if (path.starts_with("/v1/")) path.remove_prefix(3);
  if (path == "/models" && request.method == "GET") return OpenAiRoute{"models", {}};
  if (request.method != "POST") return std::nullopt;
  const auto doc = JsonDoc::Parse(request.body);
  const std::string model = doc ? doc->root()["model"].text() : "";
  if (path == "/chat/completions") return OpenAiRoute{"chat", model};
  if (path == "/embeddings") return OpenAiRoute{"embeddings", model};
  return std::nullopt;
}

Reply ServeOpenAiMethod(const OpenAiRoute& route, std::string_view body, const Fault& fault,
                        Duration pace, const std::string& id) {
  if (route.method == "models") return ListModels();
  const auto doc = JsonDoc::Parse(body);
  if (!doc) return OpenAiRefusal(InvalidArgument("the body is no JSON"));
  if (route.method == "embeddings") return Embeddings(doc->root());
  if (doc->root()["messages"].size() == 0) {
    return OpenAiRefusal(InvalidArgument("messages: field required"));
  }
  return Chat(route, doc->root(), fault, pace, id);
}

}  // namespace agm::mock
