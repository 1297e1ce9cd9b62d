#include "cli/clients/recipe_rows.h"

namespace agm::cli {
namespace {

Recipe Aider() {
  return {.name = "aider",
          .title = "aider",
          .programs = {"aider"},
          .agent = "litellm",
          .probe = "chat",
          .arguments = {"--model", "openai/{model}"},
          .environment = {{"OPENAI_API_BASE", "{base}/v1"}, {"OPENAI_API_KEY", "{key}"}},
          .file = {},
          .settings = {},
          .check = {},
          .steps =
              "Put into ~/.aider.conf.yml:\n\n  openai-api-base: {base}/v1\n"
              "  openai-api-key: {key}\n  model: openai/{model}\n",
          .note = "The model's name needs the prefix openai/. Not tried by us."};
}

Recipe Goose() {
  return {.name = "goose",
          .title = "goose",
          .programs = {"goose"},
          .agent = "goose",
          .probe = "chat",
          .arguments = {},
          .environment = {{"GOOSE_PROVIDER", "openai"},
                          {"OPENAI_HOST", "{base}"},
                          {"OPENAI_BASE_PATH", "v1/chat/completions"},
                          {"OPENAI_API_KEY", "{key}"},
                          {"GOOSE_MODEL", "{model}"}},
          .file = {},
          .settings = {},
          .check = {},
          .steps =
              "Put into ~/.config/goose/config.yaml:\n\n  GOOSE_PROVIDER: openai\n"
              "  OPENAI_HOST: {base}\n  OPENAI_BASE_PATH: v1/chat/completions\n"
              "  GOOSE_MODEL: {model}\n\nand the key into OPENAI_API_KEY.\n",
          .note = "Not tried by us."};
}

Recipe ByHand(std::string_view name, std::string_view title, std::string_view steps,
              std::string_view note) {
  return {.name = name,
          .title = title,
          .programs = {},
          .agent = {},
          .probe = "chat",
          .arguments = {},
          .environment = {},
          .file = {},
          .settings = {},
          .check = {},
          .steps = steps,
          .note = note};
}

Recipe Zed() {
  return ByHand("zed", "Zed",
                "Put into ~/.config/zed/settings.json, and the key into AGM_API_KEY:\n\n"
                "  \"language_models\": {\"openai_compatible\": {\"agm\": {\n"
                "    \"api_url\": \"{base}/v1\",\n"
                "    \"available_models\": [{\"name\": \"{model}\", \"max_tokens\": 1000000}]\n"
                "  }}}\n",
                "max_tokens is the context window. Not tried by us.");
}

Recipe Cursor() {
  return ByHand(
      "cursor", "Cursor",
      "Settings > Models > Override OpenAI Base URL: a public https address that leads to "
      "the gateway, with /v1.\n",
      "Its servers make the calls, so an address of this machine cannot work.");
}

Recipe OpenWebUi() {
  return ByHand(
      "open-webui", "Open WebUI",
      "Start it with OPENAI_API_BASE_URL={base}/v1 OPENAI_API_KEY={key}.\n",
      "It reads them at its first start only; later: Admin > Settings > Connections. From "
      "a container use http://host.docker.internal:8045/v1, allow_lan_access and a key.");
}

Recipe LibreChat() {
  return ByHand("librechat", "LibreChat",
                "Put into librechat.yaml, and start it again:\n\n"
                "  endpoints:\n    custom:\n      - name: agm\n        apiKey: {key}\n"
                "        baseURL: {base}/v1\n        models:\n"
                "          default: [\"{model}\"]\n          fetch: true\n"
                "        titleConvo: true\n        titleModel: {model}\n",
                "titleModel names the chats. From a container use "
                "http://host.docker.internal:8045/v1, allow_lan_access and a key. Not tried by "
                "us.");
}

Recipe N8n() {
  return ByHand(
      "n8n", "n8n",
      "Credentials > New > OpenAI: the API key {key}, the base URL {base}/v1. In the node "
      "OpenAI Chat Model choose the model by its id: {model}.\n",
      "From a container use http://host.docker.internal:8045/v1, allow_lan_access and a "
      "key. Not tried by us.");
}

Recipe Dify() {
  return ByHand("dify", "Dify",
                "Settings > Model Provider > OpenAI-API-compatible > Add Model: the name {model}, "
                "the API key {key}, the endpoint URL {base}/v1, completion mode Chat, context size "
                "1000000, function calling Tool Call, stream function calling Support.\n",
                "Its plugins run in containers: use http://host.docker.internal:8045/v1, "
                "allow_lan_access and a key. Not tried by us.");
}

}  // namespace

std::vector<Recipe> AppRecipes() {
  return {Aider(), Goose(), Zed(), Cursor(), OpenWebUi(), LibreChat(), N8n(), Dify()};
}

}  // namespace agm::cli
