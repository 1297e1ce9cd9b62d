#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "core/accounts/member.h"
#include "core/base/clock.h"

namespace agm::accounts {

/// The account of each conversation, so that a conversation stays where the upstream's cache is
/// warm. When it is full, it drops the conversation that was silent longest. Find drops one that was
/// silent for an hour; until then such a conversation counts in size().
///
/// Thread safety: one thread at a time.
class Affinity {
 public:
  explicit Affinity(std::size_t most = 10'000, Duration idle = std::chrono::hours(1))
      : most_(most), idle_(idle) {}

  /// A conversation's key; 0: none.
  static std::uint64_t KeyOf(const std::string& session) {
    return session.empty() ? 0 : std::hash<std::string>{}(session) | 1U;
  }

  struct Tie {
    std::shared_ptr<Member> member;  ///< null: none
    bool proven = false;             ///< the account has answered this conversation before
  };
  Tie Find(std::uint64_t key, TimePoint now);
  void Put(std::uint64_t key, const std::shared_ptr<Member>& member, TimePoint now);
  /// Records that this account answered the conversation. True if that is news: it had not, or was
  /// reported more than ten minutes ago.
  bool Prove(std::uint64_t key, const Member& member, TimePoint now);
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint64_t key;
    std::weak_ptr<Member> member;
    TimePoint used;
    bool proven = false;
    TimePoint reported{};
  };
  using Entries = std::list<Entry>;

  std::size_t most_;
  Duration idle_;
  Entries entries_;  ///< most recently used first
  std::unordered_map<std::uint64_t, Entries::iterator> by_key_;
};

}  // namespace agm::accounts
