#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/guarded.h"
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
/// A message says which requests a machine has begun since its last one, at most four times a
/// second: {"GROUP": requests, ...}. Where it is lost, the others choose worse for a minute.
///
/// Thread safety: any thread.
class SharedCounts : public store::Counts, public Follower {
 public:
  /// `machine` names the owner of what outlives the process: two processes of the same name, one
  /// after the other, are one machine.
  SharedCounts(Link& link, Clock& clock, std::string machine);

  void Follow(const std::string& group, store::Participant participant) override;
  std::optional<std::vector<store::Verdict>> Try(
      const std::vector<store::Question>& questions) override;
  void Changed(const std::string& group) override;
  void Touched(const std::string& group) override;
  void Begun(const std::string& group) override;

  Result<void> Join(const AskServer& ask) override;
  void Hear(std::string_view begun) override;
  void Renew() override;

 private:
  struct Group {
    store::Participant participant;
    std::uint64_t told = 0;  ///< the version that the server was told last
    bool active = false;     ///< Renew must look at it
  };
  /// The requests that the other machines have not heard of.
  struct News {
    std::map<std::string, std::int64_t> begun;  ///< by group
    TimePoint announced{};
  };

  Command CommandOf(const store::Question& question, const std::string& sha) const;
  std::optional<store::Participant> Find(const std::string& group);
  Command Tell(const std::string& group);
  void Announce();
  Command TakeNews();
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
  Guarded<std::string> sha_;  ///< of the script on the server; empty: not known
};

}  // namespace agm::cluster
