#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/accounts/credentials.h"
#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/base/log.h"
#include "core/config/config.h"
#include "core/http/client/transport.h"
#include "core/upstream/providers.h"

namespace agm::gateway {

/// The models that the accounts' upstreams list. Empty before the first answer.
///
/// Thread safety: immutable.
struct ModelList {
  std::shared_ptr<const std::map<std::string, upstream::ModelEntry>> models;
  bool complete =
      false;  ///< it holds every account's list, so a model that it lacks does not exist

  /// Null if the model is not listed.
  const upstream::ModelEntry* Find(const std::string& model) const;
};

/// The models that the accounts' upstreams list, refreshed at most every ten minutes. If no account
/// answers, a built-in list of models is used.
///
/// Thread safety: any thread. One thread asks the upstreams while the others use the old list.
class Catalog {
 public:
  Catalog(const upstream::Providers& providers, upstream::Transport& transport,
          accounts::Credentials& credentials, Clock& clock, Log& log);

  /// The models of the enabled accounts, by name; asks the upstreams if the list is old.
  std::vector<upstream::ModelEntry> Models(const config::Config& config,
                                           const Cancellation& client);

  /// The same from the list as it is. Never asks.
  std::vector<upstream::ModelEntry> Listed(const config::Config& config) const;
  /// The models that the upstreams list; asks the upstreams if the list is old.
  ModelList Look(const config::Config& config, const Cancellation& client);
  /// The list as it is. Never asks.
  ModelList Known() const;

  /// Drops the list, after a reload.
  void Forget();

 private:
  struct State {
    ModelList list;
    TimePoint asked{};
    bool asking = false;
  };
  ModelList Ask(const config::Config& config, const Cancellation& client);

  const upstream::Providers& providers_;
  upstream::Transport& transport_;
  accounts::Credentials& credentials_;
  Clock& clock_;
  Log& log_;
  mutable Guarded<State> state_;
};

}  // namespace agm::gateway
