#include "core/upstream/gemini/models.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/json_doc.h"
#include "core/protocol/gemini/model_traits.h"
#include "core/upstream/fetch.h"
#include "core/upstream/gemini/address.h"

namespace agm::upstream {
namespace {

using config::Account;
using config::AccountKind;

constexpr int kMostPages = 20;

bool IsVertex(const Account& account) { return account.kind == AccountKind::kVertex; }

std::string BareName(const std::string& name) {
  constexpr std::string_view kTuned = "tunedModels/";
  if (name.starts_with(kTuned)) return name;
  return std::string(protocol::BareModelName(name));
}

bool HasAny(const ModelEntry& entry, std::initializer_list<std::string_view> methods) {
  return std::any_of(methods.begin(), methods.end(), [&](std::string_view method) {
    return std::find(entry.methods.begin(), entry.methods.end(), method) != entry.methods.end();
  });
}

ModelEntry ReadEntry(JsonView model) {
  ModelEntry entry;
  entry.id = BareName(model["name"].text());
  if (model["name"].text().starts_with("models/")) entry.native = model.raw();
  entry.input_limit = model["inputTokenLimit"].integer().value_or(0);
  entry.output_limit = model["outputTokenLimit"].integer().value_or(0);
  entry.thinking = model["thinking"].boolean();
  entry.display_name = model["displayName"].text();
  entry.owner = kGeminiOwner;
  for (const JsonView method : model["supportedGenerationMethods"].items()) {
    entry.methods.push_back(method.text());
  }
  // Live models speak over another connection, so their method is none of these. Vertex AI lists no
  // methods; then the model may have any.
  if (entry.methods.empty()) return entry;
  entry.chats = HasAny(entry, {"generateContent", "streamGenerateContent"});
  entry.embeds = HasAny(entry, {"embedContent", "batchEmbedContents"});
  return entry;
}

// Page tokens are the upstream's own text, so every character that could end a parameter is
// encoded.
std::string EncodedToken(std::string_view token) {
  std::string out;
  for (const char c : token) {
    const bool plain = IsLetterOrDigit(c) || c == '-' || c == '_' || c == '.';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string PageUrl(const Account& account, const std::string& token) {
  const int size = IsVertex(account) ? 100 : 1000;
  std::string url = fmt::format("{}?pageSize={}", ModelListUrl(account), size);
  if (!token.empty()) url += "&pageToken=" + EncodedToken(token);
  return url;
}

// Adds the page's models; returns the token of the next page, empty after the last page.
std::variant<std::string, Failure> ReadPage(const std::string& body,
                                            std::vector<ModelEntry>& models) {
  const auto doc = JsonDoc::Parse(body);
  if (!doc || !doc->root().is(JsonKind::kObject)) return GarbageFailure("no list of models");
  for (const std::string_view list : {"models", "publisherModels"}) {
    for (const JsonView model : doc->root()[list].items()) {
      ModelEntry entry = ReadEntry(model);
      if (!entry.id.empty()) models.push_back(std::move(entry));
    }
  }
  return doc->root()["nextPageToken"].text();
}

// Uses a model that exists today; whether this account may use it does not matter.
Question CheapQuestion(const Account& account) {
  if (!IsVertex(account)) return {ModelListUrl(account) + "?pageSize=1", {}};
  const auto model = protocol::KnownModels().front().id;
  return {ModelUrl(account, model, "countTokens"),
          R"({"contents":[{"role":"user","parts":[{"text":"."}]}]})"};
}

}  // namespace

std::variant<std::vector<ModelEntry>, Failure> ListGeminiModels(const Sender& sender,
                                                                const Recipient& recipient) {
  std::vector<ModelEntry> models;
  std::string token;
  for (int page = 0; page < kMostPages; ++page) {
    auto body = Fetch(sender, recipient, {PageUrl(recipient.account, token), {}});
    if (auto* failure = std::get_if<Failure>(&body)) return std::move(*failure);
    auto next = ReadPage(std::get<std::string>(body), models);
    if (auto* failure = std::get_if<Failure>(&next)) return std::move(*failure);
    token = std::get<std::string>(std::move(next));
    if (token.empty()) break;
  }
  return models;
}

std::variant<Duration, Failure> CheckGeminiCredential(const Sender& sender,
                                                      const Recipient& recipient) {
  const TimePoint start = SystemClock().Now();
  const Account& account = recipient.account;
  auto answer = Fetch(sender, recipient, CheapQuestion(account));
  if (auto* failure = std::get_if<Failure>(&answer)) {
    const bool only_the_model = IsVertex(account) && (failure->trouble == Trouble::kUnknownModel ||
                                                      failure->trouble == Trouble::kNotServed);
    if (!only_the_model) return std::move(*failure);
  } else if (!JsonDoc::Parse(std::get<std::string>(answer))) {
    return GarbageFailure("no JSON");
  }
  return std::chrono::ceil<Duration>(SystemClock().Now() - start);
}

}  // namespace agm::upstream
