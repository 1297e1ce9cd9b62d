#include "cli/clients/recipe_rows.h"

namespace agm::cli {
namespace {

constexpr std::string_view kOpencodeConfig =
    R"({"model":"agm/{model}","small_model":"agm/{model}","provider":{"agm":)"
    R"({"npm":"@ai-sdk/openai-compatible","name":"agm","options":{"baseURL":"{base}/v1",)"
    R"("apiKey":"{key}"},"models":{"{model}":{"name":"{model}","tool_call":true}}}}})";

const std::vector<SettingsKey> kOpencodeKeys = {
    {"provider/agm",
     R"({"npm":"@ai-sdk/openai-compatible","name":"agm","options":{"baseURL":"{base}/v1",)"
     R"("apiKey":"{key}"},"models":{"{model}":{"name":"{model}","tool_call":true}}})"},
    {"model", R"("agm/{model}")"},
    {"small_model", R"("agm/{model}")"},
};

constexpr std::string_view kPiExtension = R"(export default function (pi) {
  pi.registerProvider("agm", {
    baseUrl: "{base}/v1",
    apiKey: "{key}",
    api: "openai-completions",
    models: [{
      id: "{model}", name: "{model}", reasoning: true, input: ["text", "image"],
      cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
      contextWindow: 1000000, maxTokens: 65536,
    }],
  });
}
)";

constexpr std::string_view kContinueConfig = R"(name: agm
version: 1.0.0
schema: v1
models:
  - name: "{model}"
    provider: openai
    model: "{model}"
    apiBase: "{base}/v1"
    apiKey: "{key}"
    roles: [chat, edit, apply]
)";

constexpr std::string_view kClineProviders = R"({
  "version": 1,
  "lastUsedProvider": "openai-compatible",
  "modes": {},
  "providers": {
    "openai-compatible": {
      "settings": {
        "provider": "openai-compatible",
        "apiKey": "{key}",
        "model": "{model}",
        "baseUrl": "{base}/v1"
      },
      "updatedAt": "2026-01-01T00:00:00.000Z",
      "tokenSource": "manual"
    }
  }
}
)";

Recipe Codex() {
  return {.name = "codex",
          .title = "Codex CLI",
          .programs = {"codex"},
          .agent = "codex",
          .probe = "responses-stream",
          .arguments = {"-c", "model_provider=\"agm\"", "-c", "model=\"{model}\"", "-c",
                        "model_providers.agm.name=\"agm\"", "-c",
                        "model_providers.agm.base_url=\"{base}/v1\"", "-c",
                        "model_providers.agm.wire_api=\"responses\"", "-c",
                        "model_providers.agm.env_key=\"AGM_CLIENT_KEY\""},
          .environment = {{"AGM_CLIENT_KEY", "{key}"}},
          .file = {},
          .settings = {{{"$CODEX_HOME/config.toml", "~/.codex/config.toml"},
                        Format::kToml,
                        {{"model", R"("{model}")"},
                         {"model_provider", R"("agm")"},
                         {"model_providers/agm/name", R"("agm")"},
                         {"model_providers/agm/base_url", R"("{base}/v1")"},
                         {"model_providers/agm/wire_api", R"("responses")"},
                         {"model_providers/agm/experimental_bearer_token", R"("{key}")"}}}},
          .check = {"exec", "--skip-git-repo-check", "Say: ready"},
          .steps = {},
          .note = "Give a Gemini model: Codex offers other tools to names that it knows."};
}

Recipe ClaudeCode() {
  return {.name = "claude-code",
          .title = "Claude Code",
          .programs = {"claude"},
          .agent = "claude-cli",
          .probe = "anthropic",
          .arguments = {},
          .environment = {{"ANTHROPIC_BASE_URL", "{base}"},
                          {"ANTHROPIC_AUTH_TOKEN", "{key}"},
                          {"ANTHROPIC_MODEL", "{model}"},
                          {"ANTHROPIC_DEFAULT_HAIKU_MODEL", "{model}"},
                          {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"}},
          .file = {},
          .settings = {{{"$CLAUDE_CONFIG_DIR/settings.json", "~/.claude/settings.json"},
                        Format::kJson,
                        {{"env/ANTHROPIC_BASE_URL", R"("{base}")"},
                         {"env/ANTHROPIC_AUTH_TOKEN", R"("{key}")"},
                         {"env/ANTHROPIC_MODEL", R"("{model}")"},
                         {"env/ANTHROPIC_DEFAULT_HAIKU_MODEL", R"("{model}")"},
                         {"env/CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", R"("1")"}}}},
          .check = {"-p", "Say: ready"},
          .steps = {},
          .note = "Other tools rewrite its settings.json; `unset` takes out only what is agm's."};
}

Recipe GeminiCli() {
  return {
      .name = "gemini-cli",
      .title = "Gemini CLI",
      .programs = {"gemini"},
      .agent = "GeminiCLI",
      .probe = "gemini",
      .arguments = {},
      .environment = {{"GOOGLE_GEMINI_BASE_URL", "{base}"},
                      {"GEMINI_API_KEY", "{key}"},
                      {"GEMINI_MODEL", "{model}"},
                      {"GEMINI_CLI_SYSTEM_SETTINGS_PATH", "{file}"}},
      .file = {"gemini-cli.json",
               "{\"security\": {\"auth\": {\"selectedType\": \"gemini-api-key\"}}}\n"},
      .settings = {{{"~/.gemini/settings.json"},
                    Format::kJson,
                    {{"security/auth/selectedType", R"("gemini-api-key")"},
                     {"model/name", R"("{model}")"}}},
                   {{"~/.gemini/.env"},
                    Format::kEnv,
                    {{"GOOGLE_GEMINI_BASE_URL", R"("{base}")"}, {"GEMINI_API_KEY", R"("{key}")"}}}},
      .check = {"--skip-trust", "-p", "Say: ready"},
      .steps = {},
      .note =
          "In a folder that it does not trust, it reads no .env: set "
          "GEMINI_CLI_TRUST_WORKSPACE=true there."};
}

Recipe Opencode() {
  return {
      .name = "opencode",
      .title = "opencode",
      .programs = {"opencode"},
      .agent = "opencode",
      .probe = "chat",
      .arguments = {},
      .environment = {{"OPENCODE_CONFIG_CONTENT", kOpencodeConfig}},
      .file = {},
      .settings = {{{"$XDG_CONFIG_HOME/opencode/opencode.jsonc",
                     "~/.config/opencode/opencode.jsonc", "$XDG_CONFIG_HOME/opencode/opencode.json",
                     "~/.config/opencode/opencode.json"},
                    Format::kJson,
                    kOpencodeKeys}},
      .check = {"run", "Say: ready"},
      .steps = {},
      .note = "It uses small_model for titles, so `set` sets that too."};
}

Recipe Kilocode() {
  return {.name = "kilocode",
          .title = "Kilo Code CLI",
          .programs = {"kilo", "kilocode"},
          .agent = "Kilo-Code",
          .probe = "chat",
          .arguments = {},
          .environment = {{"KILO_CONFIG_CONTENT", kOpencodeConfig}},
          .file = {},
          .settings = {{{"$XDG_CONFIG_HOME/kilo/kilo.jsonc", "~/.config/kilo/kilo.jsonc",
                         "$XDG_CONFIG_HOME/kilo/kilo.json", "~/.config/kilo/kilo.json"},
                        Format::kJson,
                        kOpencodeKeys}},
          .check = {"run", "Say: ready"},
          .steps = {},
          .note = "In VS Code: the provider \"OpenAI Compatible\", by hand."};
}

Recipe QwenCode() {
  return {.name = "qwen-code",
          .title = "Qwen Code",
          .programs = {"qwen"},
          .agent = "QwenCode",
          .probe = "chat",
          .arguments = {"--auth-type", "openai"},
          .environment = {{"OPENAI_API_KEY", "{key}"},
                          {"OPENAI_BASE_URL", "{base}/v1"},
                          {"OPENAI_MODEL", "{model}"}},
          .file = {},
          .settings = {{{"~/.qwen/settings.json"},
                        Format::kJson,
                        {{"security/auth/selectedType", R"("openai")"},
                         {"security/auth/baseUrl", R"("{base}/v1")"},
                         {"security/auth/apiKey", R"("{key}")"},
                         {"model/name", R"("{model}")"}}}},
          .check = {"-p", "Say: ready"},
          .steps = {},
          .note = "It sends further requests of its own after an answer (memory)."};
}

Recipe Cline() {
  return {.name = "cline",
          .title = "Cline CLI",
          .programs = {"cline"},
          .agent = "Cline",
          .probe = "chat",
          .arguments = {"--data-dir", "{folder}"},
          .environment = {},
          .file = {"cline/settings/providers.json", kClineProviders},
          .settings = {{{"~/.cline/data/settings/providers.json"},
                        Format::kJson,
                        {{"version", "1"},
                         {"lastUsedProvider", R"("openai-compatible")"},
                         {"providers/openai-compatible",
                          R"({"settings":{"provider":"openai-compatible","apiKey":"{key}",)"
                          R"("model":"{model}","baseUrl":"{base}/v1"},)"
                          R"("updatedAt":"2026-01-01T00:00:00.000Z","tokenSource":"manual"})"}}}},
          .check = {"Say: ready"},
          .steps = {},
          .note =
              "With `run` its sessions stay in agm's state folder. Its hub process stays; "
              "`cline doctor` shows it. In VS Code: the provider \"OpenAI Compatible\", by "
              "hand."};
}

Recipe Continue() {
  return {.name = "continue",
          .title = "Continue CLI",
          .programs = {"cn"},
          .agent = "Continue",
          .probe = "chat",
          .arguments = {"--config", "{file}"},
          .environment = {},
          .file = {"continue.yaml", kContinueConfig},
          .settings = {},
          .check = {"-p", "Say: ready"},
          .steps =
              "Add to the models in ~/.continue/config.yaml:\n\n"
              "  - name: {model}\n    provider: openai\n    model: {model}\n"
              "    apiBase: {base}/v1\n    apiKey: {key}\n    roles: [chat, edit, apply]\n",
          .note = "agm does not edit YAML."};
}

Recipe Pi() {
  return {.name = "pi",
          .title = "pi",
          .programs = {"pi"},
          .agent = "pi",
          .probe = "chat",
          .arguments = {"-e", "{file}", "--provider", "agm", "--model", "{model}"},
          .environment = {},
          .file = {"pi.js", kPiExtension},
          .settings = {{{"$PI_CODING_AGENT_DIR/models.json", "~/.pi/agent/models.json"},
                        Format::kJson,
                        {{"providers/agm",
                          R"({"baseUrl":"{base}/v1","api":"openai-completions","apiKey":"{key}",)"
                          R"("models":[{"id":"{model}"}]})"}}},
                       {{"$PI_CODING_AGENT_DIR/settings.json", "~/.pi/agent/settings.json"},
                        Format::kJson,
                        {{"defaultProvider", R"("agm")"}, {"defaultModel", R"("{model}")"}}}},
          .check = {"-p", "Say: ready"},
          .steps = {},
          .note = {}};
}

}  // namespace

std::vector<Recipe> AgentRecipes() {
  return {Codex(),    ClaudeCode(), GeminiCli(), Opencode(), Kilocode(),
          QwenCode(), Cline(),      Continue(),  Pi()};
}

}  // namespace agm::cli
