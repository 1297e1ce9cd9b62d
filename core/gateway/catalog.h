#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/accounts/credentials.h"
#include "core/accounts/pool.h"
#include "core/base/cancellation.h"
#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/base/log.h"
#include "core/config/config.h"
#include "core/http/client/transport.h"
#include "core/upstream/providers.h"

namespace agm::gateway {

/// The entry of `name` in a map by the models' names. Ollama lists as "llama3.3:latest" what it also
/// serves as "llama3.3", so the entry of a name with that tag is found by both.
template <typename Models>
typename Models::const_iterator FindNamed(const Models& models, const std::string& name) {
  const auto found = models.find(name);
  return found == models.end() ? models.find(name + ":latest") : found;
}

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

/// Receives what each account lists; called after each refresh, on the thread that made it.
using HearListings = std::function<void(const accounts::Pool::Listings&)>;

/// The models that the accounts' upstreams list, refreshed at most every ten minutes. If no account
/// answers, a built-in list of models is used.
///
/// The first request asks the upstreams and waits for at most five seconds. Later the catalog asks
/// on a thread of its own, and requests use the old list meanwhile.
///
/// Thread safety: any thread.
class Catalog {
 public:
  Catalog(const upstream::Providers& providers, http::Transport& transport,
          accounts::Credentials& credentials, Clock& clock, Log& log, HearListings hear = {});
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;
  ~Catalog();

  /// The models of the enabled accounts, by name; has the list refreshed if it is old.
  std::vector<upstream::ModelEntry> Models(const std::shared_ptr<const config::Config>& config,
                                           const Cancellation& client);

  /// The same from the present list, without asking an upstream.
  std::vector<upstream::ModelEntry> Listed(const config::Config& config) const;
  /// The models that the upstreams list; has the list refreshed if it is old.
  ModelList Look(const std::shared_ptr<const config::Config>& config, const Cancellation& client);
  /// The present list, without asking an upstream.
  ModelList Known() const;
  /// True if some account serves only what its upstream lists, so that the list decides where a
  /// request goes.
  bool MustLook(const config::Config& config) const;

  /// Drops the list, after a reload.
  void Forget();

 private:
  struct State {
    ModelList list;
    TimePoint asked{};
    bool asking = false;
    int reloads = 0;
    /// An account that serves only the models that it lists did not answer. The gateway asks again
    /// soon then, because the account cannot be used before.
    bool incomplete = false;
  };
  /// The lists of the accounts that were asked.
  struct Asked {
    std::map<std::string, upstream::ModelEntry> found;
    accounts::Pool::Listings by_account;
    bool complete = true;
    bool incomplete = false;  ///< as in State
  };
  /// Calls the refresh off when the catalog is destroyed.
  class Ending : public Cancellation {
   public:
    bool Cancelled() const override { return ended_; }
    bool Stopping() const override { return ended_; }
    void End() { ended_ = true; }

   private:
    std::atomic<bool> ended_{false};
  };
  void Refresh(const config::Config& config, int reloads, const Cancellation& client);
  Asked Ask(const config::Config& config, const Cancellation& client);
  void AskAccount(const config::Account& account, const upstream::Sender& sender, Asked& asked);

  const upstream::Providers& providers_;
  http::Transport& transport_;
  accounts::Credentials& credentials_;
  Clock& clock_;
  Log& log_;
  const HearListings hear_;
  mutable Guarded<State> state_;
  Ending ending_;
  Guarded<std::jthread> refresher_;
};

}  // namespace agm::gateway
