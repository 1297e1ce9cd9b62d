#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/accounts/member.h"
#include "core/config/config.h"

namespace agm::accounts {

/// The accounts in the pool, with their projects and endpoints.
///
/// Thread safety: one thread at a time.
class Roster {
 public:
  /// Accounts that stay keep their state; others start without cooldowns. Returns the owners whose
  /// cooldowns must be deleted, by their names in the journal: accounts that were removed or got
  /// another credential, projects whose declared quotas changed.
  std::vector<std::string> Apply(const std::shared_ptr<const config::Config>& config);
  /// The accounts in the configuration's order.
  const std::vector<std::shared_ptr<Member>>& members() const { return members_; }
  std::shared_ptr<Member> Find(const std::string& name) const;
  /// The project with that declared or learned name; null if there is none.
  std::shared_ptr<Project> FindProject(const std::string& key) const;

  /// Records the project that a response named for the account. True if that was new.
  bool Learn(Member& member, const std::string& project, TimePoint now);
  /// Ends the account's cooldowns. If no other account shares its project, ends the project's
  /// cooldowns too and forgets what was learned about its quotas.
  void Recover(Member& member);
  /// Ends all cooldowns earlier by that time.
  void Advance(Duration by);

 private:
  std::shared_ptr<Member> Make(std::shared_ptr<const config::Account> account, Member* known);
  std::shared_ptr<Project> ProjectFor(const config::Account& account, const Member* known);
  std::shared_ptr<Endpoint> EndpointFor(const config::Account& account);
  static void TakeLimits(Member& member, const config::Account& changed,
                         std::vector<std::string>& dropped);
  void Move(Member& member, const std::shared_ptr<Project>& project, TimePoint now);

  std::vector<std::shared_ptr<Member>> members_;
  std::unordered_map<std::string, std::shared_ptr<Member>> by_name_;
  std::unordered_map<std::string, std::shared_ptr<Project>> projects_;  ///< declared and learned
  std::unordered_map<std::string, std::shared_ptr<Endpoint>> endpoints_;
};

}  // namespace agm::accounts
