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

/// What the accounts' upstreams say they serve, asked at most every ten minutes. Where no account
/// answers, the models that are known to live stand in.
///
/// Thread safety: any thread. One thread asks upstream while the others take what is known.
class Catalog {
 public:
  Catalog(upstream::Transport& transport, accounts::Credentials& credentials, Clock& clock,
          Log& log);

  /// The models of the enabled accounts, by name; asks upstream where the list is old.
  std::vector<upstream::ModelEntry> Models(const config::Config& config,
                                           const Cancellation& client);

  /// What a model can do: the table, mended by the limits that the upstream told. Never asks.
  protocol::ModelTraits TraitsOf(const std::string& model) const;

  /// Forgets what is known, after a reload.
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
