#include "core/gateway/catalog.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "core/base/glob.h"

namespace agm::gateway {
namespace {

using Entries = std::map<std::string, upstream::ModelEntry>;

constexpr Duration kFresh{600'000};
constexpr Duration kFreshAfterFailure{30'000};
constexpr Duration kPatience{5'000};
/// The maximum number of accounts to ask; keys of one project list the same models.
constexpr std::size_t kMostAsked = 4;

bool Lists(const config::Account& account, const std::string& model) {
  return std::any_of(account.models.begin(), account.models.end(),
                     [&](const std::string& glob) { return GlobMatches(glob, model); });
}

bool AnyLists(const config::Config& config, const std::string& model) {
  return std::any_of(config.accounts.begin(), config.accounts.end(),
                     [&](const config::Account& a) { return a.Usable() && Lists(a, model); });
}

/// The accounts whose lists may differ: one for each project and base URL.
std::vector<const config::Account*> WithListsOfTheirOwn(const config::Config& config) {
  std::vector<const config::Account*> accounts;
  std::set<std::pair<std::string, std::string>> seen;
  for (const config::Account& account : config.accounts) {
    if (!account.Usable()) continue;
    const bool first = seen.insert({account.base_url, account.project}).second;
    if (first || account.project.empty()) accounts.push_back(&account);
  }
  return accounts;
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

Catalog::Catalog(const upstream::Providers& providers, upstream::Transport& transport,
                 accounts::Credentials& credentials, Clock& clock, Log& log)
    : providers_(providers),
      transport_(transport),
      credentials_(credentials),
      clock_(clock),
      log_(log) {}

Catalog::~Catalog() { ending_.End(); }

const upstream::ModelEntry* ModelList::Find(const std::string& model) const {
  if (!models) return nullptr;
  const auto found = models->find(model);
  return found == models->end() ? nullptr : &found->second;
}

ModelList Catalog::Ask(const config::Config& config, const Cancellation& client) {
  Entries found;
  const TimePoint deadline = clock_.Now() + kPatience;
  auto accounts = WithListsOfTheirOwn(config);
  bool complete = accounts.size() <= kMostAsked;
  accounts.resize(std::min(accounts.size(), kMostAsked));
  for (const config::Account* account : accounts) {
    const upstream::Provider& provider = providers_.For(account->kind);
    if (!provider.ListsAll(*account)) complete = false;
    auto credential = credentials_.For(*account, deadline, client);
    if (!std::holds_alternative<Secret>(credential)) {
      complete = false;
      continue;
    }
    upstream::Limits limits;
    limits.deadline = deadline;
    limits.proxy = config.proxy.upstream_proxy;
    auto models =
        provider.ListModels({transport_, limits, client}, *account, std::get<Secret>(credential));
    if (auto* entries = std::get_if<std::vector<upstream::ModelEntry>>(&models)) {
      for (upstream::ModelEntry& entry : *entries) found.try_emplace(entry.id, std::move(entry));
    } else {
      complete = false;
      log_.Write(LogLevel::kInfo, "an account did not list its models",
                 log_.Fields()
                     .Add("account", account->Label())
                     .Add("why", std::get<upstream::Failure>(models).error.message));
    }
  }
  complete = complete && !found.empty();
  return {std::make_shared<const Entries>(std::move(found)), complete};
}

void Catalog::Refresh(const config::Config& config, int reloads, const Cancellation& client) {
  ModelList list = Ask(config, client);
  auto state = state_.Lock();
  if (state->reloads != reloads) return;
  if (!list.models->empty() || !state->list.models) state->list = std::move(list);
  state->asked = clock_.Now();
  state->asking = false;
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
    const bool old =
        !known || clock_.Now() - state->asked > (models->empty() ? kFreshAfterFailure : kFresh);
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
      if (AnyLists(config, id)) listed.push_back(entry);
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
