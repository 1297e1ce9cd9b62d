#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/cluster/link.h"
#include "core/store/copies.h"
#include "core/store/pool_journal.h"

namespace agm::cluster {

/// The pool of this process, as the shared journal sees it. The functions are called on the link's
/// thread.
struct SharedPool {
  std::function<void(const store::PoolJournal::Cooldown&)> adopt;
  std::function<void(const std::string& owner)> heal;
  std::function<void(const store::PoolJournal::Belonging&)> belongs;
  std::function<void(const store::PoolJournal::Quota&)> learn;
  std::function<void(const store::PoolJournal::Tie&)> tie;
  /// All cooldowns in effect.
  std::function<std::vector<store::PoolJournal::Cooldown>()> cooling;
};

/// A pool's journal in front of another one: what it is told goes to the local journal and to the
/// server, and so to the pools of all nodes; what other nodes report goes to this node's pool and
/// to its local journal.
///
///   SharedJournal shared(local, link, copies, clock);
///   MakePool(&shared);
///   shared.Attach(pool);        // before link.Start()
///
/// On the server, each cooldown is a field of the hash PREFIX{pool}:cooldowns.
/// PREFIX{pool}:recoveries holds when each owner's cooldowns were ended last, so that a node which
/// was alone does not bring them back. PREFIX{pool}:learned holds learned projects and quotas. All
/// hold times of the server's clock. Usage totals stay on each node.
///
/// Thread safety: any thread; Attach before the link starts.
class SharedJournal : public store::PoolJournal, public Follower {
 public:
  SharedJournal(store::PoolJournal& local, Link& link, store::Copies& copies, Clock& clock);

  void Attach(SharedPool pool);

  std::vector<Cooldown> LoadCooldowns() override { return local_.LoadCooldowns(); }
  void SaveCooldown(const Cooldown& cooldown) override;
  bool IsShared() const override { return true; }
  void DropCooldowns(const std::string& account) override;
  std::vector<Usage> LoadUsage() override { return local_.LoadUsage(); }
  void SaveUsage(const Usage& usage) override { local_.SaveUsage(usage); }
  std::vector<Belonging> LoadBelongings() override { return local_.LoadBelongings(); }
  void SaveBelonging(const Belonging& belonging) override;
  void SaveQuota(const Quota& quota) override;
  void SaveTie(const Tie& tie) override {
    copies_.Announce(store::Copies::Kind::kTie, tie.conversation, tie.account);
  }

  Result<void> Join(const AskServer& ask) override;
  void Hear(std::string_view change) override;

 private:
  /// A cooldown with its times on the monotonic clock, because its write may have to wait.
  struct Timed {
    Cooldown cooldown;
    TimePoint began;
    TimePoint until;
    TimePoint counts_until;
  };
  Timed TimedOf(const Cooldown& cooldown) const;
  Command SaveCommand(const Timed& timed) const;
  void NoteBegin(const std::string& field, TimePoint began);
  void ForgetOthers(const std::vector<Cooldown>& cooling);
  void SaveLearned(const std::string& field, const std::string& text);
  void HearLearned(std::string_view text);
  void HearCooldown(std::string_view text);
  void HearHeal(std::string_view text);
  void AdoptRecovery(const std::string& owner, std::int64_t at);
  void Adopt(Cooldown cooldown, std::int64_t at);
  bool IsHealed(const std::string& owner, std::int64_t at) const;
  TimePoint OnMonotonic(WallTime time) const;

  store::PoolJournal& local_;
  Link& link_;
  store::Copies& copies_;
  Clock& clock_;
  SharedPool pool_;
  mutable std::mutex mutex_;
  /// When the cooldowns of each owner were ended last, as far as this node knows; in milliseconds
  /// of the server's clock.
  std::map<std::string, std::int64_t> healed_;
  /// When the cooldowns that this node knows began. One that is missing began before the start.
  std::map<std::string, TimePoint> began_;
};

}  // namespace agm::cluster
