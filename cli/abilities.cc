#include "cli/abilities.h"

#include <array>
#include <utility>
#include <variant>

#include "core/chat/response.h"
#include "core/upstream/call.h"
#include "core/upstream/fetch.h"
#include "core/upstream/providers.h"

namespace agm::cli {
namespace {

constexpr Duration kPatience{60'000};

chat::Request Ask(const std::string& text) {
  chat::Request request;
  chat::Message message;
  message.blocks.emplace_back(chat::Text{text, {}});
  request.messages.push_back(std::move(message));
  request.sampling.max_tokens = 200;
  return request;
}

/// Asks one server.
class Asker {
 public:
  Asker(const Context& context, const config::Account& account, std::string model)
      : context_(context),
        account_(account),
        provider_(upstream::BuiltInProviders().For(account.kind)),
        model_(std::move(model)) {}

  bool Streams() const {
    chat::Request request = Ask("Say: yes");
    request.stream = true;
    return Answer(request).has_value();
  }

  bool Calls() const {
    chat::Request request = Ask("Call the tool with the city Paris.");
    chat::Tool tool;
    tool.name = "weather";
    tool.description = "The weather of a city";
    tool.parameters =
        R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})";
    request.tools.push_back(std::move(tool));
    request.tool_choice = chat::ToolChoice{chat::ToolMode::kRequired, {}};
    const auto answer = Answer(request);
    return answer && !answer->choices.empty() &&
           answer->choices.front().finish == chat::FinishReason::kToolCalls;
  }

  bool FollowsSchemas() const {
    chat::Request request = Ask("Give the city of the Eiffel Tower.");
    request.format.kind = chat::OutputFormat::kJsonSchema;
    request.format.name = "place";
    request.format.schema =
        R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})";
    const auto answer = Answer(request);
    if (!answer || answer->choices.empty() || answer->choices.front().blocks.empty()) return false;
    const auto* text = std::get_if<chat::Text>(&answer->choices.front().blocks.back());
    const Json json = text == nullptr ? Json() : Json::parse(text->text, nullptr, false);
    return json.is_object() && json.contains("city");
  }

  bool Embeds() const {
    const std::array<std::string, 1> texts = {"a"};
    const auto question = provider_.WriteEmbeddings(account_, {}, texts, model_);
    if (!question) return false;
    auto answer = upstream::Fetch(Sender(), Recipient(), question->question);
    chat::Embeddings read;
    const auto* body = std::get_if<std::string>(&answer);
    return body != nullptr && provider_.ReadEmbeddings(*body, 1, read).has_value();
  }

 private:
  upstream::Sender Sender() const {
    upstream::Limits limits;
    limits.deadline = After(context_.clock().Now(), kPatience);
    if (auto config = context_.Config()) limits.proxy = (*config)->proxy.upstream_proxy;
    return {context_.transport(), limits, NeverCancelled()};
  }
  upstream::Recipient Recipient() const { return {provider_, account_, account_.api_key}; }

  // Nothing if the server refuses the request or its answer is broken.
  std::optional<chat::Response> Answer(const chat::Request& request) const {
    const auto outgoing = provider_.WriteChat({request, model_});
    if (!outgoing) return std::nullopt;
    auto started = upstream::Call::Start(Sender(), Recipient(), *outgoing);
    auto* call = std::get_if<std::unique_ptr<upstream::Call>>(&started);
    if (call == nullptr) return std::nullopt;
    chat::Fold fold;
    while (auto event = (*call)->Next(TimePoint::max())) fold.Add(*std::move(event));
    auto response = std::move(fold).Finish();
    if (!response) return std::nullopt;
    return *std::move(response);
  }

  const Context& context_;
  const config::Account& account_;
  const upstream::Provider& provider_;
  const std::string model_;
};

}  // namespace

std::vector<std::string> AbilityNames(const Abilities& abilities) {
  std::vector<std::string> names;
  if (abilities.stream) names.emplace_back("stream");
  if (abilities.tools) names.emplace_back("tools");
  if (abilities.schema) names.emplace_back("schema");
  if (abilities.embeddings) names.emplace_back("embeddings");
  return names;
}

Abilities AskForAbilities(const Context& context, const config::Account& account,
                          const std::string& model) {
  const Asker asker(context, account, model);
  return {model, asker.Streams(), asker.Calls(), asker.FollowsSchemas(), asker.Embeds()};
}

}  // namespace agm::cli
