#include "core/accounts/affinity.h"

namespace agm::accounts {

Affinity::Tie Affinity::Find(std::uint64_t key, TimePoint now) {
  const auto found = key == 0 ? by_key_.end() : by_key_.find(key);
  if (found == by_key_.end()) return {};
  const Entry& entry = *found->second;
  auto member = entry.member.lock();
  if (member && !member->retired && now - entry.used <= idle_)
    return {std::move(member), entry.proven};
  entries_.erase(found->second);
  by_key_.erase(found);
  return {};
}

void Affinity::Put(std::uint64_t key, const std::shared_ptr<Member>& member, TimePoint now) {
  if (key == 0) return;
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    Entry& entry = *found->second;
    if (entry.member.lock() != member) {
      entry.member = member;
      entry.proven = false;
    }
    entry.used = now;
    entries_.splice(entries_.begin(), entries_, found->second);
    return;
  }
  if (entries_.size() >= most_) {
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
  entries_.push_front({key, member, now, false});
  by_key_[key] = entries_.begin();
}

bool Affinity::Prove(std::uint64_t key, const Member& member, TimePoint now) {
  constexpr auto kReportAgain = std::chrono::minutes(10);
  const auto found = key == 0 ? by_key_.end() : by_key_.find(key);
  if (found == by_key_.end() || found->second->member.lock().get() != &member) return false;
  Entry& entry = *found->second;
  if (entry.proven && now - entry.reported < kReportAgain) return false;
  entry.proven = true;
  entry.reported = now;
  return true;
}

}  // namespace agm::accounts
