#include "cli/models_command.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "cli/credential_check.h"
#include "cli/gateway_client.h"
#include "cli/price_list.h"
#include "cli/table.h"

namespace agm::cli {
namespace {

constexpr Duration kTimeout{15'000};

/// A number of tokens as "1024k"; empty if the list does not say.
std::string Tokens(const Json& model, const char* key) {
  if (!model.is_object() || !model.contains(key) || !model[key].is_number_integer()) return {};
  const auto tokens = model[key].get<std::int64_t>();
  return tokens < 1024 ? std::to_string(tokens) : std::to_string(tokens / 1024) + "k";
}

/// A model's purpose, from its name.
std::string_view KindOf(std::string_view id) {
  const auto has = [&](std::string_view part) { return id.find(part) != id.npos; };
  if (has("embedding")) return "embedding";
  if (has("-tts") || has("native-audio")) return "speech";
  if (has("image") || has("imagen")) return "image";
  if (has("veo")) return "video";
  return "chat";
}

/// Prints the running gateway's list unchanged.
Result<void> ListServed(const Context& context) {
  auto list = GetJson(context, "/v1/models", kTimeout);
  if (!list) return std::move(list).error();
  if (!list->is_object() || !list->contains("data") || !(*list)["data"].is_array()) {
    return Fail(ErrorCode::kUpstreamRejected, "/v1/models gave no list");
  }
  if (context.json()) {
    context.io().PrintJson(*list);
    return {};
  }
  Table table({"MODEL", "KIND", "CONTEXT", "OUTPUT"});
  for (const Json& model : (*list)["data"]) {
    const std::string id = TextOf(model, "id");
    const bool alias = TextOf(model, "owned_by") == "agm";
    table.Add({id, alias ? "alias" : std::string(KindOf(id)), Tokens(model, "context_window"),
               Tokens(model, "max_output_tokens")});
  }
  if (table.empty()) {
    context.io().Say("The gateway serves no models.");
    context.io().Next("agm accounts add");
  }
  table.Print(context.io());
  return {};
}

/// The models that one account offers, or the failure.
struct Offer {
  std::string account;
  std::vector<upstream::ModelEntry> models;
  std::optional<upstream::Failure> failure;
};

Offer AskAccount(const Context& context, const config::Account& account) {
  Offer offer{account.name, {}, std::nullopt};
  auto listed = AskForModels(context, account);
  if (auto* failure = std::get_if<upstream::Failure>(&listed))
    offer.failure = std::move(*failure);
  else
    offer.models = std::get<std::vector<upstream::ModelEntry>>(std::move(listed));
  return offer;
}

void Print(const Context& context, const std::vector<Offer>& offers) {
  Table table({"MODEL", "INPUT", "OUTPUT", "ACCOUNT"});
  Json models = Json::array();
  Json failed = Json::array();
  auto limit = [](std::int64_t tokens) { return tokens > 0 ? Json(tokens) : Json(); };
  for (const Offer& offer : offers) {
    if (offer.failure) {
      context.io().Warn("account {}: {}", offer.account, offer.failure->error.message);
      failed.push_back({{"account", offer.account}, {"why", offer.failure->error.message}});
    }
    for (const upstream::ModelEntry& model : offer.models) {
      const Json input = limit(model.input_limit);
      const Json output = limit(model.output_limit);
      table.Add({model.id, input.is_null() ? "" : input.dump(),
                 output.is_null() ? "" : output.dump(), offer.account});
      models.push_back({{"id", model.id},
                        {"account", offer.account},
                        {"input_limit", input},
                        {"output_limit", output},
                        {"methods", model.methods}});
    }
  }
  if (context.json())
    context.io().PrintJson({{"models", models}, {"failed", failed}});
  else
    table.Print(context.io());
}

/// Lists what the enabled accounts offer; fails only if no account answers.
Result<void> ListOffered(const Context& context) {
  auto config = context.Config();
  if (!config) return std::move(config).error();
  std::vector<Offer> offers;
  for (const config::Account& account : (*config)->accounts) {
    if (!account.enabled) continue;
    context.io().Progress("asking " + account.name + " ...");
    offers.push_back(AskAccount(context, account));
  }
  context.io().Progress("");
  if (offers.empty()) return Fail(ErrorCode::kNoAccount, "no account is enabled");
  Print(context, offers);
  auto answered = [](const Offer& offer) { return !offer.failure; };
  if (std::ranges::any_of(offers, answered)) return {};
  return Fail(offers.front().failure->error.code, "no account says what it offers");
}

}  // namespace

void AddModels(Commands at, Run<ModelsOptions> run) {
  auto options = std::make_shared<ModelsOptions>();
  CommandHandle command =
      at.Command("models", "List the models that clients may ask for", options, std::move(run));
  const OptionHandle upstream =
      command.Flag("--upstream", options->upstream, "Ask the accounts what they offer");
  command.Flag("--prices", options->prices, "Print the list prices that costs are computed with")
      .Excludes(upstream);
  command.Footer(Examples({{"List what the running gateway serves", "agm models"},
                           {"List what each account offers", "agm models --upstream"},
                           {"See what tokens cost", "agm models --prices"}}));
}

Result<void> RunModels(const Context& context, const ModelsOptions& options) {
  if (options.prices) return ListPriceTable(context);
  return options.upstream ? ListOffered(context) : ListServed(context);
}

}  // namespace agm::cli
