#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace agm::store {

/// This machine's own use of one counter. A counter has some of these parts:
struct Share {
  std::string counter;
  /// The amounts of the last seconds, from the present second back.
  std::vector<std::int64_t> seconds{};
  /// The use in a calendar window, and the window's end.
  std::int64_t spent = 0;
  WallTime window{};
  /// The use of requests in progress. If the machine dies, it is given back.
  std::int64_t held = 0;
};

/// This machine's use of a group of counters, at one moment. It is never a difference, so
/// telling it twice does no harm, and after a machine was alone it tells the same as ever.
struct Shares {
  std::uint64_t version = 0;  ///< grows with each change, so that an older state replaces none
  TimePoint at{};             ///< of the present second
  Duration kept{120'000};     ///< how long others must know it
  bool outlives = false;      ///< a restart of this process does not forget it
  std::vector<Share> counters{};

  /// True if some of it is given back when the machine dies.
  bool HoldsSomething() const {
    for (const Share& share : counters) {
      if (share.held != 0) return true;
    }
    return false;
  }
};

/// The amount that a request will use of one counter.
struct Claim {
  std::string counter;
  std::int64_t amount = 0;
  std::optional<std::int64_t> limit{};  ///< nullopt: it always fits
  WallTime window{};                    ///< the end of the calendar window; else WallTime{}
  /// It fits as long as anything is left, if none of the group's requests is in progress.
  bool alone_fits = false;
};

/// The counter of the requests in progress, which `alone_fits` looks at.
inline constexpr std::string_view kInProgress = "parallel";

/// A machine asks this about one group before it sends a request.
struct Question {
  std::string group;  ///< such as "key:ci"
  Shares before{};    ///< what it has used
  Shares after{};     ///< the same with the claims
  std::vector<Claim> claims{};
};

struct Verdict {
  /// The first claim that does not fit; nullopt if all do, and then all are counted.
  std::optional<std::size_t> full;
  /// For each claim:
  struct Counter {
    std::int64_t others = 0;   ///< used by the other machines
    Duration others_empty{0};  ///< until nothing of the last minute is left of that
    /// Until the same claim would fit (once more). nullopt: not before its window ends, or before
    /// a request ends.
    std::optional<Duration> room = Duration{0};
  };
  std::vector<Counter> counters;
};

/// What the other machines have said of their requests in a group.
struct OthersRequests {
  std::int64_t begun = 0;    ///< since they said it last
  std::int64_t running = 0;  ///< in progress; it is valid until `until`
  TimePoint until{};
};

/// How a machine takes part in a group of counters.
struct Participant {
  /// Reads what this machine uses.
  std::function<Shares(TimePoint now, WallTime wall)> read;
  /// Reads how many of this machine's requests are in progress. Needed for Begun and Ended.
  std::function<std::int64_t()> running{};
  /// Hears each time that another machine has begun or ended requests.
  std::function<void(const OthersRequests&)> hear{};
};

/// A second question that goes out together with a first one, and its verdict.
struct Companion {
  std::function<std::optional<Question>()> question;  ///< called if the first one goes out
  std::optional<Verdict> verdict{};                   ///< nullopt: no answer in time
};

/// Counters that several machines share. Each machine counts what it uses by itself, and tells it;
/// the sum over the machines admits a request.
///
///   counts.Follow("key:ci", {[&](TimePoint now, WallTime wall) { return SharesOf(now, wall); }});
///   if (auto verdicts = counts.Try({question})) Use(verdicts->front());   // at most 20 ms
///   counts.Changed("key:ci");       // returns at once
///
/// A claim fits if the sum of all machines and its amount are within the limit; one that is larger
/// than a limit per minute fits when nothing is used. The server decides about the claims of a
/// question together, and about one question after the other. A claim without a verdict can count
/// already for the others: so two machines that ask for the last place at the same moment may both
/// be refused, but never both be admitted.
///
/// Thread safety: any thread.
class Counts {
 public:
  virtual ~Counts() = default;
  /// Names the functions for this machine's part in a group; they may be called on any thread until
  /// the link stops. Returns what was heard before: `begun` is of the last minute.
  virtual OthersRequests Follow(const std::string& group, Participant participant) = 0;
  /// One verdict for each question; nullopt if there is no answer in time: then the machine decides
  /// by what it knows. All questions go out together.
  virtual std::optional<std::vector<Verdict>> Try(const std::vector<Question>& questions) = 0;
  /// Tells the group's new share to the server.
  virtual void Changed(const std::string& group) = 0;
  /// The same, within two seconds.
  virtual void Touched(const std::string& group) = 0;
  /// Lets the other machines hear that a request of the group began: soon, and perhaps never. They
  /// choose by it; nothing is admitted or refused by it.
  virtual void Begun(const std::string& group) = 0;
  /// The same for a request that ended.
  virtual void Ended(const std::string& group) = 0;
};

}  // namespace agm::store
