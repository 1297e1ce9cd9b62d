#include "core/gateway/catalog.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>
#include <variant>

namespace agm::gateway {
namespace {

using Entries = std::map<std::string, upstream::ModelEntry>;

constexpr Duration kFresh{600'000};
constexpr Duration kFreshAfterFailure{30'000};
constexpr Duration kPatience{5'000};
/// The maximum number of accounts to ask; keys of one project list the same models.
constexpr std::size_t kMostAsked = 4;

bool AnyAllows(const config::Config& config, const std::string& model) {
  return std::any_of(config.accounts.begin(), config.accounts.end(),
                     [&](const config::Account& a) { return a.Usable() && a.Allows(model); });
}

/// The accounts whose lists may differ: of the kinds that serve only what they list one for each
/// endpoint and key, of the others one for each project and endpoint, some of them.
std::vector<const config::Account*> WithListsOfTheirOwn(const config::Config& config,
                                                        const upstream::Providers& providers,
                                                        bool& all) {
  std::vector<const config::Account*> accounts;
  std::set<std::tuple<std::string, std::string, std::string>> seen;
  std::size_t open = 0;
  for (const config::Account& account : config.accounts) {
    if (!account.Usable()) continue;
    const bool only_listed = providers.For(account.kind).ServesOnlyListed();
    const std::string key = only_listed ? account.api_key.Reveal() : std::string();
    const bool first = seen.insert({account.Endpoint(), account.project, key}).second;
    if (!first && (only_listed || !account.project.empty())) continue;
    if (only_listed || ++open <= kMostAsked) accounts.push_back(&account);
  }
  all = open <= kMostAsked;
  return accounts;
}

// True for accounts that have the same list.
bool ShareList(const config::Account& a, const config::Account& b) {
  return a.Endpoint() == b.Endpoint() && a.project == b.project &&
         a.api_key.Reveal() == b.api_key.Reveal();
}

// The built-in models of each kind of upstream that has an account.
std::vector<upstream::ModelEntry> BuiltIn(const config::Config& config,
                                          const upstream::Providers& providers) {
  std::set<const upstream::Provider*> kinds;
  for (const config::Account& account : config.accounts) kinds.insert(&providers.For(account.kind));
  if (kinds.empty()) kinds.insert(&providers.For({}));
  std::vector<upstream::ModelEntry> models;
  for (const upstream::Provider* provider : kinds) {
    for (auto& model : provider->BuiltInModels()) models.push_back(std::move(model));
  }
  return models;
}

}  // namespace

Catalog::Catalog(const upstream::Providers& providers, http::Transport& transport,
                 accounts::Credentials& credentials, Clock& clock, Log& log, HearListings hear)
    : providers_(providers),
      transport_(transport),
      credentials_(credentials),
      clock_(clock),
      log_(log),
      hear_(std::move(hear)) {}

Catalog::~Catalog() { ending_.End(); }

const upstream::ModelEntry* ModelList::Find(const std::string& model) const {
  if (!models) return nullptr;
  const auto found = FindNamed(*models, model);
  return found == models->end() ? nullptr : &found->second;
}

void Catalog::AskAccount(const config::Account& account, const upstream::Sender& sender,
                         Asked& asked) {
  const upstream::Provider& provider = providers_.For(account.kind);
  if (!provider.ListsAll(account)) asked.complete = false;
  auto credential = credentials_.For(account, sender.limits.deadline, sender.cancellation);
  if (!std::holds_alternative<Secret>(credential)) {
    asked.complete = false;
    return;
  }
  auto models = provider.ListModels(sender, account, std::get<Secret>(credential));
  if (const auto* failure = std::get_if<upstream::Failure>(&models)) {
    asked.complete = false;
    asked.incomplete = asked.incomplete || provider.ServesOnlyListed();
    log_.Write(LogLevel::kInfo, "an account did not list its models",
               log_.Fields().Add("account", account.Label()).Add("why", failure->error.message));
    return;
  }
  auto names = std::make_shared<std::set<std::string>>();
  for (auto& entry : std::get<std::vector<upstream::ModelEntry>>(models)) {
    names->insert(entry.id);
    asked.found.try_emplace(entry.id, std::move(entry));
  }
  asked.by_account[account.name] = std::move(names);
}

Catalog::Asked Catalog::Ask(const config::Config& config, const Cancellation& client) {
  Asked asked;
  upstream::Limits limits;
  limits.deadline = clock_.Now() + kPatience;
  limits.proxy = config.proxy.upstream_proxy;
  const auto accounts = WithListsOfTheirOwn(config, providers_, asked.complete);
  for (const config::Account* account : accounts) {
    AskAccount(*account, {transport_, limits, client}, asked);
    const auto listed = asked.by_account.find(account->name);
    if (listed == asked.by_account.end()) continue;
    const auto names = listed->second;
    for (const config::Account& other : config.accounts) {
      if (ShareList(*account, other)) asked.by_account[other.name] = names;
    }
  }
  asked.complete = asked.complete && !asked.found.empty();
  return asked;
}

void Catalog::Refresh(const config::Config& config, int reloads, const Cancellation& client) {
  Asked asked = Ask(config, client);
  auto state = state_.Lock();
  if (state->reloads != reloads) return;
  if (hear_) hear_(asked.by_account);
  if (!asked.found.empty() || !state->list.models) {
    state->list = {std::make_shared<const Entries>(std::move(asked.found)), asked.complete};
  }
  state->asked = clock_.Now();
  state->asking = false;
  state->incomplete = asked.incomplete;
}

ModelList Catalog::Look(const std::shared_ptr<const config::Config>& config,
                        const Cancellation& client) {
  bool known = false;
  int reloads = 0;
  {
    auto state = state_.Lock();
    const auto& models = state->list.models;
    known = models != nullptr;
    reloads = state->reloads;
    const bool soon = known && (models->empty() || state->incomplete);
    const bool old = !known || clock_.Now() - state->asked > (soon ? kFreshAfterFailure : kFresh);
    if (!old || std::exchange(state->asking, true)) return state->list;
  }
  if (known) {
    auto refresher = refresher_.Lock();  // the thread before has done its work
    *refresher = std::jthread([this, config, reloads] { Refresh(*config, reloads, ending_); });
  } else {
    Refresh(*config, reloads, client);
  }
  return Known();
}

bool Catalog::MustLook(const config::Config& config) const {
  return std::any_of(config.accounts.begin(), config.accounts.end(), [&](const auto& account) {
    return account.Usable() && providers_.For(account.kind).ServesOnlyListed();
  });
}

ModelList Catalog::Known() const { return state_.Copy().list; }

std::vector<upstream::ModelEntry> Catalog::Models(
    const std::shared_ptr<const config::Config>& config, const Cancellation& client) {
  Look(config, client);
  return Listed(*config);
}

std::vector<upstream::ModelEntry> Catalog::Listed(const config::Config& config) const {
  const auto models = Known().models;
  std::vector<upstream::ModelEntry> listed;
  if (models && !models->empty()) {
    for (const auto& [id, entry] : *models) {
      if (AnyAllows(config, id)) listed.push_back(entry);
    }
    return listed;
  }
  return BuiltIn(config, providers_);
}

void Catalog::Forget() {
  auto state = state_.Lock();
  state->asked = {};
  state->asking = false;
  state->list = {};
  ++state->reloads;
}

}  // namespace agm::gateway
