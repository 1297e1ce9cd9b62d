#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/base/last_minute.h"
#include "core/cluster/link.h"
#include "core/store/counts.h"

namespace agm::cluster {

/// Counters of all machines on the server. A group "key:ci" is the hash PREFIX{key:ci}:counts, and
/// "project:HASH/MODEL" is PREFIX{project:HASH}:counts:MODEL, with a field for each machine
/// (count_script.h).
///
///   SharedCounts counts(link, clock, machine);
///   link.Follow("counts", counts);
///   link.Start();
///
/// What a machine holds for requests in progress counts for ten seconds after it told the server
/// of it last; it tells it again every two seconds. A machine that joins tells all groups.
///
/// A message says, at most four times a second, which requests a machine has begun and ended:
///
///   {"from": INSTANCE, "groups": {"GROUP": {"begun": since its last message,
///                                           "running": in progress now}, ...}}
///
/// What is in progress is said again every two seconds, and forgotten after ten. If a message is
/// lost, the others choose worse for a minute.
///
/// Thread safety: any thread.
class SharedCounts : public store::Counts, public Follower {
 public:
  /// `machine` names the owner of what outlives the process: two processes of the same name, one
  /// after the other, are one machine.
  SharedCounts(Link& link, Clock& clock, std::string machine);

  store::OthersRequests Follow(const std::string& group, store::Participant participant) override;
  std::optional<std::vector<store::Verdict>> Try(
      const std::vector<store::Question>& questions) override;
  void Changed(const std::string& group) override;
  void Touched(const std::string& group) override;
  void Begun(const std::string& group) override { Announce(group, 1); }
  void Ended(const std::string& group) override { Announce(group, 0); }

  Result<void> Join(const AskServer& ask) override;
  void Hear(std::string_view news) override;
  void Renew() override;

 private:
  struct Group {
    store::Participant participant;
    std::uint64_t told = 0;  ///< the version that the server was told last
    bool active = false;     ///< Renew must look at it
  };
  /// What the other machines have not heard of this one.
  struct News {
    std::map<std::string, std::int64_t>
        begun;                      ///< of each group with a request that began or ended
    std::set<std::string> running;  ///< groups with requests in progress, as told
    TimePoint announced{};
  };
  /// What this machine has heard of a group.
  struct Heard {
    struct Running {
      std::int64_t requests;
      TimePoint at;
    };
    std::map<std::string, Running> running;  ///< by instance
    LastMinute begun;                        ///< until the group is followed
  };

  Command CommandOf(const store::Question& question, const std::string& sha) const;
  std::optional<store::Participant> Find(const std::string& group);
  Command Tell(const std::string& group);
  void Announce(const std::string& group, std::int64_t begun);
  void WriteNews();
  Command TakeNews();
  void HearOf(const std::string& group, const std::string& from, std::int64_t begun,
              std::int64_t running);
  void ForgetOld();
  std::string KeyOf(std::string_view group) const;
  std::string StateOf(const store::Shares& shares) const;
  std::int64_t SecondOf(TimePoint at) const;
  /// The field of a group's hash.
  const std::string& OwnerOf(const store::Shares& shares) const {
    return shares.outlives ? machine_ : link_.instance();
  }

  Link& link_;
  Clock& clock_;
  const std::string machine_;
  Guarded<std::map<std::string, Group>> groups_;
  Guarded<News> news_;
  Guarded<std::map<std::string, Heard>> heard_;
  Guarded<std::string> sha_;  ///< of the script on the server; empty: not known
};

}  // namespace agm::cluster
