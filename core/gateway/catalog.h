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
#include "core/protocol/gemini/model_traits.h"
#include "core/upstream/models.h"

namespace agm::gateway {

/// The models that the accounts' upstreams list, refreshed at most every ten minutes. If no account
/// answers, a built-in list of models is used.
///
/// Thread safety: any thread. One thread asks the upstreams while the others use the old list.
class Catalog {
 public:
  Catalog(upstream::Transport& transport, accounts::Credentials& credentials, Clock& clock,
          Log& log);

  /// The models of the enabled accounts, by name; asks the upstreams if the list is old.
  std::vector<upstream::ModelEntry> Models(const config::Config& config,
                                           const Cancellation& client);

  /// The abilities of a model: the built-in table, with the limits that the upstream lists. Never
  /// asks.
  protocol::ModelTraits TraitsOf(const std::string& model) const;

  /// Drops the list, after a reload.
  void Forget();

 private:
  struct Known {
    std::shared_ptr<const std::map<std::string, upstream::ModelEntry>> models;
    TimePoint asked{};
    bool asking = false;
  };
  std::map<std::string, upstream::ModelEntry> Ask(const config::Config& config,
                                                  const Cancellation& client);

  upstream::Transport& transport_;
  accounts::Credentials& credentials_;
  Clock& clock_;
  Log& log_;
  mutable Guarded<Known> known_;
};

}  // namespace agm::gateway
