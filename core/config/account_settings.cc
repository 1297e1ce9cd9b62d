#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/config/checks.h"
#include "core/config/host.h"
#include "core/config/settings.h"
#include "core/config/words.h"

namespace agm::config {
namespace {

constexpr int kMostOfAQuota = 1'000'000'000;

std::string CheckLabel(std::string& label) {
  const bool plain = std::ranges::all_of(label, [](char c) { return c >= ' ' && c < '\x7f'; });
  return plain ? "" : "printable ASCII characters, because it is sent in a header";
}

std::string CheckBaseUrl(std::string& base) {
  while (base.ends_with('/')) base.pop_back();
  if (base.empty()) return {};
  const auto url = SplitUrl(base);
  const bool http = url && (url->scheme == "http" || url->scheme == "https");
  if (http && url->user.empty() && url->rest.empty()) return {};
  return "http://HOST[:PORT] or https://HOST[:PORT], without user, query and fragment";
}

// Checks a text that becomes a part of a URL, such as a project.
std::string CheckUrlPart(std::string& part) {
  const bool plain = (part.empty() || IsKeyText(part)) &&
                     part.find_first_of("/?#%&\\\"'") == std::string::npos &&
                     part.find("..") == std::string::npos;
  return plain ? "" : "an identifier of letters, digits, dots, colons and hyphens";
}

}  // namespace

std::span<const Setting<Account>> AccountSettings() {
  using A = Account;
  static const std::array settings = {
      TextSetting<A, &A::name, CheckEntryName>(
          "name", {"What the account is called in commands and logs.", "\"work\""}),
      TextSetting<A, &A::email, CheckLabel>(
          "email",
          {"What X-Account-Email shows; the name where there is none.", "\"me@example.com\""}),
      WordSetting<A, &A::kind, kAccountKindWords>(
          "kind", {"\"gemini\" (the Gemini API, by API key), \"vertex\" (Vertex AI), \"openai\" "
                   "(a server with OpenAI's API: Ollama, vLLM, another cloud) or \"mock\" (the "
                   "built-in upstream)."}),
      SecretSetting<A, &A::api_key>("api_key",
                                    {"The API key itself.\n"
                                     "Give one of api_key, api_key_env and api_key_file."}),
      VariableSetting<A, &A::api_key_env>(
          "api_key_env", {"The environment variable that holds the key.", "\"GEMINI_API_KEY\""}),
      PathSetting<A, &A::api_key_file>("api_key_file", {"The file that holds the key."}),
      TextSetting<A, &A::base_url, CheckBaseUrl, SettingType::kAddress>(
          "base_url", {"Where the upstream is, if it is not Google's own address.\n"
                       "Kind openai needs it, with its \"/v1\".",
                       "\"https://generativelanguage.googleapis.com\""}),
      TextSetting<A, &A::project, CheckUrlPart>(
          "project", {"The Google project that the account belongs to.\n"
                      "Accounts of one project share its quota, so they cool down together.",
                      "\"my-project\""}),
      TextSetting<A, &A::location, CheckUrlPart>(
          "location", {"Vertex AI: the region, such as \"us-central1\"."}),
      PathSetting<A, &A::service_account>("service_account",
                                          {"Vertex AI: the service account's key file."}),
      TextSetting<A, &A::client_id, CheckLabel>(
          "client_id", {"Your own OAuth client, where that is the credential."}),
      SecretSetting<A, &A::client_secret>("client_secret", {"That client's secret."}),
      SecretSetting<A, &A::refresh_token>(
          "refresh_token",
          {"The token that the client was given: \"agm accounts add --oauth\" gets it."}),
      ListSetting<A, &A::models, CheckModelGlob>(
          "models", {"Which upstream models the account may serve; * stands for anything."}),
      IntSetting<A, &A::priority, -1'000'000, 1'000'000>(
          "priority", {"Accounts with a lower number serve first."}),
      WordSetting<A, &A::billing, kBillingWords>(
          "billing", {"\"free\" or \"paid\", for the billed cost in agm stats. \"auto\": free once "
                      "a refusal has named a quota of the free tier, else paid."}),
      IntSetting<A, &A::requests_per_minute, 0, kMostOfAQuota>(
          "requests_per_minute",
          {"How many requests a minute the account's project has for each model.\n"
           "With a limit the account cools down before the upstream refuses.\n"
           "0: the limit is learned, from what upstream says when it refuses."}),
      IntSetting<A, &A::tokens_per_minute, 0, kMostOfAQuota>(
          "tokens_per_minute", {"The same for the tokens of prompts."}),
      IntSetting<A, &A::requests_per_day, 0, kMostOfAQuota>(
          "requests_per_day",
          {"The same for requests a day, which turns at midnight in Los Angeles."}),
      BoolSetting<A, &A::enabled>("enabled", {"Whether the account is used at all."}),
  };
  return settings;
}

}  // namespace agm::config
