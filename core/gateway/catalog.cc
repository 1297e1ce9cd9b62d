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
std::vector<const config::Account*> WorthAsking(const config::Config& config) {
  std::vector<const config::Account*> asked;
  std::set<std::pair<std::string, std::string>> seen;
  for (const config::Account& account : config.accounts) {
    if (!account.Usable() || asked.size() == kMostAsked) continue;
    if (seen.insert({account.base_url, account.project}).second) asked.push_back(&account);
  }
  return asked;
}

}  // namespace

Catalog::Catalog(upstream::Transport& transport, accounts::Credentials& credentials, Clock& clock,
                 Log& log)
    : transport_(transport), credentials_(credentials), clock_(clock), log_(log) {}

Entries Catalog::Ask(const config::Config& config, const Cancellation& client) {
  Entries found;
  const TimePoint deadline = clock_.Now() + kPatience;
  for (const config::Account* account : WorthAsking(config)) {
    auto credential = credentials_.For(*account, deadline, client);
    if (!std::holds_alternative<Secret>(credential)) continue;
    upstream::Limits limits;
    limits.deadline = deadline;
    limits.proxy = config.proxy.upstream_proxy;
    auto models =
        upstream::ListModels(transport_, *account, std::get<Secret>(credential), limits, client);
    if (auto* entries = std::get_if<std::vector<upstream::ModelEntry>>(&models)) {
      for (upstream::ModelEntry& entry : *entries) found.try_emplace(entry.id, std::move(entry));
    } else {
      log_.Write(LogLevel::kInfo, "an account did not list its models",
                 log_.Fields()
                     .Add("account", account->Label())
                     .Add("why", std::get<upstream::Failure>(models).error.message));
    }
  }
  return found;
}

std::vector<upstream::ModelEntry> Catalog::Models(const config::Config& config,
                                                  const Cancellation& client) {
  bool ask = false;
  {
    auto known = known_.Lock();
    const bool old = !known->models || clock_.Now() - known->asked >
                                           (known->models->empty() ? kFreshAfterFailure : kFresh);
    ask = old && !std::exchange(known->asking, known->asking || old);
  }
  if (ask) {
    auto found = std::make_shared<const Entries>(Ask(config, client));
    auto known = known_.Lock();
    if (!found->empty() || !known->models) known->models = std::move(found);
    known->asked = clock_.Now();
    known->asking = false;
  }
  const auto models = known_.Copy().models;
  std::vector<upstream::ModelEntry> listed;
  if (models && !models->empty()) {
    for (const auto& [id, entry] : *models) {
      if (AnyLists(config, id)) listed.push_back(entry);
    }
    return listed;
  }
  for (const protocol::KnownModel& model : protocol::KnownModels()) {
    upstream::ModelEntry entry;
    entry.id = model.id;
    entry.input_limit = model.input_limit;
    entry.output_limit = model.output_limit;
    entry.methods = {"generateContent"};
    listed.push_back(std::move(entry));
  }
  return listed;
}

protocol::ModelTraits Catalog::TraitsOf(const std::string& model) const {
  protocol::ModelTraits traits = protocol::TraitsOf(model);
  const auto models = known_.Copy().models;
  if (!models) return traits;
  const auto entry = models->find(model);
  if (entry != models->end() && entry->second.output_limit > 0) {
    traits.max_output_tokens = entry->second.output_limit;
  }
  return traits;
}

void Catalog::Forget() {
  auto known = known_.Lock();
  known->asked = {};
  known->models = nullptr;
}

}  // namespace agm::gateway
