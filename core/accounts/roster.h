#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/accounts/member.h"
#include "core/config/config.h"

namespace agm::accounts {

/// Who is in the pool, and who shares what with whom.
///
/// Thread safety: one thread at a time.
class Roster {
 public:
  /// Accounts that stay keep what is known of them; others start healthy. Returns
  /// whose rests are to be forgotten, as the journal calls them: accounts that left or got another
  /// credential, projects whose declared quotas changed.
  std::vector<std::string> Apply(const std::shared_ptr<const config::Config>& config);
  /// In the configuration's order.
  const std::vector<std::shared_ptr<Member>>& members() const { return members_; }
  std::shared_ptr<Member> Find(const std::string& name) const;
  /// The project of that declared or learned name; null if there is none.
  std::shared_ptr<Project> FindProject(const std::string& key) const;

  /// An answer told to which project the account belongs. True if that was news.
  bool Learn(Member& member, const std::string& project, TimePoint now);
  /// Ends the account's rests and, with what was learned of its quotas, its own project's; a
  /// project that others share keeps them.
  void Heal(Member& member);
  /// Ends all rests that much earlier.
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
